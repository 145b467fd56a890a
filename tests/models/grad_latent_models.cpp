// The gradients of every objective of a model with codes, in double, for every parameter that it trains.
#include <algorithm>

#include "autograd/gradient_check.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"
#include "tests/models/small_latent_nets.h"

using namespace gradfold;

TEST_CASE("every objective of a small latent model has the right gradient for every parameter that it trains") {
  for (const SmallLatentNet& net : small_latent_nets()) {
    CAPTURE(net.name);
    Rng rng(11);
    const auto model = net.make();
    model->reset_parameters(rng);
    const Shape shape{2, model->channels(), model->height, model->width};
    const Tensor x = model->levels() == kGrey ? rng.uniform(shape) : random_levels(shape, model->levels(), rng);
    const Indices labels = some_labels(*model, 2);
    for (auto [name, parameter] : model->named_parameters())
      add_(parameter.mutable_value(), rng.normal(parameter.shape()), Real(0.1));  // zeros stand on kinks
    for (const Objective& objective : model->objectives()) {
      CAPTURE(objective.name);
      const Index each = std::clamp<Index>(2000 / static_cast<Index>(objective.parameters.size()), 8, 96);
      const GradientCheck check = check_gradients(
          net.name + ", " + objective.name,
          [&] {
            Rng same(5);  // the loss draws the same numbers each time
            return objective.loss(x, labels, same);
          },
          objective.parameters, {.step = 3e-5, .rtol = 1e-6, .max_elements = each});
      INFO(check.message);
      CHECK(check.ok);
    }
  }
}
