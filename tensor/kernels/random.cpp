#include "tensor/kernels/random.h"

#include <algorithm>
#include <numbers>

#include "tensor/kernels/simd.h"
// After simd.h, which fixes the target.
#include <hwy/contrib/math/math-inl.h>

namespace gradfold {
namespace {

// A block a lane; a word stands in the lower half of its lane.
const hn::ScalableTag<std::uint64_t> kBlocks;
const hn::Repartition<std::uint32_t, decltype(kBlocks)> kWords;
const hn::Rebind<double, decltype(kBlocks)> kDoubles;
using Blocks = hn::Vec<decltype(kBlocks)>;
using Doubles = hn::Vec<decltype(kDoubles)>;
constexpr Index kBlockLanes = HWY_LANES(std::uint64_t);

// Of both factors the lower half counts.
Blocks times(Blocks a, std::uint32_t b) {
  return hn::MulEven(hn::BitCast(kWords, a), hn::BitCast(kWords, hn::Set(kBlocks, b)));
}

struct Drawn {
  Blocks word[4];  // the upper halves are 0
};

// The blocks `first`, first + 1, ...: philox as in random_ref.cpp. What a round leaves in upper halves, the next one's
// products pass over.
Drawn blocks(std::uint64_t seed, std::uint64_t first) {
  Blocks c0 = hn::Add(hn::Set(kBlocks, first), hn::Iota(kBlocks, 0)), c1 = hn::ShiftRight<32>(c0);
  Blocks c2 = hn::Zero(kBlocks), c3 = c2;
  auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const Blocks p0 = times(c0, 0xD2511F53u), p1 = times(c2, 0xCD9E8D57u);
    c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c1), hn::Set(kBlocks, k0));
    c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c3), hn::Set(kBlocks, k1));
    c1 = p1;
    c3 = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  const Blocks lower = hn::Set(kBlocks, 0xFFFFFFFFu);
  return {{hn::And(c0, lower), hn::And(c1, lower), hn::And(c2, lower), hn::And(c3, lower)}};
}

// A whole number below 2^52 as a double: it is the fraction of 2^52 + itself.
Doubles to_double(Blocks n) {
  const Doubles base = hn::Set(kDoubles, 0x1p52);
  return hn::Sub(hn::BitCast(kDoubles, hn::Or(n, hn::BitCast(kBlocks, base))), base);
}

// 53 bits into [0, 1), exactly.
Doubles unit(Blocks high, Blocks low) {
  return hn::MulAdd(to_double(high), hn::Set(kDoubles, 0x1p-32),
                    hn::Mul(to_double(hn::ShiftRight<11>(low)), hn::Set(kDoubles, 0x1p-53)));
}

// write(block, to) puts `per_vector` numbers to y; the last of them go through memory of their own.
template <class Write>
void each_vector_of_blocks(Real* y, Index n, Index per_vector, Write write) {
  Index i = 0;
  std::uint64_t block = 0;
  for (; i + per_vector <= n; i += per_vector, block += kBlockLanes) write(block, y + i);
  if (i == n) return;
  Real rest[2 * kBlockLanes];
  write(block, rest);
  std::copy_n(rest, n - i, y + i);
}

// Two numbers of each block side by side: in float 24 bits into [0, 1), in double 53.
[[maybe_unused]] void put_uniform(const Drawn& r, float low, float range, float* to) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> integers;
  const auto bits = hn::ShiftRight<8>(hn::BitCast(kWords, hn::Or(r.word[0], hn::ShiftLeft<32>(r.word[2]))));
  const auto u = hn::Mul(hn::ConvertTo(d, hn::BitCast(integers, bits)), hn::Set(d, 0x1p-24f));
  hn::StoreU(hn::MulAdd(u, hn::Set(d, range), hn::Set(d, low)), d, to);
}
[[maybe_unused]] void put_uniform(const Drawn& r, double low, double range, double* to) {
  const auto scaled = [&](Doubles u) { return hn::MulAdd(u, hn::Set(kDoubles, range), hn::Set(kDoubles, low)); };
  hn::StoreInterleaved2(scaled(unit(r.word[0], r.word[1])), scaled(unit(r.word[2], r.word[3])), kDoubles, to);
}

Doubles box_muller(const Drawn& r) {
  const Doubles u = unit(r.word[0], r.word[1]), v = unit(r.word[2], r.word[3]);
  const Doubles log = hn::Log(kDoubles, hn::Sub(hn::Set(kDoubles, 1), u));
  const Doubles cos = hn::Cos(kDoubles, hn::Mul(v, hn::Set(kDoubles, 2 * std::numbers::pi)));
  // At u = 0 the logarithm is 0; were it a digit above, there would be no root.
  return hn::Mul(hn::Sqrt(hn::Max(hn::Mul(log, hn::Set(kDoubles, -2)), hn::Zero(kDoubles))), cos);
}

[[maybe_unused]] void put(Doubles x, float* to) {
  const hn::Rebind<float, decltype(kDoubles)> floats;
  hn::StoreU(hn::DemoteTo(floats, x), floats, to);
}
[[maybe_unused]] void put(Doubles x, double* to) { hn::StoreU(x, kDoubles, to); }

}  // namespace

void random_uniform(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real low, Real high) {
  each_vector_of_blocks(y, n, 2 * kBlockLanes, [&](std::uint64_t block, Real* to) {
    put_uniform(blocks(seed, first + block), low, high - low, to);
  });
}

void random_normal(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real mean, Real std) {
  each_vector_of_blocks(y, n, kBlockLanes, [&](std::uint64_t block, Real* to) {
    const Doubles z = box_muller(blocks(seed, first + block));
    put(hn::MulAdd(z, hn::Set(kDoubles, std), hn::Set(kDoubles, mean)), to);
  });
}

}  // namespace gradfold
