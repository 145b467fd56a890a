// Every row of the op table, in float, against what PyTorch computed in double (tests/fixtures/ops.npz):
// results and gradients, to what rounding in float may do.
#include <set>

#include "tensor/npy.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/op_table.h"

using namespace gradfold;

TEST_CASE("results and gradients agree with PyTorch's for every row of the op table") {
  const auto stored = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/ops.npz");
  std::set<std::string> unused;
  for (const auto& [name, values] : stored) unused.insert(name);
  for (const OpRow& row : op_table()) {
    const auto take = [&](const std::string& what) {
      const std::string name = row.label + "." + what;
      REQUIRE_MESSAGE(stored.count(name) == 1,
                      name << " is not in ops.npz; add the row to tests/fixtures/make_op_fixtures.py and run "
                              "/usr/bin/python3 tests/fixtures/make_op_fixtures.py (it needs python3-torch)");
      unused.erase(name);
      return stored.at(name);
    };
    std::vector<Var> leaves;
    for (std::size_t i = 0; i < row.shapes.size(); ++i) leaves.emplace_back(take(fmt::format("in{}", i)), true);
    const Var y = row.f(leaves);
    CHECK_MESSAGE(disagreement(y.value(), take("out")) <= 1, row.label << ": result");
    y.backward(take("cotangent"));
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      CHECK_MESSAGE(disagreement(leaves[i].grad(), take(fmt::format("d{}", i))) <= 1, row.label << ": gradient " << i);
    }
  }
  CHECK_MESSAGE(unused.empty(), *unused.begin() << " is stored but no row has this label");
}
