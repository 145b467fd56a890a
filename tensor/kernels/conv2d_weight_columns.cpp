#include "tensor/kernels/conv2d_weight_columns.h"

#include <algorithm>

#include "tensor/kernels/channels_last.h"
#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/simd.h"
#include "tensor/kernels/tasks.h"
#include "tensor/parallel.h"

// What each output pixel sees is written out, [pixels, (c, tap)] and a last column of ones which brings dbias:
// dweight[o, (c, tap)] = sum over images and pixels of dy[o, pixel] * seen[pixel, (c, tap)]. dy is read in place.
namespace gradfold::conv {
namespace {

using namespace micro;

thread_local Scratch columns_image_scratch, seen_scratch, sum_scratch;

// Neighbours in the image that neighbouring taps see, by their distance from what output pixel (0, 0) sees.
struct Piece {
  Index offset, length;
};

struct Columns {
  const ConvGeometry& g;
  std::vector<Shift> shifts = in_order(shifts_of(g));
  Window window{g.c_in, g.h, g.w, g.out_h(), g.out_w(), g.stride_h, g.stride_w, shifts};
  std::vector<Piece> pieces;  // in the order of the columns
  Index taps = static_cast<Index>(shifts.size());
  Index pixels = g.out_h() * g.out_w();
  Index width = whole_vectors(taps * g.c_in + 1);
  Index sum_size = g.c_out * width;

  explicit Columns(const ConvGeometry& geometry) : g(geometry) {
    for (Index c = 0; c < g.c_in; ++c)
      for (const Run& run : runs_of(shifts))
        pieces.push_back({c * window.plane() + window.offset({run.dh, run.dw, 0}), run.taps});
  }

  // Runs are short: whole vectors are copied, and what goes too far is written again by what comes next.
  void write_seen(const Real* image, Real* seen) const {
    const hn::CappedTag<Real, 8> d;
    const Index step = static_cast<Index>(hn::Lanes(d));
    for (Index i = 0; i < window.out_h; ++i)
      for (Index j = 0; j < window.out_w; ++j, seen += width) {
        const Real* const at = image + i * window.output_row() + j;
        Real* to = seen;
        for (const Piece& piece : pieces) {
          for (Index k = 0; k < piece.length; k += step) hn::StoreU(hn::LoadU(d, at + piece.offset + k), d, to + k);
          to += piece.length;
        }
        *to = 1;
      }
  }

  void add_image(const Real* x, const Real* dy, bool overwrite, Real* sum) const {
    Real* copy = columns_image_scratch.get(window.size());
    Real* seen = seen_scratch.get(pixels * width + kCols);
    window.copy(x, copy, 0, window.out_h);
    write_seen(copy, seen);
    add_planes_times_map(dy, g.c_out, Frame{1, pixels, width}, seen, overwrite, sum);
  }

  // Adds up `count` partial sums in order and writes the gradient in its own layout.
  void combine(const Real* sums, Index count, Real* dweight, Real* dbias) const {
    std::fill_n(dweight, g.c_out * g.c_in * g.kh * g.kw, Real(0));
    const auto total = [&](Index o, Index column) {
      Real sum = 0;
      for (Index i = 0; i < count; ++i) sum += sums[i * sum_size + o * width + column];
      return sum;
    };
    for (Index o = 0; o < g.c_out; ++o) {
      for (Index c = 0; c < g.c_in; ++c)
        for (Index t = 0; t < taps; ++t)
          dweight[(o * g.c_in + c) * g.kh * g.kw + shifts[static_cast<size_t>(t)].weight] = total(o, c * taps + t);
      if (dbias) dbias[o] = total(o, g.c_in * taps);
    }
  }
};

}  // namespace

bool few_columns(const ConvGeometry& g) {
  const Index taps = g.taps.empty() ? g.kh * g.kw : static_cast<Index>(g.taps.size());
  return g.stride_w == 1 && taps * g.c_in < g.c_out && taps > 1;
}

void backward_weight_columns(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias) {
  const Columns work(g);
  const Index image_work = work.sum_size * work.pixels;
  const Panels tasks(g.n, std::max(g.n / kTasks, kTaskWork / image_work + 1));
  Real* const sums = sum_scratch.get(tasks.count * work.sum_size);
  parallel_for(tasks.count, 1, [&](Index begin, Index end) {
    for (Index t = begin; t < end; ++t)
      for (Index n = tasks.begin(t); n < tasks.begin(t + 1); ++n)
        work.add_image(x + n * g.c_in * g.h * g.w, dy + n * g.c_out * work.pixels, n == tasks.begin(t),
                       sums + t * work.sum_size);
  });
  work.combine(sums, tasks.count, dweight, dbias);
}

}  // namespace gradfold::conv
