#include "data/manifolds.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

#include "tensor/check.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kGrain = 64;  // points a thread draws at a time

void check(std::string_view who, Index n, double noise) {
  require(n >= 0, who, "n is {} but must not be negative", n);
  require(noise >= 0, who, "noise is {} but must not be negative", noise);
}

double between(Rng& rng, double low, double high) { return low + (high - low) * rng.uniform(); }

// n points in D dimensions with d true coordinates: place(rng, chart, point) draws one with random numbers of its own.
template <class Place>
PointCloud draw(Index n, Index D, Index d, const Rng& rng, double noise, Place place) {
  PointCloud cloud{Tensor({n, D}), Tensor({n, d})};
  Real *points = cloud.points.data(), *charts = cloud.chart.data();
  parallel_for(n, kGrain, [&](Index begin, Index end) {
    std::vector<double> chart(static_cast<std::size_t>(d)), point(static_cast<std::size_t>(D));
    for (Index i = begin; i < end; ++i) {
      Rng own = rng.fork(static_cast<std::uint64_t>(i)), error = own.fork("noise");
      place(own, chart.data(), point.data());
      for (Index k = 0; k < d; ++k) charts[i * d + k] = static_cast<Real>(chart[static_cast<std::size_t>(k)]);
      for (Index k = 0; k < D; ++k) {
        const double moved = noise > 0 ? noise * error.normal() : 0;
        points[i * D + k] = static_cast<Real>(point[static_cast<std::size_t>(k)] + moved);
      }
    }
  });
  return cloud;
}

// d orthonormal rows of D numbers, every orientation equally likely: normal numbers made orthogonal row by row. Twice,
// because once leaves an error that grows with d.
std::vector<double> orthonormal_rows(Index d, Index D, Rng rng) {
  std::vector<double> rows(static_cast<std::size_t>(d * D));
  for (double& v : rows) v = rng.normal();
  for (Index i = 0; i < d; ++i) {
    double* row = rows.data() + i * D;
    for (int pass = 0; pass < 2; ++pass) {
      for (Index j = 0; j < i; ++j) {
        const double* before = rows.data() + j * D;
        double along = 0;
        for (Index k = 0; k < D; ++k) along += row[k] * before[k];
        for (Index k = 0; k < D; ++k) row[k] -= along * before[k];
      }
      double length = 0;
      for (Index k = 0; k < D; ++k) length += row[k] * row[k];
      for (Index k = 0; k < D; ++k) row[k] /= std::sqrt(length);
    }
  }
  return rows;
}

}  // namespace

double spiral_arc_length(double t) {
  require(t >= 0, "spiral_arc_length", "t is {} but must not be negative", t);
  return (t * std::sqrt(1 + t * t) + std::asinh(t)) / 2;
}

double spiral_angle(double arc_length) {
  require(arc_length >= 0, "spiral_angle", "arc_length is {} but must not be negative", arc_length);
  double t = std::sqrt(2 * arc_length);  // never below the root, and arc length is convex: Newton goes straight down
  for (int step = 0; step < 30; ++step) {
    const double move = (spiral_arc_length(t) - arc_length) / std::sqrt(1 + t * t);
    t = std::max(0.0, t - move);
    if (std::abs(move) <= 1e-14 * (1 + t)) break;
  }
  return t;
}

PointCloud spiral(Index n, const Rng& rng, const SpiralOptions& options) {
  check("spiral", n, options.noise);
  require(options.from >= 0, "spiral", "from is {} but must not be negative", options.from);
  require(options.turns > 0, "spiral", "turns is {} but must be positive", options.turns);
  const double begin = spiral_arc_length(options.from),
               end = spiral_arc_length(options.from + 2 * std::numbers::pi * options.turns);
  return draw(n, 2, 1, rng, options.noise, [&](Rng& own, double* chart, double* point) {
    chart[0] = between(own, begin, end);
    const double t = spiral_angle(chart[0]);
    point[0] = t * std::cos(t), point[1] = t * std::sin(t);
  });
}

PointCloud swiss_roll(Index n, const Rng& rng, const SwissRollOptions& options) {
  check("swiss_roll", n, options.noise);
  return draw(n, 3, 2, rng, options.noise, [&](Rng& own, double* chart, double* point) {
    const auto middle = [](double u) { return u > 1.0 / 3 && u < 2.0 / 3; };
    double across, up;
    do across = own.uniform(), up = own.uniform();
    while (options.hole && middle(across) && middle(up));
    const double t = 1.5 * std::numbers::pi * (1 + 2 * across), h = 21 * up;
    chart[0] = spiral_arc_length(t), chart[1] = h;
    point[0] = t * std::cos(t), point[1] = h, point[2] = t * std::sin(t);
  });
}

PointCloud s_curve(Index n, const Rng& rng, const SCurveOptions& options) {
  check("s_curve", n, options.noise);
  return draw(n, 3, 2, rng, options.noise, [](Rng& own, double* chart, double* point) {
    const double t = between(own, -1.5 * std::numbers::pi, 1.5 * std::numbers::pi), h = between(own, 0, 2);
    chart[0] = t, chart[1] = h;
    point[0] = std::sin(t), point[1] = h, point[2] = std::copysign(1.0, t) * (std::cos(t) - 1);
  });
}

PointCloud severed_sphere(Index n, const Rng& rng, const SeveredSphereOptions& options) {
  check("severed_sphere", n, options.noise);
  require(options.slice >= 0 && options.slice < 2 * std::numbers::pi, "severed_sphere",
          "slice is {} but must be in [0, 2 pi)", options.slice);
  require(options.cap >= 0 && options.cap < std::numbers::pi / 2, "severed_sphere",
          "cap is {} but must be in [0, pi / 2)", options.cap);
  return draw(n, 3, 2, rng, options.noise, [&](Rng& own, double* chart, double* point) {
    const double longitude = between(own, 0, 2 * std::numbers::pi - options.slice);
    const double z = between(own, -std::cos(options.cap), std::cos(options.cap));  // equal heights, equal areas
    const double radius = std::sqrt(1 - z * z);
    chart[0] = longitude, chart[1] = std::acos(z);
    point[0] = radius * std::cos(longitude), point[1] = radius * std::sin(longitude), point[2] = z;
  });
}

PointCloud hypercube(Index n, Index d, Index D, const Rng& rng, const HypercubeOptions& options) {
  check("hypercube", n, options.noise);
  require(d >= 1 && d <= D, "hypercube", "d is {} but must be from 1 to D = {}", d, D);
  const std::vector<double> axes = orthonormal_rows(d, D, rng.fork("rotation"));
  return draw(n, D, d, rng, options.noise, [&](Rng& own, double* chart, double* point) {
    for (Index k = 0; k < D; ++k) point[k] = 0;
    for (Index i = 0; i < d; ++i) {
      chart[i] = own.uniform();
      for (Index k = 0; k < D; ++k) point[k] += chart[i] * axes[static_cast<std::size_t>(i * D + k)];
    }
  });
}

}  // namespace gradfold
