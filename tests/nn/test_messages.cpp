// The ten commonest mistakes of a beginner, and word for word what they are told.
#include "autograd/ops.h"
#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/sequential.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

struct NetOfFeatures : Module {
  Sequential& features = child<Sequential>("features");
  Linear& out = child<Linear>("out", 784, 10);

  NetOfFeatures() { features.add<Conv2d>(1, 1, 3, ConvOptions{.padding = 1}).add<ReLU>(); }
  Var forward(const Var& x) override { return out(flatten(features(x), 1)); }
};

Rng rng(1);

template <class T, class... Args>
std::unique_ptr<T> drawn(Args&&... args) {
  auto module = std::make_unique<T>(std::forward<Args>(args)...);
  module->reset_parameters(rng);
  return module;
}

}  // namespace

TEST_CASE("1: images without a channel dimension; the path leads to the layer") {
  auto net = drawn<NetOfFeatures>();
  CHECK(message_of([&] { (*net)(Tensor::zeros({32, 28, 28})); }) ==
        "Conv2d: x is [32, 28, 28] but must be [N, 1, H, W]\n  in model.features.0\n"
        "  hint: add the channel dimension, x.reshape({32, 1, 28, 28})");
}

TEST_CASE("2: images into a fully connected layer") {
  auto layer = drawn<Linear>(784, 10);
  CHECK(message_of([&] { (*layer)(Tensor::zeros({32, 1, 28, 28})); }) ==
        "Linear: x is [32, 1, 28, 28] but must be [..., 784]\n  in model\n"
        "  hint: make each sample one row, x.flatten(1)");
}

TEST_CASE("3: channels last") {
  auto layer = drawn<Conv2d>(3, 8, 3);
  CHECK(message_of([&] { (*layer)(Tensor::zeros({4, 32, 32, 3})); }) ==
        "Conv2d: x is [4, 32, 32, 3] but must be [N, 3, H, W]\n  in model\n"
        "  hint: channels come before rows and columns, x.permute({0, 3, 1, 2})");
}

TEST_CASE("4: the next layer was built for another width") {
  auto net = drawn<Sequential>();
  net->add<Linear>(4, 8).add<ReLU>().add<Linear>(16, 2);
  net->reset_parameters(rng);
  CHECK(message_of([&] { (*net)(Tensor::zeros({5, 4})); }) ==
        "Linear: x is [5, 8] but must be [..., 16]\n  in model.2");
}

TEST_CASE("5: the values were never drawn") {
  NetOfFeatures net;
  CHECK(message_of([&] { net(Tensor::zeros({1, 1, 28, 28})); }) ==
        "Conv2d: its parameters have no values yet\n  in model.features.0\n"
        "  hint: call reset_parameters(rng) once on the whole model, or load a checkpoint; "
        "they reach what was declared with child()");
}

TEST_CASE("6: [N, 1] against [N] in a loss, which broadcasting would make [N, N]") {
  CHECK(message_of([] { mse_loss(Tensor::zeros({64, 1}), Tensor::zeros({64}), Reduction::kMean); }) ==
        "mse_loss: x is [64, 1] but target is [64]; the shapes must be equal");
}

TEST_CASE("7: one-hot rows or a class that is not there, where class numbers were meant") {
  const Tensor logits = Tensor::zeros({2, 10});
  CHECK(message_of([&] { cross_entropy(logits, Indices(Shape{2, 10}), Reduction::kMean); }) ==
        "cross_entropy: labels are [2, 10] but must be [2] for logits [2, 10]\n"
        "  hint: labels are class numbers, not one-hot rows");
  CHECK(message_of([&] { cross_entropy(logits, Indices{3, 10}, Reduction::kMean); }) ==
        "cross_entropy: label 10 at position 1 must be one of 0..9");
}

TEST_CASE("8: backward from many numbers, from a constant, or twice") {
  auto layer = drawn<Linear>(3, 2);
  const Var y = (*layer)(Tensor::zeros({4, 3}));
  CHECK(message_of([&] { y.backward(); }) ==
        "backward: this value is [4, 2] and has no single derivative\n"
        "  hint: reduce it with sum() or mean(), or give a cotangent");
  CHECK(message_of([&] { Var(Tensor::scalar(1)).backward(); }) ==
        "backward: this value depends on nothing that wants a gradient\n"
        "  hint: was it computed under NoGrad, or detached?");
  const Var loss = sum(y);
  loss.backward();
  CHECK(message_of([&] { loss.backward(); }).find("was released by an earlier backward") != std::string::npos);
}

TEST_CASE("9: batch norm trained on one image of one value a channel") {
  BatchNorm1d layer(8);
  CHECK(message_of([&] { layer(Tensor::zeros({1, 8})); }) ==
        "BatchNorm1d: x is [1, 8], one value a channel, which has no variance\n  in model\n"
        "  hint: train with two images or more");
}

TEST_CASE("10: an optimizer without parameters, or with a learning rate that is none") {
  CHECK(message_of([] { Adam(std::vector<Var>{}); }) ==
        "Adam: it was given no parameters\n  hint: pass model.parameters()");
  auto layer = drawn<Linear>(3, 2);
  CHECK(message_of([&] { Adam(layer->parameters(), {.lr = -1}); }) == "Adam: lr is -1 but must be above 0");
}
