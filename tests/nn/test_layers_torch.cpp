// Every layer and loss against what PyTorch computed in double from the same numbers: results, gradients of
// inputs and parameters, running statistics. tests/fixtures/make_nn_fixtures.py made the values.
#include "autograd/ops.h"
#include "nn/embedding.h"
#include "nn/logistic_mixture.h"
#include "nn/losses.h"
#include "tests/doctest.h"
#include "tests/nn/fixture.h"
#include "tests/nn/layer_cases.h"

using namespace gradfold;

namespace {

// Loads CASE/state, runs forward and backward, and compares everything that is stored under CASE.
void compare(Fixture& torch, const std::string& name, Module& module, const std::function<Var()>& forward) {
  const Var y = forward();
  CHECK(disagreement(y.value(), torch(name + "/y")) <= 1);
  if (y.requires_grad()) y.backward(torch(name + "/dy"));
  for (const auto& parameter : module.named_parameters()) {
    CAPTURE(parameter.first);
    CHECK(disagreement(parameter.second.grad(), torch(name + "/grad." + parameter.first)) <= 1);
  }
  for (const auto& buffer : module.named_buffers()) {
    CAPTURE(buffer.first);
    CHECK(disagreement(*buffer.second, torch(name + "/after." + buffer.first)) <= 1);
  }
}

}  // namespace

TEST_CASE("every layer loads PyTorch's state dict and agrees with it, forward and backward") {
  Fixture torch;
  for (const LayerCase& layer : layer_cases()) {
    CAPTURE(layer.name);
    const auto module = layer.make();
    const Var x(torch(layer.name + "/x"), /*requires_grad=*/true);
    module->load(torch.under(layer.name + "/state."));
    module->train(layer.training);
    compare(torch, layer.name, *module, [&] { return (*module)(x); });
    CHECK(disagreement(x.grad(), torch(layer.name + "/dx")) <= 1);
  }
  CHECK(torch.unused() == "");
}

TEST_CASE("Embedding agrees with PyTorch") {
  Fixture torch;
  Embedding layer(6, 4);
  layer.load(torch.under("embedding/state."));
  compare(torch, "embedding", layer, [&] { return layer(torch.indices("embedding/x")); });
  CHECK(torch.unused() == "");
}

TEST_CASE("every loss agrees with PyTorch, for each reduction and in its gradients") {
  Fixture torch;
  const Tensor target = torch("mse/target"), soft = torch("bce/target");
  const Indices labels = torch.indices("cross_entropy/target"), dense = torch.indices("cross_entropy_dense/target");
  const Tensor grey_pixels = torch("mixture_grey/target"), rgb_pixels = torch("mixture_rgb/target");
  const LogisticMixture grey{.components = 3}, rgb{.components = 2, .levels = 6, .channels = 3};
  using Inputs = std::vector<Var>;
  struct Row {
    std::string name;
    std::function<Var(const Inputs&, Reduction)> f;
  };
  const std::vector<Row> rows = {
      {"mse", [&](const Inputs& x, Reduction r) { return mse_loss(x[0], target, r); }},
      {"bce", [&](const Inputs& x, Reduction r) { return bce_with_logits(x[0], soft, r); }},
      {"cross_entropy", [&](const Inputs& x, Reduction r) { return cross_entropy(x[0], labels, r); }},
      {"cross_entropy_dense", [&](const Inputs& x, Reduction r) { return cross_entropy(x[0], dense, r); }},
      {"gaussian_nll", [&](const Inputs& x, Reduction r) { return gaussian_nll(x[0], x[1], x[2], r); }},
      {"kl_normal", [&](const Inputs& x, Reduction r) { return kl_to_standard_normal(x[0], x[1], r); }},
      {"kl_categorical", [&](const Inputs& x, Reduction r) { return kl_categorical(x[0], x[1], r); }},
      {"mixture_grey", [&](const Inputs& x, Reduction r) { return grey.nll(x[0], grey_pixels, r); }},
      {"mixture_rgb", [&](const Inputs& x, Reduction r) { return rgb.nll(x[0], rgb_pixels, r); }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Inputs inputs;
    for (int i = 0; torch.has(fmt::format("{}/x{}", row.name, i)); ++i) {
      inputs.emplace_back(torch(fmt::format("{}/x{}", row.name, i)), /*requires_grad=*/true);
    }
    CHECK(disagreement(row.f(inputs, Reduction::kNone).value(), torch(row.name + "/none")) <= 1);
    CHECK(disagreement(row.f(inputs, Reduction::kSum).value(), torch(row.name + "/sum")) <= 1);
    const Var mean = row.f(inputs, Reduction::kMean);
    CHECK(disagreement(mean.value(), torch(row.name + "/mean")) <= 1);
    mean.backward();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      CHECK(disagreement(inputs[i].grad(), torch(fmt::format("{}/dx{}", row.name, i))) <= 1);
    }
  }
  CHECK(torch.unused() == "");
}
