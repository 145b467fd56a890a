#include "models/digit_shape.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

// A stroke of two or three pixels has no middle worth speaking of, so the image is first drawn larger.
constexpr Index kFiner = 5;

struct Grid {
  Index rows, columns;
  std::vector<double> at;
  Grid(Index rows, Index columns) : rows(rows), columns(columns), at(static_cast<std::size_t>(rows * columns)) {}
  double& operator()(Index y, Index x) { return at[static_cast<std::size_t>(y * columns + x)]; }
  double operator()(Index y, Index x) const { return at[static_cast<std::size_t>(y * columns + x)]; }
};

double slant_of(const Real* ink, Index rows, Index columns) {
  double mass = 0, x = 0, y = 0, xy = 0, yy = 0;
  const auto each = [&](auto add) {
    for (Index row = 0; row < rows; ++row)
      for (Index column = 0; column < columns; ++column)
        add(static_cast<double>(column), static_cast<double>(row), static_cast<double>(ink[row * columns + column]));
  };
  each([&](double px, double py, double m) { mass += m, x += m * px, y += m * py; });
  if (mass <= 0) return 0;
  x /= mass, y /= mass;
  each([&](double px, double py, double m) { xy += m * (px - x) * (py - y), yy += m * (py - y) * (py - y); });
  return yy > 0 ? std::atan(-xy / yy) * 180 / std::numbers::pi : 0;  // rows are counted downwards
}

// Bilinear interpolation.
Grid magnified(const Real* ink, Index rows, Index columns) {
  Grid out(rows * kFiner, columns * kFiner);
  const auto place = [](Index fine, Index size) {
    return std::clamp((static_cast<double>(fine) + 0.5) / kFiner - 0.5, 0.0, static_cast<double>(size - 1));
  };
  for (Index y = 0; y < out.rows; ++y) {
    const double py = place(y, rows);
    const auto y0 = std::min(static_cast<Index>(py), rows - 2);
    for (Index x = 0; x < out.columns; ++x) {
      const double px = place(x, columns);
      const auto x0 = std::min(static_cast<Index>(px), columns - 2);
      const double fy = py - static_cast<double>(y0), fx = px - static_cast<double>(x0);
      const Real* p = ink + y0 * columns + x0;
      out(y, x) = (1 - fy) * ((1 - fx) * p[0] + fx * p[1]) + fy * ((1 - fx) * p[columns] + fx * p[columns + 1]);
    }
  }
  return out;
}

// Distance of each inked place to the nearest paper, 0 on paper; beyond the image's edge there is paper. First along
// each row, then the best of all rows.
Grid distance_to_paper(const Grid& ink) {
  Grid along(ink.rows, ink.columns), out(ink.rows, ink.columns);
  for (Index y = 0; y < ink.rows; ++y) {
    double run = 0;
    for (Index x = 0; x < ink.columns; ++x) along(y, x) = run = ink(y, x) > 0.5 ? run + 1 : 0;
    run = 0;
    for (Index x = ink.columns; x-- > 0;) along(y, x) = std::min(along(y, x), run = ink(y, x) > 0.5 ? run + 1 : 0);
  }
  for (Index y = 0; y < ink.rows; ++y) {
    for (Index x = 0; x < ink.columns; ++x) {
      double best = along(y, x) * along(y, x);
      for (Index up = 1; static_cast<double>(up * up) < best; ++up) {
        for (const Index row : {y - up, y + up}) {
          const double beside = row < 0 || row >= ink.rows ? 0 : along(row, x);
          best = std::min(best, static_cast<double>(up * up) + beside * beside);
        }
      }
      out(y, x) = std::sqrt(best);
    }
  }
  return out;
}

// Across a stroke the distance rises by 1 a step up to the middle, then falls: in the middle its slope is small.
std::vector<double> distances_in_the_middle(const Grid& d) {
  std::vector<double> out;
  for (Index y = 1; y + 1 < d.rows; ++y) {
    for (Index x = 1; x + 1 < d.columns; ++x) {
      if (d(y, x) > 0 && std::hypot(d(y, x + 1) - d(y, x - 1), d(y + 1, x) - d(y - 1, x)) < 1.5)
        out.push_back(d(y, x));
    }
  }
  return out;
}

double mean_of_middle_half(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  const std::size_t from = x.size() / 4, to = x.size() - from;
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += x[i];
  return sum / static_cast<double>(to - from);
}

double longer_side(const Grid& ink) {
  Index left = ink.columns, right = -1, top = ink.rows, bottom = -1;
  for (Index y = 0; y < ink.rows; ++y) {
    for (Index x = 0; x < ink.columns; ++x) {
      if (ink(y, x) <= 0.5) continue;
      left = std::min(left, x), right = std::max(right, x), top = std::min(top, y), bottom = std::max(bottom, y);
    }
  }
  return right < 0 ? 0 : static_cast<double>(std::max(right - left, bottom - top) + 1);
}

DigitShape shape_of(const Real* ink, Index rows, Index columns) {
  const Grid fine = magnified(ink, rows, columns);
  const std::vector<double> middle = distances_in_the_middle(distance_to_paper(fine));
  if (middle.empty()) return {};
  // In places of the finer grid, twice the distance is more than the width where the stroke runs along the grid (by 1
  // or 0: odd or even) and less where the middle falls between places: 0.1 more on average, measured on straight
  // strokes of all angles and of 1.5 to 4.5 pixels.
  return {.slant = slant_of(ink, rows, columns),
          .thickness = (2 * mean_of_middle_half(middle) - 0.1) / kFiner,
          .size = longer_side(fine) / kFiner / (static_cast<double>(std::max(rows, columns)) * 5 / 7)};
}

}  // namespace

DigitShape digit_shape(const Tensor& image) {
  const Tensor x = image.contiguous();
  require(x.rank() == 2 || (x.rank() == 3 && x.size(0) == 1), "digit_shape",
          "image is {} but must be [H, W] or [1, H, W]", x.shape());
  require(x.size(-1) >= 2 && x.size(-2) >= 2, "digit_shape", "image is {} but must be 2 x 2 or larger", x.shape());
  return shape_of(x.data(), x.size(-2), x.size(-1));
}

Tensor digit_shapes(const Tensor& images) {
  check_shape("digit_shapes", "images", images.shape(), {"N", 1, "H", "W"});
  const Tensor x = images.contiguous();
  Tensor out({x.size(0), 3});
  parallel_for(x.size(0), 16, [&, rows = out.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const DigitShape s = shape_of(x.data() + i * x.size(2) * x.size(3), x.size(2), x.size(3));
      rows[3 * i] = static_cast<Real>(s.slant), rows[3 * i + 1] = static_cast<Real>(s.thickness),
      rows[3 * i + 2] = static_cast<Real>(s.size);
    }
  });
  return out;
}

}  // namespace gradfold
