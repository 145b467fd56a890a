#include "tensor/kernels/vector_math.h"

namespace gradfold::vec {

void exp(const Real* x, Real* y, Index n) { exp_ref(x, y, n); }
void log(const Real* x, Real* y, Index n) { log_ref(x, y, n); }
void sin(const Real* x, Real* y, Index n) { sin_ref(x, y, n); }
void cos(const Real* x, Real* y, Index n) { cos_ref(x, y, n); }
void erf(const Real* x, Real* y, Index n) { erf_ref(x, y, n); }
void tanh(const Real* x, Real* y, Index n) { tanh_ref(x, y, n); }
void sigmoid(const Real* x, Real* y, Index n) { sigmoid_ref(x, y, n); }
void softplus(const Real* x, Real* y, Index n) { softplus_ref(x, y, n); }
void log_sigmoid(const Real* x, Real* y, Index n) { log_sigmoid_ref(x, y, n); }
void silu(const Real* x, Real* y, Index n) { silu_ref(x, y, n); }
void gelu(const Real* x, Real* y, Index n) { gelu_ref(x, y, n); }
void elu(const Real* x, Real* y, Index n, Real alpha) { elu_ref(x, y, n, alpha); }

}  // namespace gradfold::vec
