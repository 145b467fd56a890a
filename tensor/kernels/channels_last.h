#pragma once
#include <vector>

#include "tensor/kernels/conv2d_window.h"
#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/gemm_pack.h"

// Convolutions of one image whose maps stay inside a kernel: there the channels of a pixel lie side by side,
// so that the micro-kernel reads image, weight and gradient where they are, with nothing packed or transposed.
// "Planes" are the other order, [channels, h, w], in which images come and go.
namespace gradfold::conv {

// A map [h, w, channels] with zeros around it: `top` and `bottom` rows, and between two rows `side` pixels that
// serve both.
struct Frame {
  Index h, w, channels;
  Index top = 0, bottom = 0, side = 0;

  Index pitch() const { return (w + side) * channels; }
  Index at(Index i, Index j) const { return (top + i) * pitch() + (side + j) * channels; }
  Index size() const;  // with room to read whole vectors past the last pixel
  void clear_border(Real* map) const;
};

// Taps next to each other in a row of the kernel: to a pixel they show one piece of memory.
struct Run {
  Index dh, dw, taps;
};

// Shifts in the order of rows and columns, as runs take them; the same for the way back.
std::vector<Shift> in_order(std::vector<Shift> shifts);
std::vector<Shift> reversed(const std::vector<Shift>& shifts);
std::vector<Run> runs_of(const std::vector<Shift>& shifts);

// A frame that holds all the zeros that these shifts read.
Frame frame_for(const std::vector<Shift>& shifts, Index h, Index w, Index channels);

// A weight as the micro-kernel's B: panels of kCols outputs, [shift and input channel, output] each.
class PackedWeight {
 public:
  // The entry of output o, input channel c and shift t is weight[o * out_step + c * in_step + t.weight].
  void pack(const Real* weight, const std::vector<Shift>& shifts, Index in, Index out, Index in_step, Index out_step);
  micro::PanelB panels() const { return {data_, micro::kCols, micro::kCols * depth_}; }
  Index depth() const { return depth_; }

 private:
  micro::Scratch scratch_;
  Real* data_ = nullptr;
  Index depth_ = 0;
};

// What happens to each finished sum. bias [channels of out], or none.
struct Finish {
  const Real* bias = nullptr;
  bool relu = false;
};

// out = relu?(bias + sum over runs of map, shifted, times weight)
void map_to_map(const Frame& from, const Real* map, const std::vector<Run>& runs, const PackedWeight& weight,
                const Finish& finish, const Frame& to, Real* out);
// out = relu?(bias + planes times weight), one tap
void planes_to_map(const Real* planes, const PackedWeight& weight, const Finish& finish, const Frame& to, Real* out);

// out = out where y > 0, else 0: what of a gradient passes the relu whose result is y.
void pass_relu(const Frame& from, const Real* y, const Frame& to, Real* out);

// The gradients of a weight, added to `sum` [rows, whole vectors of dy's channels], or the first in it:
// rows are planes, or (run, tap, channel of the map). dy has the pitch of x's map.
void add_planes_times_map(const Real* planes, Index rows, const Frame& frame, const Real* dy, bool overwrite,
                          Real* sum);
void add_map_times_map(const Frame& from, const Real* map, const std::vector<Run>& runs, const Frame& frame,
                       const Real* dy, bool overwrite, Real* sum);
// ... and of a bias: sums over pixels.
void add_pixels_of_map(const Frame& frame, const Real* dy, bool overwrite, Real* sum);
void add_pixels_of_planes(const Real* dy, Index channels, Index pixels, bool overwrite, Real* sum);

}  // namespace gradfold::conv
