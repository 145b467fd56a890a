// One random block at a time.
#include <cmath>
#include <numbers>

#include "tensor/kernels/random.h"

namespace gradfold {
namespace {

// 24 (53) random bits into [0, 1): every value is a multiple of 2^-24 (2^-53), 1 is never reached.
double unit_double(std::uint32_t high, std::uint32_t low) {
  return static_cast<double>((std::uint64_t{high} << 21) ^ (low >> 11)) * 0x1p-53;
}
Real unit_real(std::uint32_t high, std::uint32_t low) {
  if constexpr (sizeof(Real) == 4) return static_cast<Real>(high >> 8) * Real(0x1p-24);
  return static_cast<Real>(unit_double(high, low));
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

std::array<std::uint32_t, 4> random_block(std::uint64_t seed, std::uint64_t block) {
  return philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), 0, 0},
                {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

double uniform_from(const std::array<std::uint32_t, 4>& words) { return unit_double(words[0], words[1]); }

// 1 - u keeps the logarithm away from 0.
double normal_from(const std::array<std::uint32_t, 4>& words) {
  const double u = unit_double(words[0], words[1]), v = unit_double(words[2], words[3]);
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

void random_uniform_ref(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real low, Real high) {
  for (Index i = 0; i < n; i += 2) {
    const auto words = random_block(seed, first + static_cast<std::uint64_t>(i / 2));
    y[i] = low + (high - low) * unit_real(words[0], words[1]);
    if (i + 1 < n) y[i + 1] = low + (high - low) * unit_real(words[2], words[3]);
  }
}

void random_normal_ref(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real mean, Real std) {
  for (Index i = 0; i < n; ++i)
    y[i] = static_cast<Real>(mean + std * normal_from(random_block(seed, first + static_cast<std::uint64_t>(i))));
}

}  // namespace gradfold
