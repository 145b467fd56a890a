#include "manifold/umap_layout.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <vector>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kUmapTogether = 16;  // points that share a vector
constexpr Index kWaves = 2;          // parts of a round: points of one wave see where the wave before it has moved
constexpr Index kUmapGroups = 32;    // groups a thread takes at a time
constexpr Real kClip = 4;            // the longest step along a coordinate, before the learning rate
constexpr Real kTiny = 1e-12f;       // squared distance of points that meet; to the power of b (2 at most) it is not 0

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

// Row i is row order[i] of the graph. With columns_too they get the rows' new numbers.
SparseRows renumbered(const SparseRows& graph, const std::vector<std::int32_t>& order, bool columns_too) {
  std::vector<std::int32_t> number(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) number[order[i]] = static_cast<std::int32_t>(i);
  SparseRows out;
  for (const std::int32_t i : order) {
    for (Index e = graph.start[i]; e < graph.start[i + 1]; ++e) {
      out.column.push_back(columns_too ? number[graph.column[e]] : graph.column[e]);
      out.value.push_back(graph.value[e]);
    }
    out.start.push_back(out.entries());
  }
  return out;
}

// The descent of a C-dimensional map. Its points have numbers by work, and 16 that follow each other share a vector.
template <int C>
class Layout {
 public:
  Layout(const SparseRows& graph, const Tensor& y, const Tensor& fixed, const UmapLayoutOptions& options)
      : options_(options), order_(by_work(graph)), graph_(renumbered(graph, order_, options.others_move)),
        n_(graph.size()), groups_((n_ + kUmapTogether - 1) / kUmapTogether), stride_(groups_ * kUmapTogether),
        y_(Tensor::zeros({C, stride_})), moved_({C, stride_}), others_(options.others_move ? y_.data() : fixed.data()),
        m_(options.others_move ? n_ : fixed.size(1)), others_stride_(options.others_move ? stride_ : m_),
        rate_per_weight_(1 / (graph.value.empty() ? 1 : *std::max_element(graph.value.begin(), graph.value.end()))),
        a_(static_cast<Real>(options.curve.a)), b_(static_cast<Real>(options.curve.b)),
        gamma_(static_cast<Real>(options.repulsion_strength)) {
    for (int c = 0; c < C; ++c)
      for (Index i = 0; i < n_; ++i) y_.data()[c * stride_ + i] = y.data()[c * n_ + order_[i]];
    const std::uint32_t seed = mixed(static_cast<std::uint32_t>(options.seed));
    for (std::uint32_t i = 0; i < stride_; ++i) random_.push_back(mixed(seed + i) | 1u);
    due_count_.assign(stride_, 0);
    Index rows = 0;
    for (Index g = 0; g < groups_; ++g) {
      first_row_.push_back(rows);
      Index most = 0;
      for (Index i = g * kUmapTogether; i < std::min(n_, (g + 1) * kUmapTogether); ++i)
        most = std::max(most, graph_.start[i + 1] - graph_.start[i]);
      rows += most + 1;
    }
    due_.assign(rows * kUmapTogether, 0);
  }

  void epoch(Index number) {
    alpha_ = static_cast<Real>(options_.learning_rate *
                               (1 - static_cast<double>(number - 1) / static_cast<double>(options_.n_epochs)));
    std::vector<std::int32_t> rounds(static_cast<std::size_t>(groups_));
    parallel_for(groups_, kUmapGroups, [&](Index begin, Index end) {
      for (Index g = begin; g < end; ++g) rounds[g] = draw_edges(g, static_cast<Real>(number));
    });
    Index groups = groups_;
    for (std::int32_t round = 0;; ++round) {
      while (groups > 0 && rounds[groups - 1] <= round) --groups;  // those with the least to do come last
      if (groups == 0) break;
      for (Index wave = 0; wave < kWaves; ++wave) {
        const auto each = [&](Index together, auto f) {
          parallel_for((groups - wave + kWaves - 1) / kWaves, together, [&](Index begin, Index end) {
            for (Index g = begin * kWaves + wave; g < end * kWaves; g += kWaves)
              if (rounds[g] > round) f(g);
          });
        };
        each(kUmapGroups, [&](Index g) { move(g, round); });
        each(kUmapGroups * 64, [&](Index g) { settle(g); });
      }
    }
  }

  void write(Tensor& y) const {
    for (int c = 0; c < C; ++c)
      for (Index i = 0; i < n_; ++i) y.data()[c * n_ + order_[i]] = y_.data()[c * stride_ + i];
  }

 private:
  // Edge e is due when another multiple of w_max / w has passed. Returns how many are of the busiest point of a group.
  std::int32_t draw_edges(Index group, Real epoch) {
    std::int32_t most = 0;
    for (Index l = 0; l < kUmapTogether && group * kUmapTogether + l < n_; ++l) {
      const Index i = group * kUmapTogether + l;
      std::int32_t* due = due_.data() + first_row_[group] * kUmapTogether + l;
      std::int32_t count = 0;
      for (Index e = graph_.start[i]; e < graph_.start[i + 1]; ++e) {
        const Real often = graph_.value[e] * rate_per_weight_;
        due[count * kUmapTogether] = graph_.column[e];
        count += std::floor(epoch * often) > std::floor((epoch - 1) * often);
      }
      due_count_[i] = count;
      most = std::max(most, count);
    }
    return most;
  }

  // Each point of a group along its edge of this round, if it has so many, and away from others.
  void move(Index group, std::int32_t round) {
    const Index first = group * kUmapTogether;
    Lanes<Real> live, at[C];
    Lanes<std::int32_t> to;
    Lanes<std::uint32_t> random;
    std::copy_n(due_.data() + (first_row_[group] + round) * kUmapTogether, kUmapTogether, to.begin());
    std::copy_n(random_.data() + first, kUmapTogether, random.begin());
    for (Index l = 0; l < kUmapTogether; ++l) live[l] = round < due_count_[first + l] ? Real(1) : Real(0);
    for (int c = 0; c < C; ++c) std::copy_n(y_.data() + c * stride_ + first, kUmapTogether, at[c].begin());
    attract(to, live, at);
    if (options_.others_move) {  // for the other row that holds an edge
      later_edges(group, round, to);
      attract(to, live, at);
    }
    for (Index s = 0; s < options_.negative_sample_rate; ++s) repel(first, live, random, at);
    for (int c = 0; c < C; ++c) std::copy_n(at[c].begin(), kUmapTogether, moved_.data() + c * stride_ + first);
    std::copy_n(random.begin(), kUmapTogether, random_.data() + first);
  }

  // The edges half an epoch ahead, for points that have one in this round. Two pulls along one edge at once would take
  // a point past its neighbour and back.
  void later_edges(Index group, std::int32_t round, Lanes<std::int32_t>& to) const {
    for (Index l = 0; l < kUmapTogether; ++l) {
      const std::int32_t count = due_count_[group * kUmapTogether + l], e = round + count / 2;
      if (round < count) to[l] = due_[(first_row_[group] + (e < count ? e : e - count)) * kUmapTogether + l];
    }
  }

  // The others see where these have moved.
  void settle(Index group) {
    for (int c = 0; c < C; ++c)
      std::copy_n(moved_.data() + c * stride_ + group * kUmapTogether, kUmapTogether,
                  y_.data() + c * stride_ + group * kUmapTogether);
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

  void repel(Index first, const Lanes<Real>& live, Lanes<std::uint32_t>& random, Lanes<Real>* at) const {
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
      const Real counts = itself_counts || from[l] != static_cast<std::int32_t>(first + l) ? live[l] : Real(0);
      scale[l] = counts * 2 * gamma_ * b_ / ((Real(0.001) + d2) * (1 + a_ * p));
    }
    for (int c = 0; c < C; ++c)
      for (Index l = 0; l < kUmapTogether; ++l) at[c][l] += alpha_ * clipped(scale[l] * away[c][l]);
  }

  // away = at - others[to], and its square.
  void distances(const Lanes<std::int32_t>& to, const Lanes<Real>* at, Lanes<Real>* away, Lanes<Real>& square) const {
    square.fill(0);
    for (int c = 0; c < C; ++c) {
      const Real* others = others_ + c * others_stride_;
      for (Index l = 0; l < kUmapTogether; ++l) {
        away[c][l] = at[c][l] - others[to[l]];
        square[l] += away[c][l] * away[c][l];
      }
    }
  }

  const UmapLayoutOptions& options_;
  const std::vector<std::int32_t> order_;  // point i was order_[i]
  const SparseRows graph_;
  const Index n_, groups_, stride_;
  Tensor y_, moved_;                       // [C, stride]
  const Real* others_;
  const Index m_, others_stride_;
  // The edges due in an epoch: row first_row_[g] + r of due_ [rows, 16] has those of round r for the points of group g,
  // as far as due_count_ goes.
  std::vector<Index> first_row_;
  std::vector<std::int32_t> due_, due_count_;
  std::vector<std::uint32_t> random_;      // each point's own
  Real rate_per_weight_, alpha_ = 1, a_, b_, gamma_;
};

template <int C>
void layout(const SparseRows& graph, Tensor& y, const Tensor& fixed, const UmapLayoutOptions& options) {
  Layout<C> descent(graph, y, fixed, options);
  for (Index epoch = 1; epoch <= options.n_epochs; ++epoch) {
    descent.epoch(epoch);
    if (options.progress) options.progress(epoch);
  }
  descent.write(y);
}

}  // namespace

void umap_layout(const SparseRows& graph, Tensor& y, const Tensor& others, const UmapLayoutOptions& options) {
  switch (y.size(0)) {
    case 1: return layout<1>(graph, y, others, options);
    case 2: return layout<2>(graph, y, others, options);
    default: return layout<3>(graph, y, others, options);
  }
}

}  // namespace gradfold
