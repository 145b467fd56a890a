#include "models/net_classifier.h"

#include "autograd/ops.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "nn/reshape.h"
#include "nn/sequential.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

Indices labels_of(const Indices& y, const Indices& rows) {
  Indices out(rows.shape);
  for (Index i = 0; i < rows.numel(); ++i) out[i] = y[rows[i]];
  return out;
}

Var weight_penalty(const Module& net, Real lambda) {
  Var total = Tensor::scalar(0);
  for (const auto& [name, value] : net.named_parameters()) {
    if (name.ends_with("weight")) total += sum(square(value));
  }
  return total * (lambda / 2);
}

}  // namespace

void NetClassifier::fit(const Tensor& x, const Indices& y, Index classes) {
  detail::check_labelled("NetClassifier", x, y, classes);
  Rng rng(options.seed);
  net = make_net(x.size(1), classes);
  net->reset_parameters(rng);
  Adam optimizer(net->parameters(), {.lr = options.lr});
  const Schedule rate = schedule::cosine(options.steps);
  const Index n = x.size(0), batch = options.batch > 0 ? std::min(options.batch, n) : n;
  for (Index step = 0; step < options.steps; ++step) {
    optimizer.set_lr(options.lr * rate(step));
    Indices rows;
    if (batch < n) {
      rows = Indices(Shape{batch});
      for (Index i = 0; i < batch; ++i) rows[i] = static_cast<std::int32_t>(rng.below(n));
    }
    const Var logits = (*net)(batch < n ? index_select(x, 0, rows) : x);
    Var loss = cross_entropy(logits, batch < n ? labels_of(y, rows) : y, Reduction::kMean);
    if (options.penalty > 0) loss = loss + weight_penalty(*net, options.penalty);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
}

Tensor NetClassifier::log_posterior(const Tensor& x) const {
  require(net != nullptr, "NetClassifier", "it was not fitted; hint: call fit(x, y, classes) first");
  NoGrad guard;
  return log_softmax((*net)(x).value(), 1);
}

std::unique_ptr<Module> LogisticRegression::make_net(Index features, Index classes) const {
  return std::make_unique<Linear>(features, classes);
}

std::unique_ptr<Module> MlpClassifier::make_net(Index features, Index classes) const {
  auto net = std::make_unique<Sequential>();
  net->add<Linear>(features, hidden).add<ReLU>().add<Linear>(hidden, classes);
  return net;
}

std::unique_ptr<Module> ConvClassifier::make_net(Index features, Index classes) const {
  const auto [channels, height, width] = image;
  require(features == channels * height * width, "ConvClassifier",
          "x has {} features but images of {} x {} x {} have {}", features, channels, height, width,
          channels * height * width);
  auto net = std::make_unique<Sequential>();
  net->add<Unflatten>(Shape{channels, height, width});
  net->add<Conv2d>(channels, maps, 3, ConvOptions{.padding = 1}).add<ReLU>();
  net->add<Conv2d>(maps, maps, 3, ConvOptions{.stride = 2, .padding = 1}).add<ReLU>();
  net->add<Flatten>().add<Linear>(maps * ((height + 1) / 2) * ((width + 1) / 2), classes);
  return net;
}

}  // namespace gradfold
