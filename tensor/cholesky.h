#pragma once
#include "tensor/tensor.h"

namespace gradfold {

// The lower triangular L of a symmetric positive definite matrix a = L L^T, both [D, D]; computed in double.
// Throws an Error that names the first pivot that is not positive.
Tensor cholesky(const Tensor& a);

// The inverse of a lower triangular matrix [D, D]; computed in double.
Tensor lower_inverse(const Tensor& l);

}  // namespace gradfold
