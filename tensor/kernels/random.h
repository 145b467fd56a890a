#pragma once
#include <array>
#include <cstdint>

#include "tensor/real.h"

// Random numbers by counting. Block b of a seed's stream is philox({low and high word of b, 0, 0}, the seed's words):
// it depends on b alone, never on which thread computes it, or how many blocks at a time.
namespace gradfold {

// Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): ten rounds that turn
// a counter and a key into four random 32-bit words.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);
std::array<std::uint32_t, 4> random_block(std::uint64_t seed, std::uint64_t block);

// One number in [0, 1), one of N(0, 1) (Box and Muller 1958), from a block's words; in double, with 53 random bits.
double uniform_from(const std::array<std::uint32_t, 4>& words);
double normal_from(const std::array<std::uint32_t, 4>& words);

// Runs of n: y[2b] and y[2b + 1] in [low, high) from block first + b; y[i] of N(mean, std^2) from block first + i.
// `_ref` is the plain loop. Uniform numbers are the same bits in both, but for the last of a sum with `low`. Normal
// ones are computed in double and then rounded, by functions that differ in the last digits of the double: hardly one
// float in a million differs (tests/tensor/test_random.cpp).
void random_uniform(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real low, Real high);
void random_normal(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real mean, Real std);
void random_uniform_ref(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real low, Real high);
void random_normal_ref(std::uint64_t seed, std::uint64_t first, Real* y, Index n, Real mean, Real std);

}  // namespace gradfold
