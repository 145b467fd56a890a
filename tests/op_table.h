#pragma once
#include <functional>
#include <string>
#include <vector>

#include "autograd/gradient_check.h"

// Every op that record() may see, one row or more for each. The same rows drive the gradient check
// (tests/autograd/grad_ops.cpp) and the comparison with PyTorch (tests/autograd/test_ops_torch.cpp, whose
// values tests/fixtures/make_op_fixtures.py makes under the same labels); main() fails a test program that
// recorded an op without a row. Ops named "test_..." are the tests' own.
namespace gradfold {

struct OpRow {
  std::string label;  // the op's name as recorded, and for further rows of an op " what is special"
  std::function<Var(const std::vector<Var>&)> f;
  std::vector<Shape> shapes;
  Domain domain = {};
  std::vector<std::vector<Shape>> edges = {};  // more shapes to check: broadcast, size 1, empty

  std::string op() const { return label.substr(0, label.find(' ')); }
};

const std::vector<OpRow>& op_table();

}  // namespace gradfold
