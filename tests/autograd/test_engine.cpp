// The graph and the walk: what is added up, kept, released and refused.
#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "autograd/record.h"
#include "tensor/buffer.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

Var leaf(std::initializer_list<Real> values) { return Var(Tensor::from(values), true); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
#define CHECK_HAS(text, part) CHECK_MESSAGE(has(text, part), text)

}  // namespace

TEST_CASE("gradients add up over uses and over backward calls, until zero_grad") {
  Var x = leaf({1, 2, 3});
  sum(x * x + x).backward();  // 2x + 1
  CHECK(x.grad().to_vector() == std::vector<Real>{3, 5, 7});
  sum(x).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{4, 6, 8});
  x.zero_grad();
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("a diamond is walked once: 2^40 paths, one visit to each node") {
  const Var x = leaf({1});
  Var y = x;
  for (int i = 0; i < 40; ++i) y = y + y;
  y.backward();
  CHECK(x.grad().item() == std::ldexp(Real(1), 40));
}

TEST_CASE("leaves that received the same tensor do not share memory") {
  const Var a = leaf({1, 2}), b = leaf({3, 4});
  const Tensor cotangent = Tensor::from({5, 6});
  (a + b).backward(cotangent);
  CHECK_FALSE(a.grad().shares_memory_with(b.grad()));
  CHECK_FALSE(a.grad().shares_memory_with(cotangent));
}

TEST_CASE("a copy of a Var is the same parameter") {
  Var a = leaf({1, 2});
  const Var b = a;
  sum(b * b).backward();
  CHECK(a.grad().to_vector() == std::vector<Real>{2, 4});
  a.mutable_value().set({0}, 7);
  CHECK(b.value().at({0}) == 7);
}

TEST_CASE("a second backward says that the graph was released; retain_graph keeps it") {
  const Var x = leaf({1, 2});
  const Var y = sum(tanh(x) * x);
  y.backward({.retain_graph = true});
  const std::vector<Real> once = x.grad().to_vector();
  y.backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{2 * once[0], 2 * once[1]});
  const std::string text = message_of([&] { y.backward(); });
  CHECK_HAS(text, "backward: the graph below 'sum' was released by an earlier backward");
  CHECK_HAS(text, "hint: walk it with {.retain_graph = true} the first time");

  const Var h = tanh(x), a = sum(h), b = sum(h * h);  // two results over one shared node
  a.backward();
  CHECK_HAS(message_of([&] { b.backward(); }), "the graph below 'tanh' was released");
}

TEST_CASE("what the ops saved is freed as backward walks") {
  constexpr int kSteps = 64;
  const Index n = 1 << 14;
  const Var x(Tensor::ones({n}), true);
  const std::size_t before = pool_stats().in_use;
  Var y = x;
  for (int i = 0; i < kSteps; ++i) y = tanh(y);  // each node keeps its result
  const std::size_t forward = pool_stats().in_use - before;
  CHECK(forward >= kSteps * n * sizeof(Real));
  // The peak over the walk stays near what forward held: each step frees one result as it makes one gradient.
  const std::size_t peak_before = pool_stats().peak;
  const Var loss = sum(y);
  y = Var();
  loss.backward();
  CHECK(pool_stats().peak <= std::max(peak_before, before + forward) + 6 * n * sizeof(Real));
  // loss is alive, but nothing below it: x's gradient and a few numbers are left.
  CHECK(pool_stats().in_use - before <= 3 * n * sizeof(Real));
}

TEST_CASE("a result that no gradient needs is freed during the forward pass") {
  const Index n = 1 << 14;
  const Var x(Tensor::ones({n}), true);
  const std::size_t before = pool_stats().in_use;
  Var y = x;
  for (int i = 0; i < 32; ++i) y = y + Real(1);
  CHECK(pool_stats().in_use - before <= 3 * n * sizeof(Real));
  CHECK(y.requires_grad());
}

TEST_CASE("detach and NoGrad stop gradients, EnableGrad lets them through again") {
  const Var x = leaf({2, 3});
  sum(x * x.detach()).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{2, 3});
  {
    NoGrad guard;
    CHECK_FALSE((x * x).requires_grad());
    CHECK_FALSE(grad_enabled());
    {
      EnableGrad within;
      CHECK((x * x).requires_grad());
    }
    CHECK_FALSE((x * x).requires_grad());
  }
  CHECK(grad_enabled());
  CHECK((x * x).requires_grad());
  CHECK_HAS(message_of([&] { sum(x.detach()).backward(); }), "depends on nothing that wants a gradient");
}

TEST_CASE("a frozen leaf is a constant") {
  Var w = leaf({2, 3});
  const Var x = leaf({5, 7});
  w.freeze();
  sum(w * x).backward();
  CHECK_FALSE(w.grad().defined());
  CHECK(x.grad().to_vector() == std::vector<Real>{2, 3});
  w.freeze(false);
  sum(w * x).backward();
  CHECK(w.grad().to_vector() == std::vector<Real>{5, 7});
}

TEST_CASE("retain_grad keeps the gradient of an intermediate result") {
  const Var x = leaf({1, 2});
  const Var h = (x * Real(3)).retain_grad();
  const Var other = x * Real(2);
  sum(h * h + other).backward();
  CHECK(h.grad().to_vector() == std::vector<Real>{6, 12});
  CHECK_FALSE(other.grad().defined());
  CHECK(x.grad().to_vector() == std::vector<Real>{20, 38});
}

TEST_CASE("what an earlier walk left with a retained result is not handed down again") {
  const Var x = leaf({1, 2});
  const Var h = (x * Real(2)).retain_grad();
  const Var y = sum(h * Real(3)).retain_grad();
  y.backward({.retain_graph = true});
  y.backward({.retain_graph = true});
  CHECK(x.grad().to_vector() == std::vector<Real>{12, 12});  // 6 a walk
  CHECK(h.grad().to_vector() == std::vector<Real>{6, 6});
  CHECK(y.grad().item() == 2);
  CHECK(gradients(y, {x, h}, {}, {.retain_graph = true})[1].to_vector() == std::vector<Real>{3, 3});
  CHECK(h.grad().to_vector() == std::vector<Real>{6, 6});
}

TEST_CASE("a closure that throws leaves no half-made gradients in the graph") {
  Var x = leaf({1, 2}), w = leaf({3, 4});
  bool fail = true;
  const Var h = record("test_throws", {x}, x.value(), [&](const Tensor& dy) -> Grads {
    require(!fail, "test_throws", "not this time");
    return {dy};
  });
  sum(w).backward();
  const Var y = sum(h * w);
  const std::string text = message_of([&] { gradients(y, {x, h, w}, {}, {.retain_graph = true}); });
  CHECK(text == "test_throws: not this time");
  CHECK(w.grad().to_vector() == std::vector<Real>{1, 1});  // gradients() gives back what it set aside
  CHECK_FALSE(h.grad().defined());
  CHECK(message_of([&] { y.backward({.retain_graph = true}); }) == text);
  CHECK_FALSE(x.grad().defined());
  CHECK(w.grad().to_vector() == std::vector<Real>{2, 3});  // passed before the throw
  fail = false, w.zero_grad();
  y.backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{3, 4});
  CHECK(w.grad().to_vector() == std::vector<Real>{1, 2});
}

TEST_CASE("chains of 200,000 nodes neither walk nor free themselves by recursion") {
  const Var x = leaf({1});
  {
    Var y = x;
    for (int i = 0; i < 200000; ++i) y = y + Real(1);
    y.backward();
    CHECK(x.grad().item() == 1);
    for (int i = 0; i < 200000; ++i) y = x + (i == 0 ? x : y);
  }  // freed without having been walked
}

TEST_CASE("gradients() answers for the named values alone and leaves every grad as it was") {
  const Var x = leaf({1, 2}), w = leaf({3, 4});
  sum(w).backward();
  const Var h = x * w;
  const std::vector<Tensor> g = gradients(sum(h * h), {x, h, leaf({9})});
  CHECK(g[0].to_vector() == std::vector<Real>{18, 64});
  CHECK(g[1].to_vector() == std::vector<Real>{6, 16});
  CHECK(g[2].to_vector() == std::vector<Real>{0});
  CHECK(w.grad().to_vector() == std::vector<Real>{1, 1});
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(h.grad().defined());
  CHECK_HAS(message_of([&] { gradients(sum(x * w), {w.detach()}); }), "gradients: an x is a constant");
}

TEST_CASE("gradients() computes nothing for what was not named") {
  const Var x = leaf({1}), w = leaf({2});
  bool asked_for_w = false;
  const Var y = record("test_needs", {x, w}, x.value() * w.value(), [&](const Tensor& dy, Needs need) -> Grads {
    asked_for_w = need[1];
    return {dy, dy};
  });
  gradients(y, {x}, {}, {.retain_graph = true});
  CHECK_FALSE(asked_for_w);
  y.backward();
  CHECK(asked_for_w);

  bool beyond = false;
  const Var h = record("test_beyond", {x}, x.value(), [&](const Tensor& dy) -> Grads {
    beyond = true;
    return {dy};
  });
  gradients(h * h, {h});
  CHECK_FALSE(beyond);
}

TEST_CASE("parts of one array share one gradient, whatever their order and overlap") {
  const Var x(Tensor::arange(6).reshape({3, 2}), true);
  const Var y = sum(select(x, 0, 2)) * Real(2) + sum(slice(x, 0, 0, 2)) + sum(slice(x, 1, 0, 1)) * Real(10) + sum(x);
  y.backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{12, 2, 12, 2, 13, 3});
}

TEST_CASE("a leaf that was given a value of another shape is named at the next op") {
  Var x = leaf({1, 2});
  x.mutable_value() = Tensor::ones({3});
  CHECK_HAS(message_of([&] { x * 2; }), "mul_scalar: input 0 was made as [2] but holds [3] now");
}

TEST_CASE("a closure's wrong answer is named: count, shape, missing") {
  const Var x(Tensor::ones({32, 10}), true), b = leaf({1, 2});
  const auto with = [&](Grads grads) {
    return message_of([&] {
      sum(record("test_op", {x, b}, x.value(), [grads](const Tensor&) -> Grads { return grads; })).backward();
    });
  };
  const Tensor dx = Tensor::ones({32, 10});
  CHECK_HAS(with({dx}), "test_op: backward returned 1 gradients for 2 inputs");
  CHECK_HAS(with({dx, dx}), "test_op: gradient 1 is [32, 10] but input 1 is [2]");
  CHECK_HAS(with({dx, dx}), "hint: reduce it with sum_to(dy, x.shape())");
  CHECK_HAS(with({dx, Tensor()}), "test_op: backward returned no gradient for input 1, which wants one");
}

TEST_CASE("backward refuses what has no single derivative, and a cotangent of another shape") {
  const Var x = leaf({1, 2});
  const std::string text = message_of([&] { (x * x).backward(); });
  CHECK_HAS(text, "backward: this value is [2] and has no single derivative");
  CHECK_HAS(text, "hint: reduce it with sum() or mean(), or give a cotangent");
  CHECK_HAS(message_of([&] { (x * x).backward(Tensor::ones({3})); }),
            "backward: cotangent is [3] but this value is [2]; they must be equal");
  CHECK_HAS(message_of([&] { Var().value(); }), "Var: it holds no value yet");
}

TEST_CASE("anomaly mode names the op, where, and the shapes and ranges of what went in") {
  Anomaly guard;
  const Var x = leaf({4, 0, -1});
  const std::string text = message_of([&] { log(x); });
  CHECK_HAS(text, "log: result [3] is -inf at [1]; input 0 is [3] from -1 to 4");
  CHECK_HAS(text, "hint: look at the ranges");
}

TEST_CASE("anomaly mode names the op and the module path of the first gradient that is not finite") {
  const Var x = leaf({4, 0});
  Var y;
  {
    ScopeGuard model("model"), layer("head");
    y = sqrt(x);  // finite; its slope at 0 is not
  }
  Anomaly guard;
  const std::string text = message_of([&] { sum(y).backward(); });
  CHECK_HAS(text, "sqrt: gradient of input 0, [2], is inf at [1]; the gradient that came in is [2] from 1 to 1");
  CHECK_HAS(text, "in model.head");
}

TEST_CASE("without anomaly mode such numbers pass") {
  CHECK(std::isinf(log(leaf({0})).item()));
  CHECK_FALSE(anomaly_enabled());
}

TEST_CASE("every op name is noted, also under NoGrad") {
  NoGrad guard;
  record("test_noted", {leaf({1})}, Tensor::ones({1}), [](const Tensor& dy) -> Grads { return {dy}; });
  CHECK(recorded_ops().count("test_noted") == 1);
}
