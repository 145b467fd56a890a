#include "data/warp.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kNumbers = 6;  // drawn for an image

// Where the place (x, y), from the middle, is fetched from.
struct Map {
  double xx, xy, yx, yy, x, y;

  Map(const Real* u, const AffineOptions& o) {
    const double degree = std::numbers::pi / 180;
    const double turn = u[0] * o.rotation * degree, lean = std::tan(u[1] * o.slant * degree);
    const double wide = std::exp(u[2] * o.scale), high = std::exp(u[3] * o.scale);
    xx = wide * std::cos(turn), xy = wide * (lean * std::cos(turn) - std::sin(turn));
    yx = high * std::sin(turn), yy = high * (lean * std::sin(turn) + std::cos(turn));
    x = u[4] * o.shift, y = u[5] * o.shift;
  }
};

Real at(const Real* image, Index rows, Index columns, Index y, Index x) {
  return y < 0 || x < 0 || y >= rows || x >= columns ? Real(0) : image[y * columns + x];
}

Real between(const Real* image, Index rows, Index columns, double y, double x) {
  const double floor_y = std::floor(y), floor_x = std::floor(x);
  const auto y0 = static_cast<Index>(floor_y), x0 = static_cast<Index>(floor_x);
  const auto fy = static_cast<Real>(y - floor_y), fx = static_cast<Real>(x - floor_x);
  return (1 - fy) * ((1 - fx) * at(image, rows, columns, y0, x0) + fx * at(image, rows, columns, y0, x0 + 1)) +
         fy * ((1 - fx) * at(image, rows, columns, y0 + 1, x0) + fx * at(image, rows, columns, y0 + 1, x0 + 1));
}

}  // namespace

Tensor random_affine(const Tensor& images, Rng& rng, const AffineOptions& options) {
  check_shape("random_affine", "images", images.shape(), {"N", "C", "H", "W"});
  const Index n = images.size(0), channels = images.size(1), rows = images.size(2), columns = images.size(3);
  const Tensor from = images.contiguous(), drawn = rng.uniform({n, kNumbers}, -1, 1);
  Tensor to(images.shape());
  const double middle_y = static_cast<double>(rows - 1) / 2, middle_x = static_cast<double>(columns - 1) / 2;
  parallel_for(n, 8, [&, out = to.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Map map(drawn.data() + i * kNumbers, options);
      for (Index c = 0; c < channels; ++c) {
        const Index plane = (i * channels + c) * rows * columns;
        for (Index row = 0; row < rows; ++row) {
          for (Index column = 0; column < columns; ++column) {
            const double y = static_cast<double>(row) - middle_y, x = static_cast<double>(column) - middle_x;
            out[plane + row * columns + column] =
                between(from.data() + plane, rows, columns, middle_y + map.yx * x + map.yy * y + map.y,
                        middle_x + map.xx * x + map.xy * y + map.x);
          }
        }
      }
    }
  });
  return to;
}

Tensor random_shift(const Tensor& images, Rng& rng, Index pixels) {
  check_shape("random_shift", "images", images.shape(), {"N", "C", "H", "W"});
  const Index n = images.size(0), rows = images.size(2), columns = images.size(3);
  require(pixels >= 0 && pixels < std::min(rows, columns), "random_shift",
          "pixels is {} but must be from 0 to {}: moved further, nothing of a {} x {} image is seen", pixels,
          std::min(rows, columns) - 1, rows, columns);
  Tensor to = Tensor::zeros(images.shape());
  for (Index i = 0; i < n; ++i) {
    const Index down = rng.below(2 * pixels + 1) - pixels, right = rng.below(2 * pixels + 1) - pixels;
    const Index height = rows - std::abs(down), width = columns - std::abs(right);
    // What stays in sight, where it was and where it comes to be.
    const auto inside = [&](const Tensor& all, Index y, Index x) {
      return all.slice(0, i, i + 1).slice(2, y, y + height).slice(3, x, x + width);
    };
    inside(to, std::max<Index>(down, 0), std::max<Index>(right, 0))
        .copy_from(inside(images, std::max<Index>(-down, 0), std::max<Index>(-right, 0)));
  }
  return to;
}

}  // namespace gradfold
