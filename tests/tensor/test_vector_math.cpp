#include "tensor/kernels/vector_math.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tensor/elementwise.h"
#include "tensor/kernels/gate.h"
#include "tensor/kernels/lstm_cell.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/special_values.h"

using namespace gradfold;

namespace {

using Kernel = std::function<void(const Real*, Real*, Index)>;


struct Row {
  std::string name;
  Kernel fast, plain;
  double (*exact)(double);
  double low, high;  // where it is measured
  double ulp;        // what is allowed there
};

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
double softplus_of(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

const std::vector<Row> kRows = {
    {"exp", vec::exp, vec::exp_ref, [](double x) { return std::exp(x); }, -87, 88.7, 2},
    {"log", vec::log, vec::log_ref, [](double x) { return std::log(x); }, 1e-30, 1e30, 2},
    {"log near 1", vec::log, vec::log_ref, [](double x) { return std::log(x); }, 0.5, 2, 2},
    {"sin", vec::sin, vec::sin_ref, [](double x) { return std::sin(x); }, -10, 10, 3},
    {"cos", vec::cos, vec::cos_ref, [](double x) { return std::cos(x); }, -10, 10, 3},
    {"erf", vec::erf, vec::erf_ref, [](double x) { return std::erf(x); }, -5, 5, 3},
    {"tanh", vec::tanh, vec::tanh_ref, [](double x) { return std::tanh(x); }, -12, 12, 4},
    {"sigmoid", vec::sigmoid, vec::sigmoid_ref, sigmoid_of, -87, 40, 3},
    {"softplus", vec::softplus, vec::softplus_ref, softplus_of, -87, 100, 3},
    {"log_sigmoid", vec::log_sigmoid, vec::log_sigmoid_ref, [](double x) { return -softplus_of(-x); }, -100, 87, 3},
    {"silu", vec::silu, vec::silu_ref, [](double x) { return x * sigmoid_of(x); }, -80, 80, 4},
    {"gelu", vec::gelu, vec::gelu_ref, [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }, -12, 12, 8},
    {"elu", [](const Real* x, Real* y, Index n) { vec::elu(x, y, n, 1); },
     [](const Real* x, Real* y, Index n) { vec::elu_ref(x, y, n, 1); },
     [](double x) { return x > 0 ? x : std::expm1(x); }, -20, 5, 3},
};

// Distance in units of the last place of the exact value (of the smallest normal number below that).
double ulps(Real got, double exact) {
  const double size = std::max(std::abs(exact), double(std::numeric_limits<Real>::min()));
  const double ulp = std::ldexp(1.0, std::ilogb(size) - std::numeric_limits<Real>::digits + 1);
  return std::abs(got - exact) / ulp;
}

bool same_or_both_nan(Real a, Real b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

TEST_CASE("vector functions are exact to a few units in the last place") {
  constexpr Index n = 200001;
  std::vector<Real> x(n), y(n);
  for (const Row& row : kRows) {
    for (Index i = 0; i < n; ++i) x[i] = static_cast<Real>(row.low + (row.high - row.low) * i / (n - 1));
    row.fast(x.data(), y.data(), n);
    double worst = 0, at = 0;
    for (Index i = 0; i < n; ++i) {
      const double error = ulps(y[i], row.exact(x[i]));
      if (error > worst) worst = error, at = x[i];
    }
    CAPTURE(row.name);
    CAPTURE(at);
    CHECK(worst <= row.ulp);
  }
}

TEST_CASE("vector functions and their plain twins at every length around the vectors") {
  Rng rng(1);
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    for (Index n : {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 66, 67, 1000003}) {
      const Tensor x = abs(rng.normal({n}));
      Tensor fast({n + 1}), plain({n + 1});
      fast.fill(-7), plain.fill(-7);
      row.fast(x.data(), fast.data(), n);
      row.plain(x.data(), plain.data(), n);
      CHECK(allclose(fast, plain, 1e-6, 1e-7));
      CHECK(fast.data()[n] == -7);  // nothing written past the end
      Tensor in_place = x.clone();
      row.fast(in_place.data(), in_place.data(), n);
      CHECK(identical(in_place, fast.slice(0, 0, n)));
    }
  }
}

TEST_CASE("the gate and its gradients, and their plain twins, at every length around the vectors") {
  Rng rng(2);
  for (Index n = 0; n <= 70; ++n) {
    CAPTURE(n);
    const Tensor a = rng.normal({n}, 0, 2), b = rng.normal({n}, 0, 2), dy = rng.normal({n});
    std::vector<Tensor> fast, plain;
    for (std::vector<Tensor>* out : {&fast, &plain}) {
      for (int i = 0; i < 3; ++i) out->push_back(Tensor({n + 1})), out->back().fill(-7);
    }
    gate(a.data(), b.data(), fast[0].data(), n);
    gate_ref(a.data(), b.data(), plain[0].data(), n);
    gate_backward(a.data(), b.data(), dy.data(), fast[1].data(), fast[2].data(), n);
    gate_backward_ref(a.data(), b.data(), dy.data(), plain[1].data(), plain[2].data(), n);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(allclose(fast[i], plain[i], 1e-5, 1e-6));
      CHECK(fast[i].data()[n] == -7);
    }
  }
}

TEST_CASE("a step of LSTM cells, forward and back, and its plain twin, for every number of units around the vectors") {
  constexpr Index count = 3;
  Rng rng(3);
  for (Index hidden = 1; hidden <= 35; ++hidden) {
    CAPTURE(hidden);
    const Index step = 4 * hidden + 5;  // cells are not side by side
    const Shape states = {count, hidden}, gates = {count, step};
    const Tensor a = rng.normal(gates, 0, 2), before = rng.normal(states), dh = rng.normal(states),
                 dc_after = rng.normal(states);
    struct Step {
      Tensor gates, c, h, dc, dgates;
    };
    const auto run = [&](void (*forward)(const LstmCells&), void (*backward)(const LstmCellsBackward&)) {
      Step s{a.clone(), Tensor(states), Tensor(states), dc_after.clone(), Tensor(gates)};
      s.dgates.fill(-7);
      forward({count, hidden, s.gates.data(), step, before.data(), s.c.data(), s.h.data()});
      backward({count, hidden, s.gates.data(), step, before.data(), s.c.data(), dh.data(), s.dc.data(),
                s.dgates.data()});
      return s;
    };
    const Step fast = run(lstm_cells, lstm_cells_backward), plain = run(lstm_cells_ref, lstm_cells_backward_ref);
    // The numbers between two cells are left as they were, in both.
    CHECK(allclose(fast.gates, plain.gates, 1e-5, 1e-6));
    CHECK(allclose(fast.c, plain.c, 1e-5, 1e-6));
    CHECK(allclose(fast.h, plain.h, 1e-5, 1e-6));
    CHECK(allclose(fast.dc, plain.dc, 1e-5, 1e-6));
    CHECK(allclose(fast.dgates, plain.dgates, 1e-5, 1e-6));
    CHECK(fast.dgates.at({count - 1, step - 1}) == -7);
    CHECK(fast.gates.at({count - 1, step - 1}) == a.at({count - 1, step - 1}));
  }
}

TEST_CASE("vector functions at the extremes answer as std:: does") {
  const Real big = std::numeric_limits<Real>::max(), tiny = std::numeric_limits<Real>::denorm_min();
  const std::vector<Real> x = {kInf, -kInf, kNan, 0, -0.0f, big, -big, tiny, -tiny, 1e-30f, -1e-30f,
                               89, -89, 103, -103, 104, -104, 105, -105, 1e4f, -1e4f, 39001, 1e6f, -1e9f};
  const auto n = static_cast<Index>(x.size());
  std::vector<Real> fast(x.size()), plain(x.size());
  for (const Row& row : kRows) {
    row.fast(x.data(), fast.data(), n);
    row.plain(x.data(), plain.data(), n);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CAPTURE(row.name);
      CAPTURE(x[i]);
      CAPTURE(fast[i]);
      CAPTURE(plain[i]);
      const bool close = std::abs(fast[i] - plain[i]) <= 1e-6f * std::abs(plain[i]) + 1e-38f;
      CHECK((close || same_or_both_nan(fast[i], plain[i])));
    }
  }
}

TEST_CASE("functions of tensors: same bits on any number of threads") {
  const Tensor x = Rng(2).normal({500009});
  set_num_threads(1);
  const Tensor e = exp(x), g = gelu(x), t = tanh(x), s = x * x + x;
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    CHECK(identical(exp(x), e));
    CHECK(identical(gelu(x), g));
    CHECK(identical(tanh(x), t));
    CHECK(identical(x * x + x, s));
  }
  set_num_threads(0);
}
