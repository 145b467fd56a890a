// Every layer and loss against central differences in double: the gradients of x and of every parameter, the
// full Jacobian and a random cotangent.
#include "autograd/gradient_check.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/logistic_mixture.h"
#include "nn/losses.h"
#include "tests/doctest.h"
#include "tests/nn/layer_cases.h"

using namespace gradfold;

namespace {

void expect(const GradientCheck& check) { CHECK_MESSAGE(check.ok, check.message); }

void check_layer(const std::string& name, Module& module, const Tensor& x,
                 const std::function<Var(const Var&)>& forward) {
  std::vector<Var> leaves{Var(x, /*requires_grad=*/true)};
  std::vector<std::string> names{"x"};
  for (const auto& [parameter, value] : module.named_parameters()) {
    leaves.push_back(value);
    names.push_back(parameter);
  }
  expect(check_gradients(name, [&] { return forward(leaves[0]); }, leaves, {}, names));
}

}  // namespace

TEST_CASE("every layer's gradients are what differences measure, for x and for every parameter") {
  for (const LayerCase& layer : layer_cases()) {
    CAPTURE(layer.name);
    Rng rng(5);
    const auto module = layer.make();
    module->reset_parameters(rng);
    module->train(layer.training);
    const Tensor x = draw_inputs({layer.x}, {.kinks = {0}}, rng)[0];
    check_layer(layer.name, *module, x, [&](const Var& in) { return (*module)(in); });
  }
}

TEST_CASE("batch norm in evaluation has gradients for x, weight and bias") {
  Rng rng(6);
  BatchNorm2d layer(3);
  layer(rng.normal({4, 3, 2, 2}));  // moves the running statistics away from 0 and 1
  layer.eval();
  check_layer("batch_norm2d, eval", layer, rng.normal({2, 3, 2, 2}), [&](const Var& x) { return layer(x); });
}

TEST_CASE("Dropout and Embedding") {
  Rng rng(7);
  Dropout dropout(Real(0.4), rng);
  const Rng::State start = rng.state();
  check_layer("dropout", dropout, Rng(8).normal({4, 5}), [&](const Var& x) {
    rng.set_state(start);  // the same elements are dropped at each evaluation
    return dropout(x);
  });
  Embedding embedding(5, 3);
  embedding.reset_parameters(rng);
  expect(check_gradients("embedding", [&] { return embedding(Indices{4, 0, 4}); }, {embedding.weight}, {}, {"weight"}));
}

TEST_CASE("every loss") {
  Rng rng(9);
  const Tensor soft = rng.uniform({3, 4}), target = rng.normal({3, 4});
  Indices dense(Shape{2, 2, 3});
  for (Index i = 0; i < dense.numel(); ++i) dense[i] = static_cast<std::int32_t>(i % 4);
  const LogisticMixture grey{.components = 3}, binary{.components = 2, .levels = 2},
      rgb{.components = 2, .levels = 5, .channels = 3};
  const auto levels = [](Index channels, int count) {  // the first and the last one among them
    Tensor x({2, channels, 2, 3});
    for (Index i = 0; i < x.numel(); ++i) x.data()[i] = static_cast<Real>(i * (count - 1) / 5 % count) / (count - 1);
    return x;
  };
  using Inputs = std::vector<Var>;
  struct Row {
    std::string name;
    std::function<Var(const Inputs&, Reduction)> f;
    std::vector<Shape> shapes;
  };
  const std::vector<Row> rows = {
      {"mse_loss", [](const Inputs& x, Reduction r) { return mse_loss(x[0], x[1], r); }, {{3, 4}, {3, 4}}},
      {"bce_with_logits", [&](const Inputs& x, Reduction r) { return bce_with_logits(x[0], soft, r); }, {{3, 4}}},
      {"cross_entropy", [](const Inputs& x, Reduction r) { return cross_entropy(x[0], {2, 0, 3}, r); }, {{3, 4}}},
      {"cross_entropy, dense", [&](const Inputs& x, Reduction r) { return cross_entropy(x[0], dense, r); },
       {{2, 4, 2, 3}}},
      {"gaussian_nll", [](const Inputs& x, Reduction r) { return gaussian_nll(x[0], x[1], x[2], r); },
       {{3, 4}, {3, 4}, {3, 4}}},
      {"kl_to_standard_normal", [](const Inputs& x, Reduction r) { return kl_to_standard_normal(x[0], x[1], r); },
       {{3, 4}, {3, 4}}},
      {"kl_categorical", [](const Inputs& x, Reduction r) { return kl_categorical(x[0], x[1], r); }, {{3, 4}, {3, 4}}},
      {"mixture, grey", [&](const Inputs& x, Reduction r) { return grey.nll(x[0], levels(1, 256), r); },
       {{2, 9, 2, 3}}},
      {"mixture, grey of 2 levels", [&](const Inputs& x, Reduction r) { return binary.nll(x[0], levels(1, 2), r); },
       {{2, 6, 2, 3}}},
      {"mixture, RGB", [&](const Inputs& x, Reduction r) { return rgb.nll(x[0], levels(3, 5), r); }, {{2, 20, 2, 3}}},
  };
  for (const Row& row : rows) {
    for (Reduction r : {Reduction::kNone, Reduction::kSum, Reduction::kMean, Reduction::kBatchMean}) {
      const std::string name = fmt::format("{}, reduction {}", row.name, static_cast<int>(r));
      expect(check_gradients(name, [&](const Inputs& x) { return row.f(x, r); },
                             draw_inputs(row.shapes, {.kinks = {0}}, rng)));
    }
  }
}
