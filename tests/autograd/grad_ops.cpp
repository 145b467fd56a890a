// Every row of the op table against central differences, in double: full Jacobian and a random cotangent, for
// every input; broadcast, size-1 and empty shapes; views that are not contiguous on the way in and out.
#include <algorithm>
#include <set>

#include "autograd/ops.h"
#include "autograd/record.h"
#include "tests/doctest.h"
#include "tests/op_table.h"

using namespace gradfold;

namespace {

void expect(const GradientCheck& check) { CHECK_MESSAGE(check.ok, check.message); }

// Names of all ops in the graph below y.
std::set<std::string> ops_below(const Var& y) {
  std::set<std::string> names;
  std::vector<std::shared_ptr<Node>> todo{y.node()};
  while (!todo.empty()) {
    const std::shared_ptr<Node> node = todo.back();
    todo.pop_back();
    if (!node) continue;
    names.insert(node->op);
    todo.insert(todo.end(), node->inputs.begin(), node->inputs.end());
  }
  return names;
}

// The same numbers with the first and last dimension's memory swapped: a view that is not row-major.
Tensor stored_transposed(const Tensor& x) { return x.transpose(0, -1).contiguous(); }
Var seen_transposed(const Var& x) { return x.value().rank() > 1 ? transpose(x, 0, -1) : x; }

}  // namespace

TEST_CASE("every row's gradient is what differences measure") {
  for (const OpRow& row : op_table()) {
    Rng rng(7);
    expect(check_gradients(row.label, row.f, draw_inputs(row.shapes, row.domain, rng)));
    for (const std::vector<Shape>& shapes : row.edges) {
      expect(check_gradients(row.label + ", edge shapes", row.f, draw_inputs(shapes, row.domain, rng)));
    }
  }
}

TEST_CASE("inputs and cotangents that are views give the same gradients") {
  for (const OpRow& row : op_table()) {
    Rng rng(8);
    std::vector<Tensor> inputs = draw_inputs(row.shapes, row.domain, rng), stored;
    for (const Tensor& x : inputs) stored.push_back(x.rank() > 1 ? stored_transposed(x) : x);
    const auto through_views = [&](const std::vector<Var>& v) {
      std::vector<Var> views;
      for (const Var& x : v) views.push_back(seen_transposed(x));
      return seen_transposed(row.f(views));
    };
    expect(check_gradients(row.label + ", views", through_views, stored));

    const std::vector<Var> plain(inputs.begin(), inputs.end()), views(stored.begin(), stored.end());
    const Tensor expected = seen_transposed(row.f(plain)).value();
    CHECK_MESSAGE(allclose(through_views(views).value(), expected, 1e-12, 1e-12), row.label);
  }
}

TEST_CASE("gradients of one input alone are right: closures compute only what is wanted") {
  for (const OpRow& row : op_table()) {
    if (row.shapes.size() < 2) continue;
    for (std::size_t only = 0; only < row.shapes.size(); ++only) {
      Rng rng(9);
      const std::vector<Tensor> inputs = draw_inputs(row.shapes, row.domain, rng);
      const auto f = [&](const std::vector<Var>& v) {
        std::vector<Var> all(inputs.begin(), inputs.end());
        all[only] = v[0];
        return row.f(all);
      };
      expect(check_gradients(row.label + fmt::format(", input {} alone", only), f, {inputs[only]}));
    }
  }
}

TEST_CASE("each row records the op that it is named after, and no two rows share a label") {
  std::set<std::string> labels;
  for (const OpRow& row : op_table()) {
    CHECK_MESSAGE(labels.insert(row.label).second, row.label);
    Rng rng(10);
    std::vector<Var> leaves;
    for (const Tensor& x : draw_inputs(row.shapes, row.domain, rng)) leaves.emplace_back(x, true);
    CHECK_MESSAGE(ops_below(row.f(leaves)).count(row.op()) == 1, row.label);
  }
}

TEST_CASE("the check itself finds a wrong gradient and says what and where") {
  const auto wrong_square = [](const std::vector<Var>& v) {
    return record("test_wrong", {v[0]}, v[0].value() * v[0].value(), [x = v[0].value()](const Tensor& dy) -> Grads {
      Tensor dx = dy * x * 2;
      if (dx.numel() == 4) dx.set({1, 0}, dx.at({1, 0}) * Real(1.00001));
      return {dx};
    });
  };
  Rng rng(1);
  const GradientCheck check = check_gradients("wrong_square", wrong_square, draw_inputs({{2, 2}}, {.low = 1}, rng),
                                              {.seed = 11});
  CHECK_FALSE(check.ok);
  CHECK(check.worst > 4e-6);
  CHECK(check.worst < 1.1e-5);
  for (const char* part : {"wrong_square: gradient of input 0 at element [1, 0]", "output [1, 0]", "received",
                           "differences give", "of the largest derivative", "repeat with seed 11"}) {
    CHECK_MESSAGE(check.message.find(part) != std::string::npos, check.message);
  }
}

TEST_CASE("the check names the leaf where names are given, and sees a dependence that the graph lost") {
  const Var w(Tensor::from({1, 2}), true);
  const auto detached = [&] { return w * w.detach(); };
  const GradientCheck check = check_gradients("model", detached, {w}, {}, {"hidden.weight"});
  CHECK_FALSE(check.ok);
  CHECK_MESSAGE(check.message.find("gradient of hidden.weight") != std::string::npos, check.message);
  CHECK_FALSE(w.grad().defined());
}

TEST_CASE("drawn inputs stay in the domain and away from the kinks") {
  Rng rng(3);
  for (Real v : draw_inputs({{500}}, {.low = -1, .high = 1, .kinks = {0}, .margin = 0.2}, rng)[0].to_vector()) {
    CHECK(std::abs(v) >= 0.2 - 1e-12);
    CHECK(std::abs(v) <= 1);
  }
  std::vector<Real> all = draw_inputs({{10, 10}}, {.low = 0, .high = 1, .distinct = true}, rng)[0].to_vector();
  std::sort(all.begin(), all.end());
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i] - all[i - 1] >= 0.5 / 100 - 1e-12);
}
