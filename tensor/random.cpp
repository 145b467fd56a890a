#include "tensor/random.h"

#include <algorithm>
#include <numeric>

#include "tensor/kernels/random.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr Index kBlockGrain = 1 << 12;  // Philox blocks a thread draws at a time

// FNV-1a, then the finaliser of MurmurHash3, so that similar names give unrelated streams.
std::uint64_t mix(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdULL;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

}  // namespace

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
  require(low <= high, "Rng::uniform", "low is {} and high {}; low must not be above high", low, high);
  Tensor out(shape);
  const Index n = out.numel();
  const std::uint64_t first = reserve(n, 2);
  Real* y = out.data();
  parallel_for((n + 1) / 2, kBlockGrain, [&](Index begin, Index end) {
    random_uniform(seed_, first + static_cast<std::uint64_t>(begin), y + 2 * begin,
                   std::min(n, 2 * end) - 2 * begin, low, high);
  });
  return out;
}

Tensor Rng::normal(const Shape& shape, Real mean, Real std) {
  require(std >= 0, "Rng::normal", "std is {} but must be 0 or more", std);
  Tensor out(shape);
  const Index n = out.numel();
  const std::uint64_t first = reserve(n, 1);
  Real* y = out.data();
  parallel_for(n, kBlockGrain, [&](Index begin, Index end) {
    random_normal(seed_, first + static_cast<std::uint64_t>(begin), y + begin, end - begin, mean, std);
  });
  return out;
}

Tensor Rng::bernoulli(const Tensor& p) {
  require(p.defined(), "bernoulli", "p is an undefined tensor; it must hold probabilities");
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
  require(n >= 0, "Rng::permutation", "n is {} but must be 0 or more", n);
  Indices out(Shape{n});
  std::iota(out.values.begin(), out.values.end(), 0);
  for (Index i = n - 1; i > 0; --i) std::swap(out[i], out[below(i + 1)]);
  return out;
}

double Rng::uniform() {
  return uniform_from(random_block(seed_, reserve(1, 1)));
}

double Rng::normal() {
  return normal_from(random_block(seed_, reserve(1, 1)));
}

// Multiply-shift: the bias is below n / 2^64.
Index Rng::below(Index n) {
  require(n > 0, "Rng::below", "{} leaves nothing to choose from; it must be positive", n);
  const auto r = random_block(seed_, reserve(1, 1));
  const std::uint64_t x = (std::uint64_t{r[0]} << 32) | r[1];
  return static_cast<Index>((static_cast<unsigned __int128>(x) * static_cast<unsigned __int128>(n)) >> 64);
}

}  // namespace gradfold
