#include "tensor/random.h"

#include <cmath>
#include <numeric>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kBlockGrain = 1 << 12;  // Philox blocks a thread draws at a time

// 24 (53) random bits into [0, 1): every value is a multiple of 2^-24 (2^-53), 1 is never reached.
Real unit_real(std::uint32_t high, std::uint32_t low) {
  if constexpr (sizeof(Real) == 4) return static_cast<Real>(high >> 8) * Real(0x1p-24);
  return static_cast<Real>((std::uint64_t{high} << 21) ^ (low >> 11)) * Real(0x1p-53);
}

double unit_double(std::uint32_t high, std::uint32_t low) {
  return static_cast<double>((std::uint64_t{high} << 21) ^ (low >> 11)) * 0x1p-53;
}

// Box-Muller: two uniforms into one normal; 1 - u keeps the logarithm away from 0.
double normal_from(double u, double v) { return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * M_PI * v); }

// FNV-1a, then the finaliser of MurmurHash3, so that similar names give unrelated streams.
std::uint64_t mix(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdULL;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

std::array<std::uint32_t, 4> Rng::block(std::uint64_t counter) const {
  return philox({static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0},
                {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
}

std::uint64_t Rng::reserve(Index n, int per_block) {
  const std::uint64_t first = counter_;
  counter_ += static_cast<std::uint64_t>((n + per_block - 1) / per_block);
  return first;
}

Rng Rng::fork(std::string_view purpose) const {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (unsigned char c : purpose) h = (h ^ c) * 0x100000001b3ULL;
  return fork(h);
}

Rng Rng::fork(std::uint64_t number) const { return Rng(mix(seed_ + mix(number + 0x9E3779B97F4A7C15ULL))); }

Tensor Rng::uniform(const Shape& shape, Real low, Real high) {
  Tensor out(shape);
  const Index n = out.numel();
  const std::uint64_t first = reserve(n, 2);
  Real* y = out.data();
  parallel_for((n + 1) / 2, kBlockGrain, [&](Index begin, Index end) {
    for (Index b = begin; b < end; ++b) {
      const auto r = block(first + static_cast<std::uint64_t>(b));
      y[2 * b] = low + (high - low) * unit_real(r[0], r[1]);
      if (2 * b + 1 < n) y[2 * b + 1] = low + (high - low) * unit_real(r[2], r[3]);
    }
  });
  return out;
}

Tensor Rng::normal(const Shape& shape, Real mean, Real std) {
  Tensor out(shape);
  const Index n = out.numel();
  const std::uint64_t first = reserve(n, 1);
  Real* y = out.data();
  parallel_for(n, kBlockGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const auto r = block(first + static_cast<std::uint64_t>(i));
      y[i] = static_cast<Real>(mean + std * normal_from(unit_double(r[0], r[1]), unit_double(r[2], r[3])));
    }
  });
  return out;
}

Tensor Rng::bernoulli(const Tensor& p) {
  const Tensor probability = p.contiguous();
  Tensor out = uniform(p.shape());
  Real* y = out.data();
  const Real* q = probability.data();
  for (Index i = 0; i < out.numel(); ++i) {
    require(q[i] >= 0 && q[i] <= 1, "bernoulli", "probability {} at element {} is not between 0 and 1", q[i], i);
    y[i] = y[i] < q[i] ? Real(1) : Real(0);
  }
  return out;
}

// Fisher-Yates; one draw for each position.
Indices Rng::permutation(Index n) {
  Indices out(Shape{n});
  std::iota(out.values.begin(), out.values.end(), 0);
  for (Index i = n - 1; i > 0; --i) std::swap(out[i], out[below(i + 1)]);
  return out;
}

double Rng::uniform() {
  const auto r = block(reserve(1, 1));
  return unit_double(r[0], r[1]);
}

double Rng::normal() {
  const auto r = block(reserve(1, 1));
  return normal_from(unit_double(r[0], r[1]), unit_double(r[2], r[3]));
}

// Multiply-shift: the bias is below n / 2^64.
Index Rng::below(Index n) {
  require(n > 0, "Rng::below", "{} leaves nothing to choose from; it must be positive", n);
  const auto r = block(reserve(1, 1));
  const std::uint64_t x = (std::uint64_t{r[0]} << 32) | r[1];
  return static_cast<Index>((static_cast<unsigned __int128>(x) * static_cast<unsigned __int128>(n)) >> 64);
}

}  // namespace gradfold
