#include "tensor/kernels/conv2d_window.h"

#include <algorithm>
#include <cstring>

#include "tensor/kernels/gemm_micro.h"

namespace gradfold::conv {

std::vector<Shift> shifts_of(const ConvGeometry& g) {
  std::vector<Shift> shifts;
  const auto add = [&](Index r, Index s) { shifts.push_back({r - g.pad_h, s - g.pad_w, r * g.kw + s}); };
  for (const Tap& t : g.taps) add(t.row, t.col);
  for (Index t = 0; g.taps.empty() && t < g.kh * g.kw; ++t) add(t / g.kw, t % g.kw);
  return shifts;
}

Window::Window(Index channels, Index h, Index w, Index out_h, Index out_w, Index stride_h, Index stride_w,
               const std::vector<Shift>& shifts)
    : channels(channels), h(h), w(w), out_h(out_h), out_w(out_w), stride_h_(stride_h), stride_w_(stride_w) {
  Index right = 0;
  for (size_t i = 0; i < shifts.size(); ++i) {
    const Shift& s = shifts[i];
    low_ = i == 0 ? s.dh : std::min(low_, s.dh);
    high_ = i == 0 ? s.dh : std::max(high_, s.dh);
    left_ = std::max(left_, -s.dw);
    right = std::max(right, s.dw);
  }
  top_ = std::max<Index>(0, -low_);
  rows_ = top_ + std::max(h, (out_h - 1) * stride_h + high_ + 1);
  const Index width = left_ + std::max(w, (out_w - 1) * stride_w + right + 1);
  row_ = (width + stride_w - 1) / stride_w;
  phase_ = rows_ * row_;
  plane_ = stride_w * phase_;
  out_row_ = stride_h * row_;
  in_place_ = rows_ == h && row_ == w && stride_w == 1;
}

Index Window::size() const {
  return channels * plane_ + (micro::kCols / std::max<Index>(1, out_w) + 2) * out_row_ + 2 * micro::kCols;
}

Index Window::offset(const Shift& s) const {
  const Index column = s.dw + left_;
  return column % stride_w_ * phase_ + (s.dh + top_) * row_ + column / stride_w_;
}

void Window::copy(const Real* image, Real* to, Index begin, Index end) const {
  const Index first = std::max<Index>(0, begin * stride_h_ + low_ + top_);
  const Index last = std::min(rows_, (end - 1) * stride_h_ + high_ + top_ + 1);
  for (Index c = 0; c < channels; ++c)
    for (Index r = first; r < last; ++r) {
      Real* row = to + c * plane_ + r * row_;
      if (r >= top_ && r - top_ < h)
        copy_row(image + (c * h + r - top_) * w, row);
      else
        for (Index p = 0; p < stride_w_; ++p) std::fill_n(row + p * phase_, row_, Real(0));
    }
}

void Window::copy_row(const Real* from, Real* to) const {
  if (stride_w_ == 1) {
    std::fill_n(to, left_, Real(0));
    std::memcpy(to + left_, from, static_cast<size_t>(w) * sizeof(Real));
    std::fill(to + left_ + w, to + row_, Real(0));
    return;
  }
  for (Index p = 0; p < stride_w_; ++p)
    for (Index j = 0; j < row_; ++j) {
      const Index column = j * stride_w_ + p - left_;
      to[p * phase_ + j] = column >= 0 && column < w ? from[column] : 0;
    }
}

}  // namespace gradfold::conv
