#pragma once
#include "tensor/real.h"

// What batch normalization does to row-major memory x [N, C, size]: sums over everything of a channel, and one
// line of arithmetic whose coefficients are the channel's. The same bits on any number of threads.
namespace gradfold {

struct ChannelsShape {
  Index n, channels, size;
};

// mean and variance (over n * size) [C].
void channel_moments(const Real* x, ChannelsShape shape, Real* mean, Real* variance);
// y = (x - mean) * scale + bias, all three [C].
void channel_affine(const Real* x, ChannelsShape shape, const Real* mean, const Real* scale, const Real* bias,
                    Real* y);
// sum_dy = sum of dy, sum_product = sum of dy * (x - mean), both [C].
void channel_sums(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, Real* sum_dy,
                  Real* sum_product);
// dx = dy * scale - (x - mean) * slope - offset, all four [C].
void channel_combine(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, const Real* scale,
                     const Real* slope, const Real* offset, Real* dx);

// The same by plain loops, sums in double.
void channel_moments_ref(const Real* x, ChannelsShape shape, Real* mean, Real* variance);
void channel_affine_ref(const Real* x, ChannelsShape shape, const Real* mean, const Real* scale, const Real* bias,
                        Real* y);
void channel_sums_ref(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, Real* sum_dy,
                      Real* sum_product);
void channel_combine_ref(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, const Real* scale,
                         const Real* slope, const Real* offset, Real* dx);

}  // namespace gradfold
