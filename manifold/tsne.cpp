#include "manifold/tsne.h"

#include <algorithm>
#include <cmath>

#include "manifold/affinities.h"
#include "manifold/barnes_hut.h"
#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "manifold/fft_repulsion.h"
#include "manifold/pca.h"
#include "manifold/tsne_forces.h"
#include "tensor/parallel.h"
#include "tensor/random.h"

namespace gradfold {
namespace {

using Method = TsneOptions::Method;

constexpr double kStartSize = 1e-4;
constexpr Index kExactPoints = 300;    // up to here kAuto is exact
constexpr double kLongestStep = 5;     // of a point in one iteration, as FIt-SNE limits it
constexpr Index kTsnePointsTogether = 4096;

double range_of(const Tensor& y) {
  const Index n = y.size(1);
  double range = 0;
  for (Index c = 0; c < y.size(0); ++c) {
    const auto [low, high] = std::minmax_element(y.data() + c * n, y.data() + (c + 1) * n);
    range = std::max(range, static_cast<double>(*high) - *low);
  }
  return range;
}

// The repulsion of a method, or of the quicker one for a map as wide as this.
class Repulsion {
 public:
  Repulsion(Method method, double angle) : method_(method), tree_(angle) {}

  double operator()(const Tensor& y, Tensor& force) {
    if (method_ == Method::kExact) return exact_repulsion(y, force);
    if (method_ == Method::kFft || (method_ == Method::kAuto && grid_is_quicker(y))) return grid_.repulsion(y, force);
    return tree_.repulsion(y, force);
  }

 private:
  // From times measured: a point costs the tree about 6.5 ns for every doubling of N; a node of the grid costs each of
  // the twelve transforms 1 ns for every doubling of its side, and a point 110 ns to hand over and read.
  static bool grid_is_quicker(const Tensor& y) {
    const double n = static_cast<double>(y.size(1)), side = static_cast<double>(FftRepulsion::grid_side(range_of(y)));
    return 110 * n + 12 * side * side * std::log2(side) < 6.5 * n * std::log2(n);
  }

  Method method_;
  BarnesHut tree_;
  FftRepulsion grid_;
};

// Gradient descent with momentum and gains (Jacobs 1988): a coordinate whose gradient keeps pushing the way it moves
// gains speed step by step, one that turns loses a fifth.
class Descent {
 public:
  Descent(const Shape& shape, double rate)
      : rate_(static_cast<Real>(rate)), step_(Tensor::zeros(shape)), gain_(Tensor::ones(shape)) {}

  // y -= rate gain (exaggeration * attraction - repulsion / z), with momentum; the map is then centred again.
  void update(Tensor& y, const Tensor& attraction, const Tensor& repulsion, double exaggeration, double z,
              double momentum) {
    const Index c = y.size(0), n = y.size(1);
    Real *at = y.data(), *step = step_.data(), *gain = gain_.data();
    const Real *pull = attraction.data(), *push = repulsion.data();
    const Real pull_scale = static_cast<Real>(exaggeration), push_scale = static_cast<Real>(1 / std::max(z, 1e-300));
    const Real keep = static_cast<Real>(momentum);
    parallel_for(n, kTsnePointsTogether, [&](Index begin, Index end) {
      for (Index d = 0; d < c; ++d)
        for (Index i = d * n + begin; i < d * n + end; ++i) {
          const Real gradient = pull_scale * pull[i] - push_scale * push[i];
          // A step goes against its gradient; without a step there is no way yet.
          const bool same_way = (gradient > 0 && step[i] < 0) || (gradient < 0 && step[i] > 0);
          gain[i] = std::max(same_way ? gain[i] + Real(0.2) : gain[i] * Real(0.8), Real(0.01));
          step[i] = keep * step[i] - rate_ * gain[i] * gradient;
        }
      for (Index i = begin; i < end; ++i) {
        Real square = 0;
        for (Index d = 0; d < c; ++d) square += step[d * n + i] * step[d * n + i];
        if (square > kLongestStep * kLongestStep)
          for (Index d = 0; d < c; ++d) step[d * n + i] *= static_cast<Real>(kLongestStep) / std::sqrt(square);
        for (Index d = 0; d < c; ++d) at[d * n + i] += step[d * n + i];
      }
    });
    for (Index d = 0; d < c; ++d) {
      Real* row = at + d * n;
      const double sum = ordered_sum(n, kTsnePointsTogether, [&](Index begin, Index end) {
        double part = 0;
        for (Index i = begin; i < end; ++i) part += row[i];
        return part;
      });
      const Real mean = static_cast<Real>(sum / static_cast<double>(n));
      for (Index i = 0; i < n; ++i) row[i] -= mean;
    }
  }

 private:
  Real rate_;
  Tensor step_, gain_;
};

}  // namespace

Index Tsne::neighbors_needed(Index n) const {
  return exact(n) ? n - 1 : std::min(n - 1, static_cast<Index>(std::ceil(3 * options_.perplexity)));
}

bool Tsne::exact(Index n) const {
  const Method m = options_.method;
  return m == Method::kExact || (m == Method::kAuto && (options_.n_components != 2 || n <= kExactPoints));
}

void Tsne::check(const Tensor& x) const {
  const TsneOptions& o = options_;
  check_points("Tsne", "x", x, 3);
  const Index n = x.size(0);
  check_option(o.n_components >= 1 && o.n_components <= 3, "Tsne", "n_components is {}; maps have 1, 2 or 3",
               o.n_components);
  check_option(o.n_components == 2 || exact(n), "Tsne",
               "n_components is {}, but barnes_hut and fft draw maps of 2; hint: method exact draws 1, 2 or 3",
               o.n_components);
  check_option(o.perplexity >= 1 && o.perplexity < static_cast<double>(n - 1), "Tsne",
               "perplexity is {} but must be from 1 to below {}, one less than the number of points; hint: {:.3g}",
               o.perplexity, n - 1, std::clamp(static_cast<double>(n) / 10, 1.0, 30.0));
  check_option(o.early_exaggeration >= 1, "Tsne", "early_exaggeration is {} but must be at least 1",
               o.early_exaggeration);
  check_option(o.learning_rate >= 0, "Tsne",
               "learning_rate is {} but must be positive, or 0 for N / early_exaggeration", o.learning_rate);
  check_option(o.max_iter >= 1, "Tsne", "max_iter is {} but must be at least 1", o.max_iter);
  check_option(o.angle >= 0 && o.angle <= 1, "Tsne", "angle is {} but must be from 0 to 1", o.angle);
}

// [C, N]
Tensor Tsne::start(const Tensor& x) const {
  const Index n = x.size(0), c = options_.n_components;
  if (options_.init == TsneOptions::Init::kRandom)
    return Rng(options_.random_state).normal({c, n}, 0, static_cast<Real>(kStartSize));
  Tensor y = Tensor::zeros({c, n});
  const Index known = std::min(c, std::min(n, x.size(1)));
  const Tensor components = Pca({.n_components = known}).fit_transform(x).transpose(0, 1).contiguous();
  double square = 0;
  for (Index i = 0; i < n; ++i) square += static_cast<double>(components.data()[i]) * components.data()[i];
  const double scale = square > 0 ? kStartSize / std::sqrt(square / static_cast<double>(n)) : 0;
  for (Index i = 0; i < known * n; ++i) y.data()[i] = static_cast<Real>(components.data()[i] * scale);
  // Equal points would feel equal forces and never part, so every coordinate is moved by a thousandth of its size.
  const Tensor noise = Rng(options_.random_state).normal({c, n}, 0, static_cast<Real>(kStartSize * 1e-3));
  for (Index i = 0; i < c * n; ++i) y.data()[i] += noise.data()[i];
  return y;
}

Tensor Tsne::fit_transform(const Tensor& x) {
  check(x);
  return fit_transform(x, nearest_neighbors(x, neighbors_needed(x.size(0))));
}

Tensor Tsne::fit_transform(const Tensor& x, const Neighbors& neighbors) {
  check(x);
  const Index n = x.size(0);
  require(neighbors.index.shape.rank() == 2 && neighbors.index.shape[0] == n &&
              neighbors.index.shape[1] >= neighbors_needed(n),
          "Tsne", "neighbors are {}; x has {} points, and each needs {}", neighbors.index.shape, n,
          neighbors_needed(n));
  check_neighbor_distances("Tsne", neighbors);
  const TsneOptions& o = options_;
  const SparseRows p = joint_probabilities(neighbors, o.perplexity);
  Tensor y = start(x.contiguous());
  Tensor attraction(y.shape()), repulsion(y.shape());
  Repulsion repel(exact(n) ? Method::kExact : o.method, o.angle);
  const double usual = std::max(200.0, static_cast<double>(n) / o.early_exaggeration);
  const double rate = o.learning_rate > 0 ? o.learning_rate : usual;
  Descent descent(y.shape(), rate);
  for (n_iter = 0; n_iter < o.max_iter; ++n_iter) {
    const bool early = n_iter < o.exaggeration_iter;
    if (n_iter == o.exaggeration_iter) descent = Descent(y.shape(), rate);  // what it learned was of another sum
    tsne_attraction(p, y, attraction);
    const double z = repel(y, repulsion);
    if (o.progress && n_iter > 0 && n_iter % 50 == 0) o.progress(n_iter, tsne_divergence(p, y, z));
    descent.update(y, attraction, repulsion, early ? o.early_exaggeration : 1, z, early ? 0.5 : 0.8);
  }
  kl_divergence = tsne_divergence(p, y, repel(y, repulsion));
  require(std::isfinite(kl_divergence), "Tsne",
          "the map flew apart: its divergence is {}; hint: a lower learning_rate than {}", kl_divergence, rate);
  if (o.progress) o.progress(n_iter, kl_divergence);
  return y.transpose(0, 1).contiguous();
}

}  // namespace gradfold
