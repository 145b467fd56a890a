#pragma once
#include <cstdint>
#include <string_view>

#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// Random numbers by counting (Philox, tensor/kernels/random.h): element i of a draw depends on the seed and on how many
// numbers were drawn before, never on which thread computes it. Always an argument (Rng&), never global.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : seed_(seed) {}
  // An independent stream for a purpose: rng.fork("shuffle"). Drawing from it leaves this one as it was.
  Rng fork(std::string_view purpose) const;
  Rng fork(std::uint64_t number) const;

  // [low, high); with a low other than 0, rounding may give high itself, once in millions. All of these throw for
  // what makes no distribution: low above high, a std or an n below 0, p outside 0..1.
  Tensor uniform(const Shape& shape, Real low = 0, Real high = 1);
  Tensor normal(const Shape& shape, Real mean = 0, Real std = 1);
  Tensor bernoulli(const Tensor& p);                                 // 1 with probability p, else 0
  Indices permutation(Index n);                                      // 0..n-1 shuffled

  double uniform();               // one number in [0, 1)
  double normal();                // one number of N(0, 1)
  Index below(Index n);           // one of 0..n-1

  // What a checkpoint keeps.
  struct State {
    std::uint64_t seed, counter;
    bool operator==(const State&) const = default;
  };
  State state() const { return {seed_, counter_}; }
  void set_state(State s) { seed_ = s.seed, counter_ = s.counter; }

 private:
  // Reserves the blocks for n numbers, `per_block` of them to a block; returns the first.
  std::uint64_t reserve(Index n, int per_block);

  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace gradfold
