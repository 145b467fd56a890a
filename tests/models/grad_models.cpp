// The gradient of a whole net's loss, in double, for every parameter.
#include "autograd/gradient_check.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"

using namespace gradfold;

namespace {

void check_loss(AutoregressiveModel& model) {
  CAPTURE(model.name());
  CAPTURE(model.channels());
  Rng rng(11);
  model.reset_parameters(rng);
  const Tensor x = random_levels({2, model.channels(), 4, 4}, model.levels(), rng);
  const Indices labels = some_labels(model, 2);
  std::vector<Var> leaves;
  std::vector<std::string> names;
  for (const auto& [name, parameter] : model.named_parameters()) {
    leaves.push_back(parameter);
    names.push_back(name);
  }
  // A small step: some nets are made of ReLUs, and a large one would cross their kinks.
  const GradientCheck check = check_gradients(
      "nll", [&] { return model.nll(x, labels); }, leaves, {.step = 1e-5, .rtol = 1e-6}, names);
  INFO(check.message);
  CHECK(check.ok);
}

}  // namespace

TEST_CASE("the loss of a small model has the right gradient for every parameter") {
  PixelCnn binary({.maps = 3, .blocks = 2}), rgb({.maps = 3, .blocks = 1, .levels = 4, .channels = 3});
  GatedPixelCnn gated({.maps = 2, .layers = 2, .head = 3}),
      digits({.maps = 2, .layers = 2, .head = 3, .classes = 3}),
      rgb_digits({.maps = 3, .layers = 2, .head = 3, .levels = 4, .channels = 3, .classes = 2});
  for (AutoregressiveModel* model : std::initializer_list<AutoregressiveModel*>{&binary, &rgb, &gated, &digits,
                                                                              &rgb_digits})
    check_loss(*model);
}
