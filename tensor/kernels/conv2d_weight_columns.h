#pragma once
#include "tensor/kernels/conv2d.h"

// conv2d_backward_weight where each output pixel sees few numbers, as in a first layer: then these are copied
// out, instead of transposing dy, which has more.
namespace gradfold::conv {

bool few_columns(const ConvGeometry& g);
void backward_weight_columns(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias);

}  // namespace gradfold::conv
