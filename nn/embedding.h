#pragma once
#include "nn/module.h"
#include "tensor/indices.h"

namespace gradfold {

// A row of numbers for each of `count` symbols (class labels, words), looked up.
//   index [...] of 0..count-1 -> y [..., features];  weight [count, features], N(0, 1)
class Embedding : public Module {
 public:
  Embedding(Index count, Index features);

  const Index count, features;
  Var weight;

  Var operator()(const Indices& index);
};

}  // namespace gradfold
