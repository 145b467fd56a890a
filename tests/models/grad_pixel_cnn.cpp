// The gradient of the whole net's loss, in double, for every parameter.
#include "autograd/gradient_check.h"
#include "models/pixel_cnn.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("the loss of a small PixelCNN has the right gradient for every parameter") {
  for (const PixelCnnConfig& config : {PixelCnnConfig{.maps = 3, .blocks = 2},
                                       PixelCnnConfig{.maps = 3, .blocks = 1, .levels = 4, .channels = 3}}) {
    CAPTURE(config.channels);
    Rng rng(11);
    PixelCnn model(config, rng);
    Tensor x({2, config.channels, 4, 4});
    for (Index i = 0; i < x.numel(); ++i)
      x.data()[i] = static_cast<Real>(rng.below(config.levels)) / (config.levels - 1);
    std::vector<Var> leaves;
    std::vector<std::string> names;
    for (const auto& [name, parameter] : model.named_parameters()) {
      leaves.push_back(parameter);
      names.push_back(name);
    }
    // A small step: the net is made of ReLUs, and a large one would cross their kinks.
    const GradientCheck check = check_gradients(
        "PixelCnn.nll", [&] { return model.nll(x); }, leaves, {.step = 1e-5, .rtol = 1e-6}, names);
    INFO(check.message);
    CHECK(check.ok);
  }
}
