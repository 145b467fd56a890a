#include "tensor/kernels/batch_norm.h"

#include <algorithm>

#include "tensor/kernels/lane_sums.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kColumns = 64;  // columns that a thread adds up at a time where size is 1

// In all loops here f(c) is what to do with channel c: a function of the position in memory, which holds the
// channel's coefficients.

// done(c, sums of f(c) and of g(c)) for every channel. A thread takes whole channels, so that nothing has to be
// put together.
template <class F, class G, class Done>
void sum_channels(ChannelsShape shape, F f, G g, Done done) {
  const Index work = std::max<Index>(1, shape.n * shape.size);
  parallel_for(shape.channels, std::max<Index>(1, kMapGrain / work), [=](Index begin, Index end) {
    for (Index c = begin; c < end; ++c) {
      const auto first = f(c);
      const auto second = g(c);
      TwoSums total;
      for (Index image = 0; image < shape.n; ++image) {
        const Index at = (image * shape.channels + c) * shape.size;
        const TwoSums part =
            lane_sums(shape.size, [=](Index i) { return first(at + i); }, [=](Index i) { return second(at + i); });
        total.first += part.first;
        total.second += part.second;
      }
      done(c, total);
    }
  });
}

// The same where size is 1 and the channels lie side by side: a tile of them at once, row by row.
template <class F, class G, class Done>
void sum_columns(ChannelsShape shape, F f, G g, Done done) {
  const Index channels = shape.channels, work = std::max<Index>(1, shape.n * kColumns);
  parallel_for((channels + kColumns - 1) / kColumns, std::max<Index>(1, kMapGrain / work), [=](Index begin, Index end) {
    for (Index tile = begin * kColumns; tile < std::min(end * kColumns, channels); tile += kColumns) {
      const Index width = std::min(kColumns, channels - tile);
      double first[kColumns] = {}, second[kColumns] = {};
      for (Index at = tile; at < shape.n * channels; at += channels) {
        for (Index j = 0; j < width; ++j) {
          first[j] += f(tile + j)(at + j);
          second[j] += g(tile + j)(at + j);
        }
      }
      for (Index j = 0; j < width; ++j) done(tile + j, TwoSums{first[j], second[j]});
    }
  });
}

template <class F, class G, class Done>
void sums(ChannelsShape shape, F f, G g, Done done) {
  if (shape.size == 1) sum_columns(shape, f, g, done);
  else sum_channels(shape, f, g, done);
}

// to[i] = f(c)(i) everywhere.
template <class F>
void each_element(ChannelsShape shape, Real* to, F f) {
  const auto [n, channels, size] = shape;
  if (size == 1) {
    return parallel_for(n, std::max<Index>(1, kMapGrain / std::max<Index>(1, channels)),
                        [=, channels = channels](Index begin, Index end) {
      for (Index at = begin * channels; at < end * channels; at += channels) {
        for (Index c = 0; c < channels; ++c) to[at + c] = f(c)(at + c);
      }
    });
  }
  parallel_for(n * channels, std::max<Index>(1, kMapGrain / std::max<Index>(1, size)),
               [=, channels = channels, size = size](Index begin, Index end) {
    for (Index run = begin; run < end; ++run) {
      const auto of = f(run % channels);
      for (Index i = run * size; i < (run + 1) * size; ++i) to[i] = of(i);
    }
  });
}

}  // namespace

void channel_moments(const Real* x, ChannelsShape shape, Real* mean, Real* variance) {
  const auto shifted = [x, size = shape.size](Index c) {  // by the channel's first number
    return [x, shift = x[c * size]](Index i) { return double(x[i]) - shift; };
  };
  const auto squared = [shifted](Index c) {
    return [of = shifted(c)](Index i) { return of(i) * of(i); };
  };
  sums(shape, shifted, squared, [=](Index c, TwoSums total) {
    const MeanVariance of(total, static_cast<double>(shape.n * shape.size), x[c * shape.size]);
    mean[c] = static_cast<Real>(of.mean);
    variance[c] = static_cast<Real>(of.variance);
  });
}

void channel_affine(const Real* x, ChannelsShape shape, const Real* mean, const Real* scale, const Real* bias,
                    Real* y) {
  each_element(shape, y, [=](Index c) {
    return [x, m = mean[c], a = scale[c], b = bias[c]](Index i) { return (x[i] - m) * a + b; };
  });
}

void channel_sums(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, Real* sum_dy,
                  Real* sum_product) {
  const auto plain = [dy](Index) { return [dy](Index i) { return double(dy[i]); }; };
  const auto product = [=](Index c) {
    return [dy, x, m = mean[c]](Index i) { return double(dy[i]) * (x[i] - m); };
  };
  sums(shape, plain, product, [=](Index c, TwoSums total) {
    sum_dy[c] = static_cast<Real>(total.first);
    sum_product[c] = static_cast<Real>(total.second);
  });
}

void channel_combine(const Real* dy, const Real* x, ChannelsShape shape, const Real* mean, const Real* scale,
                     const Real* slope, const Real* offset, Real* dx) {
  each_element(shape, dx, [=](Index c) {
    return [dy, x, m = mean[c], a = scale[c], b = slope[c], d = offset[c]](Index i) {
      return dy[i] * a - (x[i] - m) * b - d;
    };
  });
}

}  // namespace gradfold
