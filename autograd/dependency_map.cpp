#include "autograd/dependency_map.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "tensor/map.h"

namespace gradfold {
namespace {

// |dx| summed over the channels of each group: dx [C, H W] of one sample, added to row [groups, H W].
void add_magnitudes(const Real* dx, Index channels, Index pixels, int groups, double weight, Real* row) {
  for (Index c = 0; c < channels; ++c) {
    Real* to = row + c / (channels / groups) * pixels;
    for (Index p = 0; p < pixels; ++p) to[p] += static_cast<Real>(weight * std::abs(dx[c * pixels + p]));
  }
}

// d y / d x when sample n's cotangent is random at the pixel and group that unit(n) names, and 0 elsewhere.
Tensor look_back(const Var& x, const Var& y, int groups, Rng& rng, const std::function<Index(Index)>& unit) {
  const Index pixels = y.size(2) * y.size(3), channels = y.size(1), in_group = channels / groups;
  Tensor cotangent = Tensor::zeros(y.shape());
  for (Index n = 0; n < y.size(0); ++n) {
    const Index group = unit(n) / pixels, pixel = unit(n) % pixels;
    for (Index c = group * in_group; c < (group + 1) * in_group; ++c) {
      cotangent.data()[(n * channels + c) * pixels + pixel] = static_cast<Real>(rng.normal());
    }
  }
  if (!y.requires_grad()) return Tensor::zeros(x.shape());  // f ignores its input: nothing reaches anything
  return gradients(y, {x}, cotangent)[0].contiguous();
}

}  // namespace

DependencyMap::DependencyMap(Tensor magnitudes, int groups, Index height, Index width)
    : magnitudes_(std::move(magnitudes)), groups_(groups), height_(height), width_(width) {
  const Index units = groups * height * width;
  check_shape("DependencyMap", "magnitudes", magnitudes_.shape(), {units, units});
}

Tensor DependencyMap::reach(Index row, Index col, int out, int in) const {
  require(row >= 0 && row < height_ && col >= 0 && col < width_, "DependencyMap::reach",
          "pixel ({}, {}) is outside of {} x {}", row, col, height_, width_);
  require(out >= 0 && out < groups_ && in >= 0 && in < groups_, "DependencyMap::reach",
          "groups {} and {} must be from 0 to {}", out, in, groups_ - 1);
  const Index pixels = height_ * width_;
  return magnitudes_.select(0, out * pixels + row * width_ + col)
      .slice(0, in * pixels, (in + 1) * pixels)
      .reshape({height_, width_});
}

Tensor DependencyMap::reach(Index row, Index col) const {
  Tensor total = Tensor::zeros({height_, width_});
  for (int out = 0; out < groups_; ++out) {
    for (int in = 0; in < groups_; ++in) {
      total = map(total, reach(row, col, out, in), [](Real a, Real b) { return a + b; });
    }
  }
  return total;
}

// visit(output pixel, output group, input pixel, input group, is it allowed, does it depend) for every pair.
template <class Visit>
void DependencyMap::each_pair(bool allow_same, Visit&& visit) const {
  const Index pixels = height_ * width_;
  const Real* magnitude = magnitudes_.data();
  for (Index out = 0; out < groups_ * pixels; ++out) {
    for (Index in = 0; in < groups_ * pixels; ++in, ++magnitude) {
      const Index p = out % pixels, b = out / pixels, q = in % pixels, a = in / pixels;
      const bool allowed = q < p || (q == p && (a < b || (allow_same && a == b)));
      visit(p, b, q, a, allowed, !(*magnitude == 0));  // NaN is not 0
    }
  }
}

Index DependencyMap::leaks(bool allow_same) const {
  Index count = 0;
  each_pair(allow_same,
            [&](Index, Index, Index, Index, bool allowed, bool depends) { count += depends && !allowed; });
  return count;
}

Index DependencyMap::blind(bool allow_same) const {
  Index count = 0;
  each_pair(allow_same,
            [&](Index, Index, Index, Index, bool allowed, bool depends) { count += allowed && !depends; });
  return count;
}

std::string DependencyMap::first_leak(bool allow_same) const {
  std::string text;
  each_pair(allow_same, [&](Index p, Index b, Index q, Index a, bool allowed, bool depends) {
    if (allowed || !depends || !text.empty()) return;
    const auto name = [&](Index pixel, Index group) {
      const std::string where = fmt::format("({}, {})", pixel / width_, pixel % width_);
      return groups_ > 1 ? fmt::format("{} group {}", where, group) : where;
    };
    text = fmt::format("output {} depends on input {}", name(p, b), name(q, a));
  });
  return text;
}

DependencyMap dependency_map(const std::function<Var(const Var&)>& f, const Shape& image, Rng& rng,
                             DependencyOptions options) {
  check_shape("dependency_map", "image", image, {1, "C", "H", "W"});
  const Index channels = image[1], pixels = image[2] * image[3], units = options.groups * pixels;
  require(options.groups > 0 && channels % options.groups == 0, "dependency_map",
          "image is {}; its channels must divide into {} groups", image, options.groups);
  require(options.draws > 0 && options.slice > 0, "dependency_map", "draws is {} and slice {}; both must be 1 or more",
          options.draws, options.slice);
  Tensor magnitudes = Tensor::zeros({units, units});
  for (int draw = 0; draw < options.draws; ++draw) {
    for (Index first = 0; first < units; first += options.slice) {
      const Index count = std::min(options.slice, units - first);
      const Var x(rng.normal({count, channels, image[2], image[3]}), true);
      const Var y = f(x);
      check_shape("dependency_map", "f(image)", y.shape(), {count, "C", image[2], image[3]});
      require(y.size(1) % options.groups == 0, "dependency_map",
              "f(image) is {}; its channels must divide into {} groups", y.shape(), options.groups);
      const Tensor dx = look_back(x, y, options.groups, rng, [&](Index n) { return first + n; });
      for (Index n = 0; n < count; ++n) {
        add_magnitudes(dx.data() + n * channels * pixels, channels, pixels, options.groups, 1.0 / options.draws,
                       magnitudes.data() + (first + n) * units);
      }
    }
  }
  return DependencyMap(std::move(magnitudes), options.groups, image[2], image[3]);
}

Tensor receptive_field(const std::function<Var(const Var&)>& f, const Shape& image, Index row, Index col, Rng& rng,
                       int draws) {
  check_shape("receptive_field", "image", image, {1, "C", "H", "W"});
  return receptive_field(f, rng.normal({draws, image[1], image[2], image[3]}), row, col, rng);
}

Tensor receptive_field(const std::function<Var(const Var&)>& f, const Tensor& images, Index row, Index col, Rng& rng) {
  check_shape("receptive_field", "images", images.shape(), {"N", "C", "H", "W"});
  const Index n = images.size(0), channels = images.size(1), height = images.size(2), width = images.size(3);
  const Var x(images, true);
  const Var y = f(x);
  check_shape("receptive_field", "f(image)", y.shape(), {n, "C", "H", "W"});
  require(row >= 0 && row < y.size(2) && col >= 0 && col < y.size(3), "receptive_field",
          "pixel ({}, {}) is outside of the output, {}", row, col, y.shape());
  const Tensor dx = look_back(x, y, 1, rng, [&](Index) { return row * y.size(3) + col; });
  Tensor field = Tensor::zeros({height, width});
  for (Index i = 0; i < n; ++i) {
    add_magnitudes(dx.data() + i * channels * height * width, channels, height * width, 1,
                   1 / static_cast<double>(n), field.data());
  }
  return field;
}

}  // namespace gradfold
