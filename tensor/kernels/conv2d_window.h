#pragma once
#include <vector>

#include "tensor/kernels/conv2d.h"

// How a convolution looks at one image: where it lies with zeros around it, and where each tap finds it.
namespace gradfold::conv {

// For output pixel (i, j) a tap reads the source at (i * stride_h + dh, j * stride_w + dw).
struct Shift {
  Index dh, dw;
  Index weight;  // the tap's place in weight[o, c, :, :]
};

// The taps that a geometry keeps, as forward reads them.
std::vector<Shift> shifts_of(const ConvGeometry& g);

// An image [channels, h, w] copied with enough zeros around it that no tap falls outside. With a column
// stride the columns are dealt out by their remainder, so that neighbouring outputs read neighbours in
// memory for every tap and stride.
class Window {
 public:
  Window(Index channels, Index h, Index w, Index out_h, Index out_w, Index stride_h, Index stride_w,
         const std::vector<Shift>& shifts);

  const Index channels, h, w, out_h, out_w;
  Index plane() const { return plane_; }           // elements from one channel to the next
  Index output_row() const { return out_row_; }    // ... from one output row to the next
  Index size() const;                              // of the copy, with room to read vectors past its end
  bool in_place() const { return in_place_; }      // the image itself already looks like the copy
  Index offset(const Shift& s) const;              // of what output pixel (0, 0) reads
  Index pixel(Index q) const { return q / out_w * out_row_ + q % out_w; }  // from that, for pixel q

  // The part of the copy that output rows [begin, end) read.
  void copy(const Real* image, Real* to, Index begin, Index end) const;

 private:
  void copy_row(const Real* from, Real* to) const;

  Index stride_h_, stride_w_, top_ = 0, left_ = 0, low_ = 0, high_ = 0, rows_, row_, phase_, plane_, out_row_;
  bool in_place_;
};

}  // namespace gradfold::conv
