// What the two PixelRNNs see of an image: Row LSTM a triangle above the pixel, Diagonal BiLSTM everything before it.
#include "autograd/dependency_map.h"
#include "models/pixel_rnn.h"
#include "nn/diagonal_bilstm.h"
#include "nn/row_lstm.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

constexpr Index kSide = 9;

DependencyMap map_of(Module& module, Index channels) {
  Rng rng(1);
  module.reset_parameters(rng);
  return dependency_map([&](const Var& x) { return module(x); }, {1, channels, kSide, kSide}, rng);
}

}  // namespace

TEST_CASE("Row LSTM: the row up to the pixel, and a triangle that widens by kernel / 2 columns a row upwards") {
  for (const Index kernel : {3, 5}) {
    CAPTURE(kernel);
    RowLstm layer(1, 3, {.kernel = kernel});
    const DependencyMap map = map_of(layer, 1);
    CHECK(map.leaks(/*allow_same=*/true) == 0);
    const Index wider = kernel / 2;
    for (Index row = 0; row < kSide; ++row) {
      for (Index col = 0; col < kSide; ++col) {
        const Tensor seen = map.reach(row, col);
        for (Index r = 0; r < kSide; ++r) {
          for (Index c = 0; c < kSide; ++c) {
            // Input-to-state reaches so many columns to the left, state-to-state to each side a row.
            const bool inside = r <= row && c >= col - wider * (1 + row - r) && c <= col + wider * (row - r);
            CHECK((seen.at({r, c}) != 0) == inside);
          }
        }
      }
    }
  }
}

TEST_CASE("Diagonal BiLSTM: every earlier pixel and the pixel itself, nothing later") {
  DiagonalBiLstm layer(1, 3);
  const DependencyMap map = map_of(layer, 1);
  CHECK(map.leaks(/*allow_same=*/true) == 0);
  CHECK(map.blind(/*allow_same=*/true) == 0);
}

TEST_CASE("the whole nets: Diagonal BiLSTM has no blind spot, Row LSTM has one") {
  PixelRnn diagonal(PixelRnnKind::kDiagonalBiLstm, {.hidden = 4, .layers = 1});
  PixelRnn rows(PixelRnnKind::kRowLstm, {.hidden = 4, .layers = 1});
  const DependencyMap everything = map_of(diagonal, 1), triangle = map_of(rows, 1);
  CHECK(everything.leaks() == 0);
  CHECK(everything.blind() == 0);
  CHECK(triangle.leaks() == 0);
  CHECK(triangle.blind() > 0);
  PixelRnn wide_rows(PixelRnnKind::kRowLstm, {.hidden = 4, .layers = 1, .kernel = 5});
  const DependencyMap wide_triangle = map_of(wide_rows, 1);
  CHECK(wide_triangle.leaks() == 0);
  CHECK(wide_triangle.blind() > 0);
  CHECK(wide_triangle.blind() < triangle.blind());
}
