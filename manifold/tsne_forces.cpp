#include "manifold/tsne_forces.h"

#include <array>
#include <cmath>

#include "manifold/affinities.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kForceRowsTogether = 128;

// kAffinityLanes entries at a time, each with sums of its own: a loop of fixed length that compilers turn into vectors.
template <int C>
void attraction(const SparseRows& p, const Real* y, Index n, Real* out) {
  const std::int32_t* column = p.column.data();
  const Real* value = p.value.data();
  parallel_for(n, kForceRowsTogether, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Real sum[C][kAffinityLanes] = {};
      for (Index e = p.start[i]; e < p.start[i + 1]; e += kAffinityLanes) {
        Real away[C][kAffinityLanes], w[kAffinityLanes];
        for (Index l = 0; l < kAffinityLanes; ++l) w[l] = 1;
        for (int c = 0; c < C; ++c)
          for (Index l = 0; l < kAffinityLanes; ++l) {
            away[c][l] = y[c * n + i] - y[c * n + column[e + l]];
            w[l] += away[c][l] * away[c][l];
          }
        for (Index l = 0; l < kAffinityLanes; ++l) w[l] = value[e + l] / w[l];
        for (int c = 0; c < C; ++c)
          for (Index l = 0; l < kAffinityLanes; ++l) sum[c][l] += w[l] * away[c][l];
      }
      for (int c = 0; c < C; ++c) {
        Real total = 0;
        for (Index l = 0; l < kAffinityLanes; ++l) total += sum[c][l];
        out[c * n + i] = total;
      }
    }
  });
}

}  // namespace

void tsne_attraction(const SparseRows& p, const Tensor& y, Tensor& out) {
  const Index n = y.size(1);
  switch (y.size(0)) {
    case 1: return attraction<1>(p, y.data(), n, out.data());
    case 2: return attraction<2>(p, y.data(), n, out.data());
    default: return attraction<3>(p, y.data(), n, out.data());
  }
}

double exact_repulsion(const Tensor& map, Tensor& repulsion) {
  const Index c = map.size(0), n = map.size(1);
  const Real* y = map.data();
  Real* out = repulsion.data();
  return ordered_sum(n, 16, [&](Index begin, Index end) {
    double z = 0;
    for (Index i = begin; i < end; ++i) {
      std::array<double, 3> sum = {}, away = {};
      for (Index j = 0; j < n; ++j) {
        if (j == i) continue;
        double w = 1;
        for (Index d = 0; d < c; ++d) {
          away[d] = static_cast<double>(y[d * n + i]) - y[d * n + j];
          w += away[d] * away[d];
        }
        w = 1 / w;
        z += w;
        for (Index d = 0; d < c; ++d) sum[d] += w * w * away[d];
      }
      for (Index d = 0; d < c; ++d) out[d * n + i] = static_cast<Real>(sum[d]);
    }
    return z;
  });
}

double tsne_divergence(const SparseRows& p, const Tensor& map, double z) {
  const Index c = map.size(0), n = map.size(1);
  const Real* y = map.data();
  return ordered_sum(n, kForceRowsTogether, [&](Index begin, Index end) {
    double sum = 0;
    for (Index i = begin; i < end; ++i)
      for (Index e = p.start[i]; e < p.start[i + 1]; ++e) {
        if (p.value[e] <= 0) continue;  // padding; and p ln p -> 0
        double w = 1;
        for (Index d = 0; d < c; ++d) {
          const double away = static_cast<double>(y[d * n + i]) - y[d * n + p.column[e]];
          w += away * away;
        }
        sum += p.value[e] * std::log(p.value[e] * w * z);
      }
    return sum;
  });
}

}  // namespace gradfold
