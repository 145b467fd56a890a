// The plain twins of batch_norm.cpp.
#include "tensor/kernels/batch_norm.h"

namespace gradfold {
namespace {

// f(i, c) for every position i in memory of channel c.
template <class F>
void each(ChannelsShape shape, F f) {
  for (Index i = 0; i < shape.n * shape.channels * shape.size; ++i) f(i, i / shape.size % shape.channels);
}

// out[c] = sum of f(i, c) over channel c
template <class F>
void sum_each(ChannelsShape shape, Real* out, F f) {
  for (Index c = 0; c < shape.channels; ++c) {
    double total = 0;
    for (Index image = 0; image < shape.n; ++image) {
      for (Index s = 0; s < shape.size; ++s) total += f((image * shape.channels + c) * shape.size + s, c);
    }
    out[c] = static_cast<Real>(total);
  }
}

}  // namespace

void channel_moments_ref(const Real* x, ChannelsShape shape, Real* mean, Real* variance) {
  const double n = static_cast<double>(shape.n * shape.size);
  sum_each(shape, mean, [=](Index i, Index) { return x[i] / n; });
  sum_each(shape, variance, [=](Index i, Index c) { return (double(x[i]) - mean[c]) * (double(x[i]) - mean[c]) / n; });
}

void channel_affine_ref(const Real* x, ChannelsShape shape, const Real* mean, const Real* scale, const Real* bias,
                        Real* y) {
  each(shape, [=](Index i, Index c) { y[i] = (x[i] - mean[c]) * scale[c] + bias[c]; });
}

void channel_sums_ref(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, Real* sum_dy,
                      Real* sum_product) {
  sum_each(shape, sum_dy, [=](Index i, Index) { return double(dy[i]); });
  sum_each(shape, sum_product, [=](Index i, Index c) { return double(dy[i]) * (x[i] - mean[c]); });
}

void channel_combine_ref(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, const Real* scale,
                         const Real* slope, const Real* offset, Real* dx) {
  each(shape, [=](Index i, Index c) { dx[i] = dy[i] * scale[c] - (x[i] - mean[c]) * slope[c] - offset[c]; });
}

}  // namespace gradfold
