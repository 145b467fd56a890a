#include "manifold/barnes_hut.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kTreeTogether = 16;   // points that walk the tree together
constexpr Index kLeafPoints = 8;  // as many or fewer are not divided further
constexpr int kLevels = 16;       // bits of a coordinate in a Morton code; points closer than that stay together
constexpr Index kTreeGroups = 8;      // groups of points a thread takes at a time

// The bits of v with a zero before each.
std::uint64_t spread(std::uint64_t v) {
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

// By the high 32 bits, a byte at a time; equal ones stay in order.
void radix_sort(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& spare) {
  spare.resize(keys.size());
  for (int shift = 32; shift < 64; shift += 8) {
    std::array<std::uint32_t, 257> start = {};
    for (std::uint64_t key : keys) ++start[((key >> shift) & 255) + 1];
    for (int b = 0; b < 256; ++b) start[b + 1] += start[b];
    for (std::uint64_t key : keys) spare[start[(key >> shift) & 255]++] = key;
    keys.swap(spare);
  }
}

}  // namespace

// What pushes a group: cells and single points.
struct BarnesHut::Sources {
  std::vector<Real> x, y, points;
  Index count = 0;

  void clear() { count = 0; }
  void add(Real sx, Real sy, Real weight) {
    if (count == static_cast<Index>(x.size())) {
      const std::size_t room = std::max<std::size_t>(1024, x.size() * 2);
      x.resize(room), y.resize(room), points.resize(room);
    }
    x[count] = sx, y[count] = sy, points[count++] = weight;
  }

  // Pushes kTreeTogether points; sums of w^2 (y - source) and w.
  void push(const Real* px, const Real* py, Real* fx, Real* fy, Real* z) const {
    Real sum_x[kTreeTogether] = {}, sum_y[kTreeTogether] = {}, sum_w[kTreeTogether] = {};
    for (Index s = 0; s < count; ++s) {
      const Real at_x = x[s], at_y = y[s], weight = points[s];
      for (Index l = 0; l < kTreeTogether; ++l) {
        const Real dx = px[l] - at_x, dy = py[l] - at_y;
        const Real w = 1 / (1 + dx * dx + dy * dy), weighted = weight * w, both = weighted * w;
        sum_w[l] += weighted;
        sum_x[l] += both * dx;
        sum_y[l] += both * dy;
      }
    }
    std::copy_n(sum_x, kTreeTogether, fx);
    std::copy_n(sum_y, kTreeTogether, fy);
    std::copy_n(sum_w, kTreeTogether, z);
  }
};

void BarnesHut::sort(const Real* x, const Real* y, Index n) {
  const auto [left, right] = std::minmax_element(x, x + n);
  const auto [bottom, top] = std::minmax_element(y, y + n);
  side_ = std::max<double>({static_cast<double>(*right) - *left, static_cast<double>(*top) - *bottom, 1e-30});
  constexpr double kCells = 1 << kLevels;
  const double scale = kCells / side_;
  const auto place = [&](Real v, Real least) {
    return static_cast<std::uint64_t>(std::min((static_cast<double>(v) - least) * scale, kCells - 1));
  };
  keys_.resize(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    const std::uint64_t code = spread(place(x[i], *left)) | (spread(place(y[i], *bottom)) << 1);
    keys_[i] = (code << 32) | static_cast<std::uint64_t>(i);
  }
  radix_sort(keys_, spare_);
  // Groups are read whole: the last is filled up with copies of the last point, which push nobody.
  const Index whole = (n + kTreeTogether - 1) / kTreeTogether * kTreeTogether;
  x_.resize(static_cast<std::size_t>(whole)), y_.resize(static_cast<std::size_t>(whole));
  for (Index i = 0; i < whole; ++i) {
    const std::uint32_t row = static_cast<std::uint32_t>(keys_[std::min(i, n - 1)]);
    x_[i] = x[row], y_[i] = y[row];
  }
}

// The cell of points [begin, end), which agree in the first `level` pairs of bits, and all below; returns its place.
std::int32_t BarnesHut::build(Index begin, Index end, int level) {
  const std::int32_t me = static_cast<std::int32_t>(cells_.size());
  const bool leaf = end - begin <= kLeafPoints || level == kLevels;
  cells_.push_back({.x = 0, .y = 0, .points = static_cast<Real>(end - begin),
                    .side = static_cast<Real>(std::ldexp(side_, -level)), .next = 0,
                    .begin = static_cast<std::int32_t>(begin), .end = static_cast<std::int32_t>(end), .leaf = leaf});
  double x = 0, y = 0;
  if (leaf) {
    for (Index i = begin; i < end; ++i) x += x_[i], y += y_[i];
  } else {
    const int shift = 32 + 2 * (kLevels - 1 - level);
    for (Index from = begin; from < end;) {
      const std::uint64_t quarter = keys_[from] >> shift;
      const auto to = std::partition_point(keys_.begin() + from, keys_.begin() + end,
                                           [&](std::uint64_t key) { return key >> shift == quarter; });
      const Cell& child = cells_[build(from, to - keys_.begin(), level + 1)];
      x += static_cast<double>(child.x) * child.points, y += static_cast<double>(child.y) * child.points;
      from = to - keys_.begin();
    }
  }
  Cell& cell = cells_[me];
  cell.x = static_cast<Real>(x / cell.points), cell.y = static_cast<Real>(y / cell.points);
  cell.next = static_cast<std::int32_t>(cells_.size());
  return me;
}

void BarnesHut::find_sources(Index begin, Index end, Sources& sources) const {
  const auto [left, right] = std::minmax_element(x_.begin() + begin, x_.begin() + end);
  const auto [bottom, top] = std::minmax_element(y_.begin() + begin, y_.begin() + end);
  const Real theta_square = static_cast<Real>(theta_ * theta_);
  const Real x0 = *left, x1 = *right, y0 = *bottom, y1 = *top;
  sources.clear();
  const std::int32_t all = static_cast<std::int32_t>(cells_.size());
  for (std::int32_t c = 0; c < all;) {
    const Cell& cell = cells_[c];
    const Real dx = std::max({x0 - cell.x, cell.x - x1, Real(0)}), dy = std::max({y0 - cell.y, cell.y - y1, Real(0)});
    if (cell.side * cell.side < theta_square * (dx * dx + dy * dy)) {
      sources.add(cell.x, cell.y, cell.points);
      c = cell.next;
    } else if (cell.leaf) {
      for (std::int32_t i = cell.begin; i < cell.end; ++i) sources.add(x_[i], y_[i], 1);
      c = cell.next;
    } else {
      ++c;
    }
  }
}

double BarnesHut::repulsion(const Tensor& y, Tensor& repulsion) {
  const Index n = y.size(1), groups = (n + kTreeTogether - 1) / kTreeTogether;
  sort(y.data(), y.data() + n, n);
  cells_.clear();
  build(0, n, 0);
  Real* out = repulsion.data();
  // A point pushes itself with w = 1 and no force.
  return -static_cast<double>(n) + ordered_sum(groups, kTreeGroups, [&](Index first, Index last) {
    Sources sources;
    Real fx[kTreeTogether], fy[kTreeTogether], w[kTreeTogether];
    double z = 0;
    for (Index g = first; g < last; ++g) {
      const Index begin = g * kTreeTogether, end = std::min(n, begin + kTreeTogether);
      find_sources(begin, end, sources);
      sources.push(x_.data() + begin, y_.data() + begin, fx, fy, w);
      for (Index i = begin; i < end; ++i) {
        const std::uint32_t row = static_cast<std::uint32_t>(keys_[i]);
        out[row] = fx[i - begin], out[n + row] = fy[i - begin];
        z += w[i - begin];
      }
    }
    return z;
  });
}

}  // namespace gradfold
