// Row LSTM and Diagonal BiLSTM as they run, one op over the plane, against themselves in plain ops, line by line.
#include "nn/diagonal_bilstm.h"
#include "nn/row_lstm.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

template <class Layer>
void compare(Layer& layer, const Shape& shape) {
  Rng rng(1);
  layer.reset_parameters(rng);
  layer.zero_grad();
  for (auto& [name, parameter] : layer.named_parameters())  // h0 and c0 are zero at first
    if (name.ends_with("0")) parameter.mutable_value() = rng.normal(parameter.shape());
  const Tensor x = rng.normal(shape);
  const Var fused_x(x, true), composed_x(x, true);
  const Var fused = layer(fused_x);
  const Tensor dy = rng.normal(fused.shape());
  fused.backward(dy);
  std::vector<Tensor> expected;
  for (const Var& parameter : layer.parameters()) expected.push_back(parameter.grad().clone());
  layer.zero_grad();

  const Var composed = layer.composed(composed_x);
  CHECK(allclose(fused.value(), composed.value(), 1e-5, 1e-6));
  composed.backward(dy);
  CHECK(allclose(fused_x.grad(), composed_x.grad(), 1e-4, 1e-5));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(layer.named_parameters()[i].first);
    CHECK(allclose(expected[i], layer.parameters()[i].grad(), 1e-4, 1e-4));
  }
}

}  // namespace

TEST_CASE("Row LSTM is the same row by row") {
  RowLstm layer(3, 20);  // 20: not a whole number of vectors
  compare(layer, {3, 3, 5, 7});
  RowLstm wide(3, 6, {.kernel = 5, .groups = 3});
  compare(wide, {1, 3, 4, 3});
  RowLstm one_row(2, 16);
  compare(one_row, {2, 2, 1, 6});
}

TEST_CASE("Diagonal BiLSTM is the same column by column of the skewed image") {
  DiagonalBiLstm layer(3, 20);
  compare(layer, {3, 3, 5, 7});
  compare(layer, {2, 3, 7, 4});
  DiagonalBiLstm rgb(3, 6, {.groups = 3});
  compare(rgb, {1, 3, 4, 4});
  DiagonalBiLstm one_column(2, 16);
  compare(one_column, {2, 2, 6, 1});
}

TEST_CASE("skew moves row r by r pixels, and unskew takes it back") {
  const Var x(Tensor::arange(6).reshape({1, 1, 2, 3}) + Real(1));
  CHECK(identical(skew(x).value().contiguous(), Tensor::from({1, 2, 3, 0, 0, 4, 5, 6}).reshape({1, 1, 2, 4})));
  CHECK(identical(unskew(skew(x)).value().contiguous(), x.value()));
}
