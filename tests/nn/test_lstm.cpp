// The LSTM that runs, one op over all steps, against the one that is read, a cell of plain ops.
#include "autograd/ops.h"
#include "nn/lstm.h"
#include "nn/lstm_cell.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("Lstm is its cell step by step, forward and backward") {
  constexpr Index kN = 3, kSteps = 6, kIn = 5, kHidden = 19;  // 19: not a whole number of vectors
  Rng rng(1);
  Lstm lstm(kIn, kHidden);
  lstm.reset_parameters(rng);
  LstmCell cell(kIn, kHidden);
  NamedTensors weights;
  for (const auto& [name, value] : lstm.state()) weights.emplace_back(name.substr(0, name.size() - 3), value);
  cell.load(weights);

  const Tensor x = rng.normal({kN, kSteps, kIn}), dy = rng.normal({kN, kSteps, kHidden});
  const Var fused_x(x, true), composed_x(x, true);
  const Var fused = lstm(fused_x);
  LstmState state{Var(Tensor::zeros({kN, kHidden})), Var(Tensor::zeros({kN, kHidden}))};
  std::vector<Var> steps;
  for (Index t = 0; t < kSteps; ++t) {
    state = cell.step(select(composed_x, 1, t), state);
    steps.push_back(unsqueeze(state.h, 1));
  }
  const Var composed = concatenate(steps, 1);
  CHECK(allclose(fused.value(), composed.value(), 1e-5, 1e-6));

  fused.backward(dy);
  composed.backward(dy);
  CHECK(allclose(fused_x.grad(), composed_x.grad(), 1e-4, 1e-5));
  CHECK(allclose(lstm.layers[0].weight_ih.grad(), cell.weight_ih.grad(), 1e-4, 1e-5));
  CHECK(allclose(lstm.layers[0].weight_hh.grad(), cell.weight_hh.grad(), 1e-4, 1e-5));
  CHECK(allclose(lstm.layers[0].bias_ih.grad(), cell.bias_ih.grad(), 1e-4, 1e-5));
  CHECK(allclose(lstm.layers[0].bias_hh.grad(), cell.bias_hh.grad(), 1e-4, 1e-5));
}
