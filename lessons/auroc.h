#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// Area under the ROC curve: how often one of `higher` [N] has a larger score than one of `lower` [M], over all N M
// pairs, a tie counting half. 1: the scores tell the two apart without an error, 0.5: not at all, 0: the wrong way
// round. (The Mann-Whitney statistic over N M.)
double auroc(const Tensor& higher, const Tensor& lower);

}  // namespace gradfold
