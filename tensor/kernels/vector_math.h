#pragma once
#include "tensor/real.h"

// Functions over runs of memory: y[i] = f(x[i]) for i < n; y may be x itself. In float they are Highway's
// vector code or our own: most within 3 units in the last place of the true value, gelu within 8
// (tests/tensor/test_vector_math.cpp), with std::'s answers for infinities and NaN. `_ref` is the plain
// loop over std::, which the double build runs.
namespace gradfold::vec {

void exp(const Real* x, Real* y, Index n);
void log(const Real* x, Real* y, Index n);
void sin(const Real* x, Real* y, Index n);
void cos(const Real* x, Real* y, Index n);
void erf(const Real* x, Real* y, Index n);
void tanh(const Real* x, Real* y, Index n);
void sigmoid(const Real* x, Real* y, Index n);      // 1 / (1 + exp(-x))
void softplus(const Real* x, Real* y, Index n);     // log(1 + exp(x))
void log_sigmoid(const Real* x, Real* y, Index n);  // -softplus(-x)
void silu(const Real* x, Real* y, Index n);         // x sigmoid(x)
void gelu(const Real* x, Real* y, Index n);         // x Phi(x)
void elu(const Real* x, Real* y, Index n, Real alpha);  // x > 0 ? x : alpha (exp(x) - 1)

void exp_ref(const Real* x, Real* y, Index n);
void log_ref(const Real* x, Real* y, Index n);
void sin_ref(const Real* x, Real* y, Index n);
void cos_ref(const Real* x, Real* y, Index n);
void erf_ref(const Real* x, Real* y, Index n);
void tanh_ref(const Real* x, Real* y, Index n);
void sigmoid_ref(const Real* x, Real* y, Index n);
void softplus_ref(const Real* x, Real* y, Index n);
void log_sigmoid_ref(const Real* x, Real* y, Index n);
void silu_ref(const Real* x, Real* y, Index n);
void gelu_ref(const Real* x, Real* y, Index n);
void elu_ref(const Real* x, Real* y, Index n, Real alpha);

}  // namespace gradfold::vec
