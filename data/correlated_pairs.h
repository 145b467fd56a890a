#pragma once
#include "tensor/indices.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace gradfold {

struct LabelledRows {
  Tensor x;   // [N, D]
  Indices y;  // [N]
};

// Two classes, alternating, of d features (an even number) in pairs. The noise of a pair has variance 1 and correlation
// `correlation`; the means of the classes are delta apart on its first feature and 0.3 delta on its second,
// delta = 0.5 sqrt(50 / d), so that the classes overlap alike whatever d is. A model that takes features for
// independent is wrong here, but only a little: the setting of Ng & Jordan's two regimes.
LabelledRows correlated_pairs(Index n, Index d, Rng& rng, double correlation = 0.6);

}  // namespace gradfold
