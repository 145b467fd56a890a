// Ops that must wait for one another, on chains and forks of known length, and on the layers that it is there for.
#include "autograd/graph_depth.h"
#include "autograd/ops.h"
#include "nn/diagonal_bilstm.h"
#include "nn/row_lstm.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("the longest chain counts, however many ops stand beside it") {
  const Var x(Tensor::ones({3}), true);
  CHECK(graph_depth(x) == 0);
  CHECK(graph_depth(Var(Tensor::ones({3}))) == 0);
  CHECK(graph_depth(tanh(x)) == 1);
  const Var fork = tanh(tanh(tanh(x)));
  CHECK(graph_depth(exp(x) + fork) == 4);  // exp waits for nothing
  CHECK(graph_depth(fork * fork) == 4);    // two ways, as long
  CHECK(graph_depth(x + x) == 1);
  Var chain = x;
  for (int i = 0; i < 1000; ++i) chain = chain + x;  // no recursion that such a chain could exhaust
  CHECK(graph_depth(chain) == 1000);
}

TEST_CASE("an LSTM over an image adds the same number of ops a line: rows, or diagonals of the skewed image") {
  Rng rng(1);
  RowLstm rows(2, 3);
  DiagonalBiLstm diagonals(2, 3);
  rows.reset_parameters(rng);
  diagonals.reset_parameters(rng);
  const auto depth = [&](auto& layer, Index height, Index width) {
    return graph_depth(layer.composed(Var(rng.normal({1, 2, height, width}))));
  };
  const Index one_row = depth(rows, 5, 4) - depth(rows, 4, 4);
  CHECK(one_row > 0);
  CHECK(depth(rows, 9, 4) - depth(rows, 4, 4) == 5 * one_row);
  CHECK(depth(rows, 4, 9) == depth(rows, 4, 4));
  const Index one_diagonal = depth(diagonals, 5, 4) - depth(diagonals, 4, 4);
  CHECK(one_diagonal > 0);
  CHECK(depth(diagonals, 4, 5) - depth(diagonals, 4, 4) == one_diagonal);
  CHECK(depth(diagonals, 9, 9) - depth(diagonals, 4, 4) == 10 * one_diagonal);
}
