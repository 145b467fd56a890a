#include <algorithm>
#include <vector>

#include "tensor/kernels/conv2d.h"
#include "tensor/kernels/conv2d_weight_columns.h"
#include "tensor/kernels/conv2d_window.h"
#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/gemm_pack.h"
#include "tensor/kernels/tasks.h"
#include "tensor/parallel.h"

// The gradient of the weight, as its transpose: dweight^T[(tap, c), o] = sum over images and pixels of
// x[c, pixel seen by tap] * dy^T[pixel, o]. The depth of this product is the pixels, so the rows of A are
// read in place from the padded image, and only dy is copied (transposed). A last row of ones brings dbias.
namespace gradfold {
namespace {

using namespace micro;
using conv::Shift;
using conv::Window;

constexpr Index kBandPixels = 256;       // dy^T of a band of this many pixels stays in the first cache
constexpr Index kCombineWork = 1 << 16;  // partial sums worth handing to another thread: each is fetched for one addition
constexpr Index kPartialSize = 1 << 22;  // elements of all partial sums together

thread_local Scratch weight_image_scratch, dy_scratch, partial_scratch;

struct WeightGradient {
  const ConvGeometry& g;
  std::vector<Shift> shifts = conv::shifts_of(g);
  Window window{g.c_in, g.h, g.w, g.out_h(), g.out_w(), g.stride_h, g.stride_w, shifts};
  Index pixels = g.out_h() * g.out_w();
  Index columns = whole_vectors(g.c_out);
  Index rows = static_cast<Index>(shifts.size()) * g.c_in;
  Index band = std::max<Index>(1, kBandPixels / std::max<Index>(1, window.out_w));  // output rows
  Panels panels;
  std::vector<Index> row_offset;  // of row (tap, c) in the image
  std::vector<Real> ones = std::vector<Real>(static_cast<size_t>(band * window.output_row()), Real(1));

  WeightGradient(const ConvGeometry& geometry, bool with_bias) : g(geometry), panels(rows + with_bias, kRows) {
    for (const Shift& s : shifts)
      for (Index c = 0; c < g.c_in; ++c) row_offset.push_back(c * window.plane() + window.offset(s));
  }

  // A partial sum is [panels.size, columns].
  Index partial_size() const { return panels.size * columns; }

  // Images [begin, end), panels [first, last) of rows.
  void sum_images(const Real* x, const Real* dy, Index begin, Index end, Index first, Index last,
                  Real* partial) const {
    Real* dyt = dy_scratch.get(pixels * columns);
    for (Index n = begin; n < end; ++n) {
      const Real* image = x + n * g.c_in * g.h * g.w;
      if (!window.in_place()) {
        Real* copy = weight_image_scratch.get(window.size());
        window.copy(image, copy, 0, window.out_h);
        image = copy;
      }
      pack_transposed(dyt, columns, dy + n * g.c_out * pixels, pixels, pixels, g.c_out);
      for (Index i = 0; i < window.out_h; i += band)
        add_band(image, dyt, i, std::min(window.out_h, i + band), first, last, n == begin && i == 0, partial);
    }
  }

  // Output rows [top, bottom) of one image, added to the partial sum (or the first in it).
  void add_band(const Real* image, const Real* dyt, Index top, Index bottom, Index first, Index last, bool overwrite,
                Real* partial) const {
    Depth depth{window.out_w, bottom - top, window.output_row()};
    if (window.output_row() == window.out_w) depth = {window.out_w * (bottom - top)};
    for (Index j = 0; j < columns; j += kCols) {
      const PanelB b{dyt + top * window.out_w * columns + j, columns};
      for (Index ip = first; ip < last; ++ip) {
        const Index r = panels.begin(ip);
        const TileC c{partial + r * columns + j, columns, panels.length(ip), std::min(kCols, columns - j)};
        RowPointers a;
        for (Index i = 0; i < c.rows; ++i)
          a.row[i] = r + i < rows ? image + row_offset[r + i] + top * window.output_row() : ones.data();
        run_tile(a, b, depth, c, {.beta = Real(overwrite ? 0 : 1)});
      }
    }
  }

  // Adds up `count` partial sums in order and writes the gradient in its own layout.
  void combine(const Real* partials, Index count, Real* dweight, Real* dbias) const {
    const Index taps = g.kh * g.kw;
    const auto total = [&](Index r, Index o) {
      Real sum = 0;
      for (Index i = 0; i < count; ++i) sum += partials[i * partial_size() + r * columns + o];
      return sum;
    };
    if (static_cast<Index>(shifts.size()) < taps) std::fill_n(dweight, g.c_out * g.c_in * taps, Real(0));
    parallel_for(rows, std::max<Index>(1, kCombineWork / (g.c_out * count)), [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r)
        for (Index o = 0; o < g.c_out; ++o)
          dweight[(o * g.c_in + r % g.c_in) * taps + shifts[static_cast<size_t>(r / g.c_in)].weight] = total(r, o);
    });
    for (Index o = 0; dbias && o < g.c_out; ++o) dbias[o] = total(rows, o);
  }
};

void backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias) {
  if (g.n > 0 && conv::few_columns(g)) return conv::backward_weight_columns(g, x, dy, dweight, dbias);
  const WeightGradient work(g, dbias != nullptr);
  if (g.n <= 0 || work.pixels <= 0 || work.rows == 0) {
    std::fill_n(dweight, g.c_out * g.c_in * g.kh * g.kw, Real(0));
    if (dbias) std::fill_n(dbias, g.c_out, Real(0));
    return;
  }
  // Cut by images first, since a task copies its images; by rows where there are few of them.
  const Index image_work = work.rows * work.columns * work.pixels;
  const Index wanted = std::clamp<Index>(g.n * image_work / kTaskWork, 1, kTasks);
  const Panels images(g.n, std::max({g.n / wanted, Index(1), g.n * work.partial_size() / kPartialSize}));
  const Panels groups(work.panels.count, (work.panels.count * images.count + wanted - 1) / wanted);
  Real* partials = partial_scratch.get(images.count * work.partial_size());
  parallel_for(images.count * groups.count, 1, [&](Index begin, Index end) {
    for (Index t = begin; t < end; ++t) {
      const Index i = t / groups.count, group = t % groups.count;
      work.sum_images(x, dy, images.begin(i), images.begin(i + 1), groups.begin(group), groups.begin(group + 1),
                      partials + i * work.partial_size());
    }
  });
  work.combine(partials, images.count, dweight, dbias);
}

}  // namespace

void conv2d_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dweight, Real* dbias) {
  if constexpr (kFastKernels)
    backward_weight(g, x, dy, dweight, dbias);
  else
    conv2d_backward_weight_ref(g, x, dy, dweight, dbias);
}

}  // namespace gradfold
