#pragma once
#include <fmt/format.h>

#include "nn/optim/adam.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"

// Three steps of Adam against what tests/fixtures/torch_steps.py kept of the same three in PyTorch: gradients at one
// point do not show whether every weight is moved by its own, nor whether the next loss sees it where it is then.
namespace gradfold {

// `loss` draws nothing: the same images and noise every time. Gradients that are there already are those of the first
// step. `take` gives the fixture's value of a key.
template <class Loss, class Take>
void check_torch_steps(Module& model, Loss loss, Take take) {
  constexpr int kSteps = 3;
  constexpr double kLr = 1e-2;
  Adam adam(model.parameters(), {.lr = kLr});
  for (int step = 1; step <= kSteps; ++step) {
    CAPTURE(step);
    adam.step();
    if (step == kSteps) model.eval();  // what is judged, and no longer trained, moves no statistics
    const Var now = loss();
    CHECK(now.item() == approx(take(fmt::format("loss_after.{}", step)).item(), 1e-5));
    adam.zero_grad();
    now.backward();
  }
  for (const auto& [name, value] : model.state()) {
    if (name == "steps") continue;  // of warm_up, which PyTorch's net has not
    CAPTURE(name);
    CHECK(disagreement(value, take("after." + name)) <= 5);  // 1e-5 is a thousandth of a step
  }
}

}  // namespace gradfold
