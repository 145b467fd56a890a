#pragma once
#include "autograd/var.h"
#include "tensor/elementwise.h"  // so that Tensors find their own and are not turned into Vars

// Functions of each element by itself; shapes stay as they are.
namespace gradfold {

Var abs(const Var& x);  // gradient 0 at 0
Var square(const Var& x);
Var sqrt(const Var& x);
Var pow(const Var& x, Real exponent);
// x kept inside [low, high]; the gradient is 1 inside and on the borders, 0 beyond.
Var clamp(const Var& x, Real low, Real high);
Var exp(const Var& x);
Var log(const Var& x);
Var sin(const Var& x);
Var cos(const Var& x);
Var erf(const Var& x);

}  // namespace gradfold
