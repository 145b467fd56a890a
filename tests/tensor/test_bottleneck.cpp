#include "tensor/kernels/bottleneck.h"

#include <cmath>
#include <vector>

#include "tensor/parallel.h"
#include "tests/arrays.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

using Arrays = std::vector<std::vector<Real>>;

struct Operands {
  BottleneckGeometry g;
  std::vector<Real> x = numbers(g.n * g.wide * g.h * g.w, 1), dy = numbers(Index(x.size()), 2);
  Arrays weights;

  explicit Operands(const BottleneckGeometry& g) : g(g) {
    const Index sizes[] = {g.narrow * g.wide, g.narrow, g.narrow * g.narrow * g.kh * g.kw, g.narrow,
                           g.wide * g.narrow, g.wide};
    for (Index size : sizes) weights.push_back(numbers(size, unsigned(3 + weights.size())));
    // Sums of about 1, so that rounding is about the same for every size.
    const Index terms[] = {g.wide, 1, g.narrow * g.kh * g.kw, 1, g.narrow, 1};
    for (size_t i = 0; i < 6; ++i)
      for (Real& v : weights[i]) v /= std::sqrt(Real(terms[i]));
  }

  // y, dx, dweights: all start as 7, so that what is not overwritten shows.
  Arrays run(bool fast) const {
    const auto sevens = [](size_t size) { return std::vector<Real>(size, Real(7)); };
    Arrays out = {sevens(x.size()), sevens(x.size())};
    for (const auto& w : weights) out.push_back(sevens(w.size()));
    const auto& w = weights;
    const BottleneckWeights<const Real*> in{w[0].data(), w[1].data(), w[2].data(),
                                           w[3].data(), w[4].data(), w[5].data()};
    const BottleneckWeights<Real*> d{out[2].data(), out[3].data(), out[4].data(),
                                    out[5].data(), out[6].data(), out[7].data()};
    std::vector<Real> maps(size_t(std::max(bottleneck_maps_size(g), 2 * g.n * g.narrow * g.h * g.w)), std::nanf(""));
    const auto forward = fast ? bottleneck_forward : bottleneck_forward_ref;
    const auto backward = fast ? bottleneck_backward : bottleneck_backward_ref;
    forward(g, in, x.data(), out[0].data(), maps.data());
    backward(g, in, x.data(), maps.data(), dy.data(), out[1].data(), &d);
    return out;
  }
};

// The taps before the centre in raster order, and the centre.
std::vector<Tap> mask_b(int kh, int kw) {
  std::vector<Tap> taps;
  for (int t = 0; t <= kh * kw / 2; ++t) taps.push_back({t / kw, t % kw});
  return taps;
}

void check_against_ref(const BottleneckGeometry& g) {
  INFO(g.n << " x " << g.h << " x " << g.w << ", channels " << g.wide << ", " << g.narrow << ", kernel " << g.kh
           << " x " << g.kw << ", taps " << g.taps.size());
  const Operands operands(g);
  const Arrays fast = operands.run(true), ref = operands.run(false);
  const char* names[] = {"y", "dx", "reduce", "reduce bias", "conv", "conv bias", "expand", "expand bias"};
  for (size_t i = 0; i < fast.size(); ++i) {
    const double terms = i < 2 ? 1 : double(g.n * g.h * g.w);
    CHECK_MESSAGE(distance(fast[i], ref[i]) < 1e-5 * std::sqrt(terms + 1), names[i]);
  }
}

}  // namespace

TEST_CASE("bottleneck: sizes that fill vectors, panels and tasks, or just do not") {
  const std::vector<Tap> taps = mask_b(3, 3);
  for (Index wide : {1, 15, 64})
    for (Index narrow : {1, 7, 16, 33})
      for (Index w : {1, 4, 15, 28}) {
        check_against_ref({.n = 3, .h = 5, .w = w, .wide = wide, .narrow = narrow, .kh = 3, .kw = 3});
        check_against_ref({.n = 3, .h = 5, .w = w, .wide = wide, .narrow = narrow, .kh = 3, .kw = 3, .taps = taps});
      }
}

TEST_CASE("bottleneck: kernels that are not square, and taps in no order") {
  for (Index kh : {1, 3, 5})
    for (Index kw : {1, 3, 7})
      check_against_ref({.n = 2, .h = 6, .w = 9, .wide = 8, .narrow = 5, .kh = kh, .kw = kw});
  const std::vector<Tap> scattered = {{2, 2}, {0, 1}, {1, 0}, {0, 2}};
  check_against_ref({.n = 2, .h = 6, .w = 9, .wide = 8, .narrow = 5, .kh = 3, .kw = 3, .taps = scattered});
}

TEST_CASE("bottleneck: many images") {
  const std::vector<Tap> taps = mask_b(3, 3);
  check_against_ref({.n = 19, .h = 28, .w = 28, .wide = 64, .narrow = 32, .kh = 3, .kw = 3, .taps = taps});
  check_against_ref({.n = 100, .h = 4, .w = 4, .wide = 16, .narrow = 8, .kh = 3, .kw = 3, .taps = taps});
  check_against_ref({.n = 0, .h = 4, .w = 4, .wide = 16, .narrow = 8, .kh = 3, .kw = 3});
}

TEST_CASE("bottleneck: without maps to keep, and without gradients of weights, the rest has the same bits") {
  const Operands operands({.n = 3, .h = 7, .w = 9, .wide = 12, .narrow = 6, .kh = 3, .kw = 3});
  const auto& w = operands.weights;
  const BottleneckWeights<const Real*> weights{w[0].data(), w[1].data(), w[2].data(),
                                              w[3].data(), w[4].data(), w[5].data()};
  const Arrays whole = operands.run(true);
  std::vector<Real> y(operands.x.size()), dx = y, maps(size_t(bottleneck_maps_size(operands.g)));
  bottleneck_forward(operands.g, weights, operands.x.data(), y.data(), nullptr);
  CHECK(y == whole[0]);
  bottleneck_forward(operands.g, weights, operands.x.data(), y.data(), maps.data());
  bottleneck_backward(operands.g, weights, operands.x.data(), maps.data(), operands.dy.data(), dx.data(), nullptr);
  CHECK(dx == whole[1]);
}

TEST_CASE("bottleneck: same bits for 1, 2, 3 and 8 threads") {
  const std::vector<Tap> taps = mask_b(3, 3);
  const Operands operands({.n = 19, .h = 28, .w = 28, .wide = 64, .narrow = 32, .kh = 3, .kw = 3, .taps = taps});
  const Arrays one = (set_num_threads(1), operands.run(true));
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    CHECK(operands.run(true) == one);
  }
  set_num_threads(0);
}
