// Every row of the op table, in float, against what PyTorch computed in double (tests/fixtures/ops.npz):
// results and gradients within 2e-6 of the largest number of each array, 1e-5 relative.
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <set>

#include "tensor/npy.h"
#include "tests/op_table.h"

using namespace gradfold;

namespace {

// Largest |a - b|, in units of what is allowed: above 1 is a failure.
double excess(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const std::vector<Real> x = a.to_vector(), y = b.to_vector();
  double largest = 1, worst = 0;
  for (Real v : y) largest = std::max<double>(largest, std::abs(v));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = std::abs(x[i] - y[i]) / (2e-6 * largest + 1e-5 * std::abs(y[i]));
    worst = std::isnan(error) ? HUGE_VAL : std::max(worst, error);
  }
  return worst;
}

}  // namespace

TEST_CASE("results and gradients agree with PyTorch's for every row of the op table") {
  const auto stored = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/ops.npz");
  std::set<std::string> unused;
  for (const auto& [name, values] : stored) unused.insert(name);
  for (const OpRow& row : op_table()) {
    const auto take = [&](const std::string& what) {
      const std::string name = row.label + "." + what;
      REQUIRE_MESSAGE(stored.count(name) == 1, name << " is not in ops.npz; run tests/fixtures/make_op_fixtures.py");
      unused.erase(name);
      return stored.at(name);
    };
    std::vector<Var> leaves;
    for (std::size_t i = 0; i < row.shapes.size(); ++i) leaves.emplace_back(take(fmt::format("in{}", i)), true);
    const Var y = row.f(leaves);
    CHECK_MESSAGE(excess(y.value(), take("out")) <= 1, row.label << ": result");
    y.backward(take("cotangent"));
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      CHECK_MESSAGE(excess(leaves[i].grad(), take(fmt::format("d{}", i))) <= 1, row.label << ": gradient " << i);
    }
  }
  CHECK_MESSAGE(unused.empty(), *unused.begin() << " is stored but no row has this label");
}
