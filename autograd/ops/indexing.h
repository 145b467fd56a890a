#pragma once
#include "autograd/var.h"
#include "tensor/indices.h"

namespace gradfold {

// Rows of x along dim in the order of `index` [K]: x [A, B, C], dim 1 -> [A, K, C]. A row asked for twice
// gets both gradients. With dim 0 and a weight [words, features] this is an embedding lookup.
Var index_select(const Var& x, int dim, const Indices& index);
// One element along dim for each position: out[i][j] = x[i][index[i][j]] for dim 1. index has x's shape
// but for its size along dim. With dim 1 and log-probabilities [N, classes] it picks the labels' [N, 1].
Var gather(const Var& x, int dim, const Indices& index);

}  // namespace gradfold
