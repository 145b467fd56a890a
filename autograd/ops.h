#pragma once
// Every differentiable op. One family a file, forward and backward together; the same names as the
// functions on Tensor, and as PyTorch's where a thing exists there.
#include "autograd/ops/activations.h"
#include "autograd/ops/arithmetic.h"
#include "autograd/ops/bottleneck.h"
#include "autograd/ops/conv.h"
#include "autograd/ops/gate.h"
#include "autograd/ops/indexing.h"
#include "autograd/ops/lstm.h"
#include "autograd/ops/matmul.h"
#include "autograd/ops/normalize.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
