#pragma once
#include "tensor/tensor.h"

// Arithmetic and functions on tensors, element by element. Two tensors are broadcast against each other by
// NumPy's rule. No gradients here: autograd/ops.h has the same names on Var.
namespace gradfold {

Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator+(const Tensor& a, Real b);
Tensor operator-(const Tensor& a, Real b);
Tensor operator*(const Tensor& a, Real b);
Tensor operator/(const Tensor& a, Real b);
Tensor operator+(Real a, const Tensor& b);
Tensor operator-(Real a, const Tensor& b);
Tensor operator*(Real a, const Tensor& b);
Tensor operator/(Real a, const Tensor& b);
Tensor operator-(const Tensor& x);

Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);
// 1 where true, 0 elsewhere.
Tensor equal(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, const Tensor& b);
Tensor less(const Tensor& a, const Tensor& b);
// a where condition is not 0, b elsewhere; all three broadcast.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// y += alpha * x in place; x is broadcast to y's shape.
void add_(Tensor& y, const Tensor& x, Real alpha = 1);
// x *= factor in place.
void scale_(Tensor& x, Real factor);

Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor square(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor pow(const Tensor& x, Real exponent);
Tensor clamp(const Tensor& x, Real low, Real high);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor erf(const Tensor& x);

Tensor relu(const Tensor& x);
Tensor leaky_relu(const Tensor& x, Real slope);
Tensor elu(const Tensor& x, Real alpha);
Tensor gelu(const Tensor& x);      // x * Phi(x), the exact form
Tensor silu(const Tensor& x);      // x * sigmoid(x)
Tensor tanh(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor softplus(const Tensor& x);  // log(1 + exp(x)), without overflow
Tensor log_sigmoid(const Tensor& x);

}  // namespace gradfold
