#include <algorithm>

#include "tensor/kernels/conv2d.h"

// The three sums of a convolution as they stand in conv2d.h. All of them visit the same quadruples
// (image, output channel, input channel, tap); only what is read and what is added to differs.
namespace gradfold {
namespace {

// visit(x_offset, w_offset, y_offset) for every product that the convolution sums.
template <class Visit>
void for_each_product(const ConvGeometry& g, Visit visit) {
  const Index oh = g.out_h(), ow = g.out_w();
  const auto tap = [&](Index n, Index o, Index c, Index r, Index s) {
    const Index w_at = ((o * g.c_in + c) * g.kh + r) * g.kw + s;
    for (Index i = 0; i < oh; ++i) {
      const Index row = i * g.stride_h + r - g.pad_h;
      if (row < 0 || row >= g.h) continue;
      for (Index j = 0; j < ow; ++j) {
        const Index col = j * g.stride_w + s - g.pad_w;
        if (col < 0 || col >= g.w) continue;
        visit(((n * g.c_in + c) * g.h + row) * g.w + col, w_at, ((n * g.c_out + o) * oh + i) * ow + j);
      }
    }
  };
  for (Index n = 0; n < g.n; ++n)
    for (Index o = 0; o < g.c_out; ++o)
      for (Index c = 0; c < g.c_in; ++c) {
        for (const Tap& t : g.taps) tap(n, o, c, t.row, t.col);
        for (Index t = 0; g.taps.empty() && t < g.kh * g.kw; ++t) tap(n, o, c, t / g.kw, t % g.kw);
      }
}

}  // namespace

void conv2d_forward_ref(const ConvGeometry& g, const Real* x, const Real* weight, const Real* bias, bool relu,
                        Real* y) {
  const Index pixels = g.out_h() * g.out_w(), size = g.n * g.c_out * pixels;
  for (Index i = 0; i < size; ++i) y[i] = bias ? bias[i / pixels % g.c_out] : 0;
  for_each_product(g, [&](Index xi, Index wi, Index yi) { y[yi] += weight[wi] * x[xi]; });
  for (Index i = 0; relu && i < size; ++i) y[i] = y[i] < 0 ? 0 : y[i];
}

void conv2d_backward_input_ref(const ConvGeometry& g, const Real* dy, const Real* weight, Real* dx) {
  std::fill(dx, dx + g.n * g.c_in * g.h * g.w, Real(0));
  for_each_product(g, [&](Index xi, Index wi, Index yi) { dx[xi] += weight[wi] * dy[yi]; });
}

void conv2d_backward_weight_ref(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias) {
  std::fill(dweight, dweight + g.c_out * g.c_in * g.kh * g.kw, Real(0));
  for_each_product(g, [&](Index xi, Index wi, Index yi) { dweight[wi] += x[xi] * dy[yi]; });
  if (!dbias) return;
  const Index pixels = g.out_h() * g.out_w();
  std::fill(dbias, dbias + g.c_out, Real(0));
  for (Index i = 0; i < g.n * g.c_out * pixels; ++i) dbias[i / pixels % g.c_out] += dy[i];
}

}  // namespace gradfold
