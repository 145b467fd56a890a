// The gradient of a whole net's loss, in double, for every parameter.
#include <algorithm>

#include "autograd/gradient_check.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"
#include "tests/models/small_nets.h"

using namespace gradfold;

TEST_CASE("the loss of a small net has the right gradient for every parameter") {
  for (const SmallNet& net : small_nets()) {
    CAPTURE(net.name);
    Rng rng(11);
    const auto model = net.make();
    model->reset_parameters(rng);
    const Tensor x = random_levels({2, model->channels(), 4, 4}, model->levels(), rng);
    const Indices labels = some_labels(*model, 2);
    std::vector<Var> leaves;
    std::vector<std::string> names;
    for (auto [name, parameter] : model->named_parameters()) {
      add_(parameter.mutable_value(), rng.normal(parameter.shape()), Real(0.1));  // zeros stand on kinks
      leaves.push_back(parameter);
      names.push_back(name);
    }
    // A small step: some nets are made of ReLUs, and a large one would cross their kinks. A net of many parameters has
    // fewer elements of each checked.
    const Index each = std::clamp<Index>(2000 / static_cast<Index>(leaves.size()), 8, 96);
    const GradientCheck check = check_gradients(
        net.name, [&] { return model->nll(x, labels); }, leaves,
        {.step = 3e-5, .rtol = 1e-6, .max_elements = each}, names);
    INFO(check.message);
    CHECK(check.ok);
  }
}
