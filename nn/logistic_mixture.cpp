#include "nn/logistic_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Real kLeastLogScale = -7;
constexpr Real kHuge = std::numeric_limits<Real>::max();

// Where groups of `components` numbers stand among a pixel's.
Index mean_group(int c) { return 1 + c; }
Index scale_group(const LogisticMixture& m, int c) { return 1 + m.channels + c; }
Index coefficient_group(const LogisticMixture& m, int c, int a) { return 1 + 2 * m.channels + c * (c - 1) / 2 + a; }

void check(const LogisticMixture& m) {
  require(m.components >= 1 && m.levels >= 2 && m.channels >= 1, "LogisticMixture",
          "components is {}, levels {} and channels {}; there must be 1 component, 2 levels and 1 channel at least",
          m.components, m.levels, m.channels);
}

// log(1 - exp(-d)), the share of a bin of width d in a density that does not change. A narrow bin would lose its
// digits to the difference: there it is log d - d/2 + d^2/24 - ..., with log d given.
Var log_share(const Var& d, const Var& log_d) {
  constexpr Real kNarrow = Real(0.25);
  const Var near = clamp(d, 0, kNarrow), far = clamp(d, kNarrow, kHuge), q = square(near);
  const Var series = q * (Real(1. / 24) - q * (Real(1. / 2880) - q * Real(1. / 181440)));
  return where(less(d.value(), Tensor::scalar(kNarrow)), log_d - near * Real(0.5) + series,
               log(Real(1) - exp(-far)));
}

// log P of one channel in each component.   mean, log_scale [N, K, H, W], x [N, 1, H, W] from -1 to 1
Var log_bin(const Var& mean, const Var& log_scale, const Tensor& x, int levels) {
  const Real half = Real(1) / static_cast<Real>(levels - 1);
  const Var scale = clamp(log_scale, kLeastLogScale, kHuge), inverse = exp(-scale), distance = Var(x) - mean;
  const Var below_upper = log_sigmoid((distance + half) * inverse);
  const Var above_lower = log_sigmoid((half - distance) * inverse);
  const Var share = log_share(inverse * (2 * half), std::log(2 * half) - scale);
  // The outer bins have no outer border.
  const Tensor first = less(x, Tensor::scalar(-1 + half)), last = greater(x, Tensor::scalar(1 - half));
  const Var nothing(Tensor::scalar(0));
  return where(last, nothing, below_upper) + where(first, nothing, above_lower) +
         where(maximum(first, last), nothing, share);
}

// One component's distribution of one channel of one pixel.
struct Logistic {
  double mean, inverse_scale;

  struct Sides {
    double below, above;  // F and 1 - F, neither from the other
  };
  Sides at(double border) const {
    const double z = (border - mean) * inverse_scale, e = std::exp(-std::abs(z));
    const double near = 1 / (1 + e), far = e / (1 + e);
    return z < 0 ? Sides{far, near} : Sides{near, far};
  }
};

double border_above(Index level, int levels) { return (2 * static_cast<double>(level) + 1) / (levels - 1) - 1; }

// One pixel of one image. What it reads of the parameters and of the channels that are known.
struct Pixel {
  const LogisticMixture& mixture;
  const Real* parameters;
  const Real* levels;

  double parameter(Index group, Index k) const {
    return static_cast<double>(parameters[group * mixture.components + k]);
  }
  Logistic component(int c, Index k) const {
    double mean = parameter(mean_group(c), k);
    for (int a = 0; a < c; ++a)
      mean += std::tanh(parameter(coefficient_group(mixture, c, a), k)) * (2 * static_cast<double>(levels[a]) - 1);
    const double scale = std::max<double>(parameter(scale_group(mixture, c), k), kLeastLogScale);
    return {mean, std::exp(-scale)};
  }
  // log P of a channel that is known.
  double log_bin(int c, Index k) const {
    const Logistic f = component(c, k);
    const Index top = mixture.levels - 1, level = std::lround(levels[c] * static_cast<Real>(top));
    const auto log_sigmoid = [](double z) { return std::min(z, 0.) - std::log1p(std::exp(-std::abs(z))); };
    double log_p = 0;
    if (level < top) log_p += log_sigmoid((border_above(level, mixture.levels) - f.mean) * f.inverse_scale);
    if (level > 0) log_p += log_sigmoid((f.mean - border_above(level - 1, mixture.levels)) * f.inverse_scale);
    if (level > 0 && level < top) log_p += std::log(-std::expm1(-2. / static_cast<double>(top) * f.inverse_scale));
    return log_p;
  }
  // How likely each component is, once the channels before c are known.
  std::vector<double> weights(int c) const {
    std::vector<double> w(static_cast<std::size_t>(mixture.components));
    for (std::size_t k = 0; k < w.size(); ++k) {
      w[k] = parameter(0, static_cast<Index>(k));
      for (int a = 0; a < c; ++a) w[k] += log_bin(a, static_cast<Index>(k));
    }
    const double largest = *std::max_element(w.begin(), w.end());
    double total = 0;
    for (double& v : w) total += v = std::exp(v - largest);
    for (double& v : w) v /= total;
    return w;
  }
  // Adds weight * P(level) of a component to each of p[levels].
  void add_levels(const Logistic& f, double weight, double* p) const {
    const int count = mixture.levels;
    const double share = -std::expm1(-2. / (count - 1) * f.inverse_scale);
    Logistic::Sides lower{0, 1};
    for (Index level = 0; level < count - 1; ++level) {
      const Logistic::Sides upper = f.at(border_above(level, count));
      p[level] += weight * upper.below * lower.above * (level == 0 ? 1 : share);
      lower = upper;
    }
    p[count - 1] += weight * lower.above;
  }
};

}  // namespace

Var LogisticMixture::nll(const Var& numbers, const Tensor& x, Reduction reduction) const {
  check(*this);
  check_shape("LogisticMixture", "parameters", numbers.shape(), {"N", parameters(), "H", "W"});
  check_shape("LogisticMixture", "x", x.shape(), {numbers.size(0), channels, numbers.size(2), numbers.size(3)});
  const auto group = [&](Index i) { return slice(numbers, 1, i * components, (i + 1) * components); };
  const auto channel = [&](int c) { return (x.slice(1, c, c + 1) * Real(2) - Real(1)).contiguous(); };
  Var log_weights = log_softmax(group(0), 1);  // of the components, given the channels so far
  std::vector<Var> log_p;
  for (int c = 0; c < channels; ++c) {
    Var mean = group(mean_group(c));
    for (int a = 0; a < c; ++a) mean += tanh(group(coefficient_group(*this, c, a))) * Var(channel(a));
    const Var joint = log_weights + log_bin(mean, group(scale_group(*this, c)), channel(c), levels);
    log_p.push_back(logsumexp(joint, 1, /*keepdim=*/true));
    log_weights = joint - log_p.back();
  }
  return reduce(-concatenate(log_p, 1), reduction);
}

std::vector<double> LogisticMixture::level_probabilities(const Tensor& numbers, const Tensor& pixel, Index c) const {
  check(*this);
  check_shape("LogisticMixture", "parameters", numbers.shape(), {"N", parameters()});
  check_shape("LogisticMixture", "pixel", pixel.shape(), {numbers.size(0), channels});
  require(c >= 0 && c < channels, "LogisticMixture", "channel {} must be one of 0..{}", c, channels - 1);
  const Tensor rows = numbers.contiguous(), known = pixel.contiguous();
  std::vector<double> p(static_cast<std::size_t>(numbers.size(0) * levels), 0);
  parallel_for(numbers.size(0), 1, [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      const Pixel at{*this, rows.data() + n * parameters(), known.data() + n * channels};
      const int channel = static_cast<int>(c);
      const std::vector<double> weights = at.weights(channel);
      for (Index k = 0; k < components; ++k)
        at.add_levels(at.component(channel, k), weights[static_cast<std::size_t>(k)], p.data() + n * levels);
    }
  });
  return p;
}

}  // namespace gradfold
