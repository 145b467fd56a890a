#include "manifold/fft_repulsion.h"

#include <kissfft.hh>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

// With 2 nodes in a unit forces between clusters would be 2.5e-3 off instead of 2e-4. On a small map the kernel hardly
// bends, and fewer nodes do.
constexpr double kNodesPerUnit = 3, kLeastNodes = 45;
constexpr Index kGridRowsTogether = 8;
constexpr Index kGridPointsTogether = 1024;

// The next number with no prime factor above 5: what FFTs are quick at.
Index smooth(Index least) {
  for (Index n = least;; ++n) {
    Index rest = n;
    for (Index p : {2, 3, 5})
      while (rest % p == 0) rest /= p;
    if (rest == 1) return n;
  }
}

// cos(2 pi i / m) for i = 0 .. m - 1.
std::vector<double> cosines(Index m) {
  std::vector<double> cosine(static_cast<std::size_t>(m));
  for (Index i = 0; i < m; ++i)
    cosine[i] = std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(m));
  return cosine;
}

}  // namespace

// Where a coordinate falls: the first of the nodes around it, and the weight of each.
struct FftRepulsion::Place {
  Index node;
  std::array<Real, kSpan> weight;

  // `at`: from the map's edge, in steps. A point on the edge reaches the nodes 0 .. kSpan - 1.
  Place(Real at, Index nodes) : node(std::clamp<Index>(static_cast<Index>(at), 0, nodes - kSpan)) {
    const Real t = at - static_cast<Real>(node);
    // From splines of degree 1, a degree higher each time (de Boor).
    weight[0] = 1 - t, weight[1] = t;
    for (Index degree = 2; degree < kSpan; ++degree) {
      const Real share = Real(1) / static_cast<Real>(degree);
      weight[degree] = share * t * weight[degree - 1];
      for (Index i = degree - 1; i > 0; --i) {
        const Real before = t + static_cast<Real>(degree - i), behind = static_cast<Real>(i + 1) - t;
        weight[i] = share * (before * weight[i - 1] + behind * weight[i]);
      }
      weight[0] *= share * (1 - t);
    }
  }
};

struct FftRepulsion::Transforms {
  explicit Transforms(Index n)
      : forward(static_cast<std::size_t>(n), false), inverse(static_cast<std::size_t>(n), true) {}
  kissfft<Real> forward, inverse;
};

FftRepulsion::FftRepulsion() = default;
FftRepulsion::~FftRepulsion() = default;

Index FftRepulsion::grid_side(double range) {
  return smooth(static_cast<Index>(std::ceil(std::max(kLeastNodes, kNodesPerUnit * range))) + kSpan - 1);
}

// The square of the last call stays while the map fits it well, and the kernels with it: a map changes slowly.
void FftRepulsion::place_grid(const Real* y, Index n) {
  const auto [left, right] = std::minmax_element(y, y + n);
  const auto [bottom, top] = std::minmax_element(y + n, y + 2 * n);
  const double range =
      std::max<double>({static_cast<double>(*right) - *left, static_cast<double>(*top) - *bottom, 1e-20});
  const bool inside = *left >= left_ && *right <= left_ + side_ && *bottom >= bottom_ && *top <= bottom_ + side_;
  if (inside && side_ < 1.2 * range) return;
  side_ = 1.05 * range;
  left_ = (static_cast<double>(*left) + *right - side_) / 2;
  bottom_ = (static_cast<double>(*bottom) + *top - side_) / 2;
  const Index nodes = grid_side(side_);
  if (nodes != nodes_) {
    nodes_ = nodes;
    transforms_ = std::make_unique<Transforms>(2 * nodes);
    columns_.resize(static_cast<std::size_t>(2 * nodes * nodes));
    for (auto* grid : {&ones_, &places_}) grid->resize(static_cast<std::size_t>(nodes * nodes));
  }
  node_step_ = static_cast<Real>(side_ / static_cast<double>(nodes - kSpan + 1));
  transform_kernels();
}

FftRepulsion::Place FftRepulsion::place(Real v, double from) const {
  return Place(static_cast<Real>(v - from) / node_step_, nodes_);
}

// The kernel between node 0 and node i of a circle of 2 nodes_, along which distances shrink again past the half. The
// spline's transform is that of its weights for a point on a node, which lie evenly around it.
void FftRepulsion::transform_kernels() {
  const Index m = 2 * nodes_;
  std::vector<Complex> rows(static_cast<std::size_t>(m * m));
  kernels_.resize(rows.size());
  const auto offset = [&](Index i) { return static_cast<double>(std::min(i, m - i)) * node_step_; };
  parallel_for(m, kGridRowsTogether, [&](Index begin, Index end) {
    std::vector<Complex> row(static_cast<std::size_t>(m));
    for (Index i = begin; i < end; ++i) {
      for (Index j = 0; j < m; ++j) {
        const double w = 1 / (1 + offset(i) * offset(i) + offset(j) * offset(j));
        row[j] = {static_cast<Real>(w), static_cast<Real>(w * w)};
      }
      transforms_->forward.transform(row.data(), rows.data() + i * m);
    }
  });
  const std::vector<double> cosine = cosines(m);
  const Place on_node(0, nodes_);
  std::vector<Real> sharpen(static_cast<std::size_t>(m));
  for (Index i = 0; i < m; ++i) {
    double spline = 0;
    for (Index a = 0; a < kSpan - 1; ++a)
      spline += static_cast<double>(on_node.weight[a]) * cosine[i * std::abs(a - (kSpan / 2 - 1)) % m];
    // Once for handing over, once for reading; 1 / m makes up for a forward and an inverse transform.
    sharpen[i] = static_cast<Real>(1 / (spline * spline * static_cast<double>(m)));
  }
  parallel_for(m, kGridRowsTogether, [&](Index begin, Index end) {
    std::vector<Complex> column(static_cast<std::size_t>(m));
    for (Index j = begin; j < end; ++j) {
      for (Index i = 0; i < m; ++i) column[i] = rows[i * m + j];
      transforms_->forward.transform(column.data(), kernels_.data() + j * m);
      for (Index i = 0; i < m; ++i) kernels_[j * m + i] *= sharpen[i] * sharpen[j];
    }
  });
  find_near_kernel();
}

// What w has become between nodes that are up to kSpan - 1 apart, from its transform.
void FftRepulsion::find_near_kernel() {
  const Index m = 2 * nodes_;
  const std::vector<double> cosine = cosines(m);
  near_ = {};
  for (Index j = 0; j < m; ++j) {
    std::array<double, kSpan> row{};
    for (Index i = 0; i < m; ++i)
      for (Index dx = 0; dx < kSpan; ++dx) row[dx] += kernels_[j * m + i].real() * cosine[i * dx % m];
    for (Index dy = 0; dy < kSpan; ++dy)
      for (Index dx = 0; dx < kSpan; ++dx) near_[dy * kSpan + dx] += row[dx] * cosine[j * dy % m];
  }
}

// What a point feels of itself: by w it would be 1, on the grid it is a little less.
double FftRepulsion::of_itself(const Place& x, const Place& y) const {
  const auto apart = [](const Place& place) {
    std::array<double, kSpan> products{};  // of weights that are d nodes apart, to either side
    for (Index a = 0; a < kSpan; ++a)
      for (Index b = 0; b < kSpan; ++b)
        products[std::abs(a - b)] += static_cast<double>(place.weight[a]) * place.weight[b];
    return products;
  };
  const std::array<double, kSpan> along_x = apart(x), along_y = apart(y);
  double felt = 0;
  for (Index dy = 0; dy < kSpan; ++dy)
    for (Index dx = 0; dx < kSpan; ++dx) felt += along_x[dx] * along_y[dy] * near_[dy * kSpan + dx];
  return felt;
}

// In the order of the points: a sum must not depend on who adds first.
void FftRepulsion::spread_charges(const Real* x, const Real* y, Index n) {
  std::fill(ones_.begin(), ones_.end(), Complex(0));
  std::fill(places_.begin(), places_.end(), Complex(0));
  const double middle_x = left_ + side_ / 2, middle_y = bottom_ + side_ / 2;
  for (Index i = 0; i < n; ++i) {
    const Place px = place(x[i], left_), py = place(y[i], bottom_);
    const Complex at(static_cast<Real>(x[i] - middle_x), static_cast<Real>(y[i] - middle_y));
    for (Index a = 0; a < kSpan; ++a)
      for (Index b = 0; b < kSpan; ++b) {
        const Real weight = px.weight[a] * py.weight[b];
        const Index node = (px.node + a) * nodes_ + py.node + b;
        ones_[node] += weight;
        places_[node] += weight * at;
      }
  }
}

// grid [nodes, nodes] becomes its convolution: with w + i w^2 (both kernels; of a real grid, w's result is real and
// that of w^2 imaginary), or with w^2. The grid is half of the circle in each direction, the rest is 0: those rows are
// not transformed.
void FftRepulsion::convolve(std::vector<Complex>& grid, bool both_kernels) {
  const Index n = nodes_, m = 2 * n;
  parallel_for(n, kGridRowsTogether, [&](Index begin, Index end) {
    std::vector<Complex> row(static_cast<std::size_t>(m)), out(static_cast<std::size_t>(m));
    for (Index i = begin; i < end; ++i) {
      std::copy_n(grid.begin() + i * n, n, row.begin());
      transforms_->forward.transform(row.data(), out.data());
      for (Index j = 0; j < m; ++j) columns_[j * n + i] = out[j];
    }
  });
  parallel_for(m, kGridRowsTogether, [&](Index begin, Index end) {
    std::vector<Complex> column(static_cast<std::size_t>(m)), out(static_cast<std::size_t>(m));
    for (Index j = begin; j < end; ++j) {
      std::copy_n(columns_.begin() + j * n, n, column.begin());
      std::fill(column.begin() + n, column.end(), Complex(0));
      transforms_->forward.transform(column.data(), out.data());
      const Complex* kernel = kernels_.data() + j * m;
      for (Index i = 0; i < m; ++i) {
        const Real re = out[i].real(), im = out[i].imag(), w2 = kernel[i].imag(),
                   w = both_kernels ? kernel[i].real() : 0;
        column[i] = both_kernels ? Complex(re * w - im * w2, re * w2 + im * w) : Complex(re * w2, im * w2);
      }
      transforms_->inverse.transform(column.data(), out.data());
      std::copy_n(out.begin(), n, columns_.begin() + j * n);
    }
  });
  parallel_for(n, kGridRowsTogether, [&](Index begin, Index end) {
    std::vector<Complex> row(static_cast<std::size_t>(m)), out(static_cast<std::size_t>(m));
    for (Index i = begin; i < end; ++i) {
      for (Index j = 0; j < m; ++j) row[j] = columns_[j * n + i];
      transforms_->inverse.transform(row.data(), out.data());
      std::copy_n(out.begin(), n, grid.begin() + i * n);
    }
  });
}

double FftRepulsion::gather(const Real* x, const Real* y, Index n, Real* out) const {
  const double middle_x = left_ + side_ / 2, middle_y = bottom_ + side_ / 2;
  return ordered_sum(n, kGridPointsTogether, [&](Index begin, Index end) {
    double z = 0;
    for (Index i = begin; i < end; ++i) {
      const Place px = place(x[i], left_), py = place(y[i], bottom_);
      Complex ones(0), places(0);
      for (Index a = 0; a < kSpan; ++a)
        for (Index b = 0; b < kSpan; ++b) {
          const Real weight = px.weight[a] * py.weight[b];
          const Index node = (px.node + a) * nodes_ + py.node + b;
          ones += weight * ones_[node];
          places += weight * places_[node];
        }
      z += ones.real() - of_itself(px, py);
      out[i] = static_cast<Real>(x[i] - middle_x) * ones.imag() - places.real();
      out[n + i] = static_cast<Real>(y[i] - middle_y) * ones.imag() - places.imag();
    }
    return z;
  });
}

double FftRepulsion::repulsion(const Tensor& map, Tensor& repulsion) {
  const Index n = map.size(1);
  const Real *x = map.data(), *y = x + n;
  place_grid(x, n);
  spread_charges(x, y, n);
  convolve(ones_, true);
  convolve(places_, false);
  return gather(x, y, n, repulsion.data());
}

}  // namespace gradfold
