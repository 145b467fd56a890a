#include "manifold/umap_layout.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <vector>

#include "tensor/parallel.h"
#include "tensor/random.h"

namespace gradfold {
namespace {

constexpr Index kUmapTogether = 16;  // points that share a vector
constexpr Index kWaves = 8;      // parts of an epoch: points of one wave see where the waves before it have moved
constexpr Index kUmapGroups = 4;     // groups a thread takes at a time
constexpr Real kClip = 4;        // the longest step along a coordinate, before the learning rate
constexpr Real kTiny = 1e-12f;   // a squared distance of points that meet; to the power of b (2 at most) it is not 0

// x^y for x > 0 and x^y between 2^-126 and 2^126, to about 1e-4, by polynomials for log2 on [1, 2) and exp2 on [0, 1):
// no calls and no branches, so that a loop over it becomes vectors. Steps of a stochastic descent need no more.
inline Real power(Real x, Real y) {
  if constexpr (sizeof(Real) == 8) {
    return std::pow(x, y);
  } else {
    const std::int32_t bits = std::bit_cast<std::int32_t>(static_cast<float>(x));
    const float exponent = static_cast<float>((bits >> 23) - 127);
    const float m = std::bit_cast<float>((bits & 0x007fffff) | 0x3f800000) - 1.0f;
    const float log2 = exponent + m * (1.44268325f + m * (-0.72044237f + m * (0.46930169f + m * (-0.30338967f +
                                  m * (0.14643361f - m * 0.03459521f)))));
    const float p = static_cast<float>(y) * log2, whole = std::floor(p), part = p - whole;
    const float exp2 = 1.0f + part * (0.69315254f + part * (0.24015244f + part * (0.05583660f + part *
                                     (0.00897290f + part * 0.00188540f))));
    return std::bit_cast<float>(std::bit_cast<std::int32_t>(exp2) + (static_cast<std::int32_t>(whole) << 23));
  }
}

std::uint32_t mixed(std::uint32_t v) {
  v = (v ^ (v >> 16)) * 0x7feb352du;
  v = (v ^ (v >> 15)) * 0x846ca68bu;
  return v ^ (v >> 16);
}

template <class T>
using Lanes = std::array<T, kUmapTogether>;

// Points by how often their edges are drawn: those that share a vector should have about as much to do.
std::vector<std::int32_t> by_work(const SparseRows& graph) {
  std::vector<double> work(static_cast<std::size_t>(graph.size()), 0.0);
  for (Index i = 0; i < graph.size(); ++i)
    for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e) work[i] += graph.value[e];
  std::vector<std::int32_t> order(work.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return work[a] > work[b]; });
  return order;
}

// One epoch of some points of a C-dimensional map.
template <int C>
class Epoch {
 public:
  Epoch(const SparseRows& graph, Real strongest, const UmapLayoutOptions& options, Index epoch, Tensor& y,
        const Tensor& others, Tensor& moved)
      : graph_(graph), options_(options), y_(y.data()), others_(others.data()), moved_(moved.data()),
        n_(y.size(1)), m_(others.size(1)), rate_per_weight_(1 / strongest), epoch_(static_cast<Real>(epoch)),
        a_(static_cast<Real>(options.curve.a)), b_(static_cast<Real>(options.curve.b)),
        alpha_(static_cast<Real>(options.learning_rate *
                                 (1 - static_cast<double>(epoch - 1) / static_cast<double>(options.n_epochs)))),
        gamma_(static_cast<Real>(options.repulsion_strength)),
        seed_(mixed(static_cast<std::uint32_t>(options.seed) ^ mixed(static_cast<std::uint32_t>(epoch)))) {}

  void move(const std::int32_t* points, Index count, std::vector<std::int32_t>& drawn) {
    Lanes<std::int32_t> self, edges, first;
    Index most = 0;
    drawn.clear();
    for (Index l = 0; l < kUmapTogether; ++l) {
      self[l] = points[std::min(l, count - 1)];
      first[l] = static_cast<std::int32_t>(drawn.size());
      if (l < count) draw_edges(self[l], drawn);
      edges[l] = static_cast<std::int32_t>(drawn.size()) - first[l];
      most = std::max<Index>(most, edges[l]);
    }
    drawn.push_back(0);  // lanes without edges read something
    Lanes<Real> at[C];
    for (int c = 0; c < C; ++c)
      for (Index l = 0; l < kUmapTogether; ++l) at[c][l] = y_[c * n_ + self[l]];
    Lanes<std::uint32_t> random;
    for (Index l = 0; l < kUmapTogether; ++l) random[l] = mixed(seed_ + static_cast<std::uint32_t>(self[l])) | 1u;
    const std::int32_t last = static_cast<std::int32_t>(drawn.size()) - 1;
    for (Index step = 0; step < most; ++step) {
      Lanes<std::int32_t> to;
      Lanes<Real> live;
      for (Index l = 0; l < kUmapTogether; ++l) {
        live[l] = step < edges[l] ? Real(1) : Real(0);
        to[l] = drawn[std::min<std::int32_t>(first[l] + static_cast<std::int32_t>(step), last)];
      }
      attract(to, live, at);
      if (options_.others_move) {
        later_edges(first, edges, step, drawn, to);
        attract(to, live, at);
      }
      for (Index s = 0; s < options_.negative_sample_rate; ++s) repel(self, live, random, at);
    }
    for (int c = 0; c < C; ++c)
      for (Index l = 0; l < count; ++l) moved_[c * n_ + self[l]] = at[c][l];
  }

  // The others see where these have moved.
  void settle(const std::int32_t* points, Index count) {
    for (int c = 0; c < C; ++c)
      for (Index l = 0; l < count; ++l) y_[c * n_ + points[l]] = moved_[c * n_ + points[l]];
  }

 private:
  // Edge e is due when another multiple of w_max / w has passed.
  void draw_edges(std::int32_t i, std::vector<std::int32_t>& drawn) const {
    const Index begin = graph_.start[i], end = graph_.start[i + 1];
    std::size_t count = drawn.size();
    drawn.resize(count + static_cast<std::size_t>(end - begin));
    for (Index e = begin; e < end; ++e) {
      const Real often = graph_.value[e] * rate_per_weight_;
      drawn[count] = graph_.column[e];
      count += std::floor(epoch_ * often) > std::floor((epoch_ - 1) * often);
    }
    drawn.resize(count);
  }

  // The edge half a round ahead. An edge pulls once for each of the two rows that hold it; two pulls at once would take
  // a point past its neighbour and back, and tear apart what belongs together.
  static void later_edges(const Lanes<std::int32_t>& first, const Lanes<std::int32_t>& edges, Index step,
                          const std::vector<std::int32_t>& drawn, Lanes<std::int32_t>& to) {
    for (Index l = 0; l < kUmapTogether; ++l) {
      if (step >= edges[l]) continue;  // not live: any will do
      const std::int32_t e = static_cast<std::int32_t>(step) + edges[l] / 2;
      to[l] = drawn[first[l] + (e < edges[l] ? e : e - edges[l])];
    }
  }

  static Real clipped(Real step) { return std::min(std::max(step, -kClip), kClip); }

  void attract(const Lanes<std::int32_t>& to, const Lanes<Real>& live, Lanes<Real>* at) const {
    Lanes<Real> away[C], scale;
    distances(to, at, away, scale);
    for (Index l = 0; l < kUmapTogether; ++l) {
      const Real d2 = scale[l] + kTiny, p = power(d2, b_);
      scale[l] = -2 * a_ * b_ * p / (d2 * (1 + a_ * p));
    }
    for (int c = 0; c < C; ++c)
      for (Index l = 0; l < kUmapTogether; ++l) at[c][l] += live[l] * alpha_ * clipped(scale[l] * away[c][l]);
  }

  void repel(const Lanes<std::int32_t>& self, const Lanes<Real>& live, Lanes<std::uint32_t>& random,
             Lanes<Real>* at) const {
    Lanes<std::int32_t> from;
    const Real share = static_cast<Real>(m_) / static_cast<Real>(1 << 24);
    for (Index l = 0; l < kUmapTogether; ++l) {
      std::uint32_t r = random[l];  // xorshift (Marsaglia 2003)
      r ^= r << 13, r ^= r >> 17, r ^= r << 5;
      random[l] = r;
      const Real part = static_cast<Real>(static_cast<std::int32_t>(r >> 8));
      const std::int32_t drawn = static_cast<std::int32_t>(part * share);
      from[l] = std::min(drawn, static_cast<std::int32_t>(m_ - 1));
    }
    Lanes<Real> away[C], scale;
    distances(from, at, away, scale);
    const bool itself_counts = !options_.others_move;  // then a row of others is another point
    for (Index l = 0; l < kUmapTogether; ++l) {
      const Real d2 = scale[l] + kTiny, p = power(d2, b_);
      const Real counts = itself_counts || from[l] != self[l] ? live[l] : Real(0);
      scale[l] = counts * 2 * gamma_ * b_ / ((Real(0.001) + d2) * (1 + a_ * p));
    }
    for (int c = 0; c < C; ++c)
      for (Index l = 0; l < kUmapTogether; ++l) at[c][l] += alpha_ * clipped(scale[l] * away[c][l]);
  }

  // away = at - others[to], and its square.
  void distances(const Lanes<std::int32_t>& to, const Lanes<Real>* at, Lanes<Real>* away, Lanes<Real>& square) const {
    square.fill(0);
    for (int c = 0; c < C; ++c) {
      const Real* others = others_ + c * m_;
      for (Index l = 0; l < kUmapTogether; ++l) {
        away[c][l] = at[c][l] - others[to[l]];
        square[l] += away[c][l] * away[c][l];
      }
    }
  }

  const SparseRows& graph_;
  const UmapLayoutOptions& options_;
  Real* y_;
  const Real* others_;
  Real* moved_;
  Index n_, m_;
  Real rate_per_weight_, epoch_, a_, b_, alpha_, gamma_;
  std::uint32_t seed_;
};

template <int C>
void layout(const SparseRows& graph, Tensor& y, const Tensor& fixed, const UmapLayoutOptions& options) {
  const Index n = y.size(1);
  const Real strongest = graph.value.empty() ? Real(1) : *std::max_element(graph.value.begin(), graph.value.end());
  const std::vector<std::int32_t> order = by_work(graph);
  Tensor moved(y.shape());
  const Index groups = (n + kUmapTogether - 1) / kUmapTogether;
  for (Index epoch = 1; epoch <= options.n_epochs; ++epoch) {
    Epoch<C> now(graph, strongest, options, epoch, y, options.others_move ? y : fixed, moved);
    for (Index wave = 0; wave < kWaves; ++wave) {
      const Index in_wave = (groups - wave + kWaves - 1) / kWaves;
      parallel_for(in_wave, kUmapGroups, [&](Index begin, Index end) {
        std::vector<std::int32_t> drawn;
        for (Index g = begin; g < end; ++g) {
          const Index first = (g * kWaves + wave) * kUmapTogether;
          now.move(order.data() + first, std::min(kUmapTogether, n - first), drawn);
        }
      });
      for (Index g = 0; g < in_wave; ++g) {
        const Index first = (g * kWaves + wave) * kUmapTogether;
        now.settle(order.data() + first, std::min(kUmapTogether, n - first));
      }
    }
    if (options.progress) options.progress(epoch);
  }
}

}  // namespace

UmapCurve fit_umap_curve(double min_dist, double spread) {
  constexpr int kPoints = 300;
  const auto wanted = [&](double d) { return d < min_dist ? 1.0 : std::exp(-(d - min_dist) / spread); };
  const auto error = [&](const UmapCurve& c) {
    double sum = 0;
    for (int i = 0; i < kPoints; ++i) {
      const double d = 3 * spread * i / (kPoints - 1), r = 1 / (1 + c.a * std::pow(d, 2 * c.b)) - wanted(d);
      sum += r * r;
    }
    return sum;
  };
  UmapCurve curve;
  double damping = 1e-3, now = error(curve);
  for (int step = 0; step < 200; ++step) {  // Levenberg-Marquardt
    double jj[2][2] = {}, jr[2] = {};
    for (int i = 1; i < kPoints; ++i) {
      const double d = 3 * spread * i / (kPoints - 1), p = std::pow(d, 2 * curve.b), phi = 1 / (1 + curve.a * p);
      const double j[2] = {-phi * phi * p, -phi * phi * curve.a * p * 2 * std::log(d)}, r = phi - wanted(d);
      for (int u = 0; u < 2; ++u) {
        jr[u] += j[u] * r;
        for (int v = 0; v < 2; ++v) jj[u][v] += j[u] * j[v];
      }
    }
    const double aa = jj[0][0] * (1 + damping), bb = jj[1][1] * (1 + damping), det = aa * bb - jj[0][1] * jj[1][0];
    const UmapCurve tried = {curve.a - (bb * jr[0] - jj[0][1] * jr[1]) / det,
                             curve.b - (aa * jr[1] - jj[1][0] * jr[0]) / det};
    const double then = tried.a > 0 && tried.b > 0 ? error(tried) : now + 1;
    if (then > now) {
      damping *= 10;
      if (damping > 1e12) break;
      continue;
    }
    const bool done = now - then <= 1e-15 * now;
    curve = tried, now = then, damping = std::max(damping / 10, 1e-12);
    if (done) break;
  }
  return curve;
}

void umap_layout(const SparseRows& graph, Tensor& y, const Tensor& others, const UmapLayoutOptions& options) {
  switch (y.size(0)) {
    case 1: return layout<1>(graph, y, others, options);
    case 2: return layout<2>(graph, y, others, options);
    default: return layout<3>(graph, y, others, options);
  }
}

}  // namespace gradfold
