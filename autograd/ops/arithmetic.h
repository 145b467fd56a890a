#pragma once
#include "autograd/var.h"
#include "tensor/elementwise.h"  // so that Tensors find their own and are not turned into Vars

// Two Vars (or a Var and a Tensor, which is then a constant) are broadcast against each other by NumPy's
// rule; the gradient of what was repeated is summed back.
namespace gradfold {

Var operator+(const Var& a, const Var& b);
Var operator-(const Var& a, const Var& b);
Var operator*(const Var& a, const Var& b);
Var operator/(const Var& a, const Var& b);
Var operator+(const Var& a, Real b);
Var operator-(const Var& a, Real b);
Var operator*(const Var& a, Real b);
Var operator/(const Var& a, Real b);
Var operator+(Real a, const Var& b);
Var operator-(Real a, const Var& b);
Var operator*(Real a, const Var& b);
Var operator/(Real a, const Var& b);
Var operator-(const Var& x);

// a = a + b and so on: a names the new result, nothing is written in place.
inline Var& operator+=(Var& a, const Var& b) { return a = a + b; }
inline Var& operator-=(Var& a, const Var& b) { return a = a - b; }
inline Var& operator*=(Var& a, const Var& b) { return a = a * b; }

// The larger, the smaller of the two. Where they are equal each gets half of the gradient.
Var maximum(const Var& a, const Var& b);
Var minimum(const Var& a, const Var& b);
// a where condition is not 0, b elsewhere; all three broadcast. No gradient reaches the condition.
Var where(const Tensor& condition, const Var& a, const Var& b);

}  // namespace gradfold
