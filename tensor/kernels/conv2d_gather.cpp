#include "tensor/kernels/conv2d_gather.h"

#include <algorithm>

#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/gemm_pack.h"
#include "tensor/kernels/tasks.h"
#include "tensor/kernels/to_memory.h"
#include "tensor/parallel.h"

// A matrix product whose B, the im2col matrix [shifts * channels, pixels], is never written out: panels of
// kCols pixels are packed from the padded image, meet all rows of the weight, and are forgotten.
namespace gradfold::conv {
namespace {

using namespace micro;

thread_local Scratch weight_scratch, image_scratch, panel_scratch, out_scratch;

// [k, height] for each panel of rows, k = (shift, channel).
void pack_weight(const Gather& g, const Panels& rows, const Real* weight, Real* to) {
  for (Index p = 0; p < rows.count; ++p)
    for (const Shift& t : g.shifts)
      for (Index c = 0; c < g.channels; ++c)
        for (Index m = rows.begin(p); m < rows.begin(p + 1); ++m)
          *to++ = weight[m * g.weight_row + c * g.weight_channel + t.weight];
}

// Writes lanes [at, at + kLanes) of a panel, which are output pixels q, q + 1, ...; k = (shift, channel).
class VectorPacker {
 public:
  VectorPacker(const Window& window, const std::vector<Index>& offsets) : w_(window), offsets_(offsets) {}

  void pack(const Real* image, Index q, Real* to) const {
    const Index before = w_.out_w - q % w_.out_w;  // pixels left in this output row
    if (before >= kLanes)
      each(image + w_.pixel(q), to, [](const Real* p) { return hn::LoadU(Lanes(), p); });
    else if (w_.out_w >= kLanes)
      across_two_rows(image + w_.pixel(q), before, to);
    else
      one_by_one(image, q, to);
  }

 private:
  using Lanes = hn::ScalableTag<Real>;

  template <class Load>
  void each(const Real* image, Real* to, Load load) const {
    for (Index offset : offsets_) {
      const Real* p = image + offset;
      for (Index c = 0; c < w_.channels; ++c, p += w_.plane(), to += kCols) hn::StoreU(load(p), Lanes(), to);
    }
  }

  void across_two_rows(const Real* image, Index before, Real* to) const {
    const Lanes d;
    const auto mask = hn::FirstN(d, static_cast<size_t>(before));
    const Index gap = w_.output_row() - w_.out_w;
    each(image, to, [&](const Real* p) { return hn::IfThenElse(mask, hn::LoadU(d, p), hn::LoadU(d, p + gap)); });
  }

  void one_by_one(const Real* image, Index q, Real* to) const {
    Index at[kLanes];
    const Index last = w_.out_h * w_.out_w - 1;
    for (Index l = 0; l < kLanes; ++l) at[l] = w_.pixel(std::min(q + l, last));
    for (Index offset : offsets_) {
      const Real* p = image + offset;
      for (Index c = 0; c < w_.channels; ++c, p += w_.plane(), to += kCols)
        for (Index l = 0; l < kLanes; ++l) to[l] = p[at[l]];
    }
  }

  const Window& w_;
  const std::vector<Index>& offsets_;
};

struct Work {
  const Gather& g;
  const Window& window;
  const Panels& rows;
  std::vector<Index> offsets;
  const Real* packed_weight;

  Index pixels() const { return g.out_h * g.out_w; }
  Index depth() const { return static_cast<Index>(offsets.size()) * g.channels; }

  // Panels [begin, end) of kCols pixels of one image; pixel q of row m goes to out[m * ld + q - first].
  void run(const Real* image, Index begin, Index end, Real* out, Index ld, Index first,
           bool to_memory = false) const {
    const VectorPacker packer(window, offsets);
    const Index k = depth();
    Real* panel = panel_scratch.get(k * kCols + 1);
    for (Index jp = begin; jp < end; ++jp) {
      const Index q = jp * kCols, width = std::min(kCols, pixels() - q);
      for (Index v = 0; v < width; v += kLanes) packer.pack(image, q + v, panel + v);
      for (Index ip = 0; ip < rows.count; ++ip) {
        const Index m = rows.begin(ip);
        const TileC c{out + m * ld + q - first, ld, rows.length(ip), width};
        run_tile(SideBySide{packed_weight + m * k, c.rows}, PanelB{panel, kCols}, {k}, c,
                 {.row_bias = g.bias ? g.bias + m : nullptr, .relu = g.relu, .to_memory = to_memory});
      }
    }
  }

  // The same through a buffer: put(row of the buffer, first pixel, how many, plane of out) for each row.
  template <class Put>
  void run_buffered(const Real* image, Index begin, Index end, Real* out, Put put) const {
    const Index first = begin * kCols, count = std::min(pixels(), end * kCols) - first;
    Real* buffer = out_scratch.get(g.rows * count);
    run(image, begin, end, buffer, count, first);
    for (Index m = 0; m < g.rows; ++m) put(buffer + m * count, first, count, out + m * g.out_plane);
  }

  // For an out that no cache holds: straight from the tiles, or where planes begin between two vectors, from a buffer.
  void run_to_memory(const Real* image, Index begin, Index end, Real* out) const {
    if (tiles_are_aligned(out, g.out_plane)) return run(image, begin, end, out, g.out_plane, 0, true);
    run_buffered(image, begin, end, out, [](const Real* from, Index first, Index count, Real* plane) {
      copy_to_memory(from, count, plane + first);
    });
  }

  // For output pixels that are not side by side.
  void run_scattered(const Real* image, Index begin, Index end, Real* out) const {
    run_buffered(image, begin, end, out, [this](const Real* from, Index first, Index count, Real* plane) {
      for (Index q = first; q < first + count; ++q)
        plane[q / g.out_w * g.out_down + q % g.out_w * g.out_right] = from[q - first];
    });
  }
};

}  // namespace

void gather(const Gather& g, const Real* source, const Real* weight, Real* out) {
  const Index pixels = g.out_h * g.out_w;
  if (g.n <= 0 || g.rows <= 0 || pixels <= 0) return;
  const Window window(g.channels, g.h, g.w, g.out_h, g.out_w, g.stride_h, g.stride_w, g.shifts);
  const Panels rows(g.rows, kRows);
  Work work{g, window, rows, {}, nullptr};
  for (const Shift& s : g.shifts) work.offsets.push_back(window.offset(s));
  Real* packed = weight_scratch.get(g.rows * work.depth() + 1);
  pack_weight(g, rows, weight, packed);
  work.packed_weight = packed;

  // Whole images, or bands of one where there are few images and each is worth sharing out.
  const Index panels = (pixels + kCols - 1) / kCols, image_work = g.rows * pixels * std::max<Index>(1, work.depth());
  const Index wanted = std::max<Index>(1, std::min(kTasks / g.n, image_work / kTaskWork));
  const Index band = (panels + wanted - 1) / wanted, bands = (panels + band - 1) / band;
  const Index grain = std::max<Index>(1, kTaskWork / (image_work / bands + 1));
  const bool past_cache = g.n * g.rows * pixels > kCacheSize;
  const bool side_by_side = g.out_right == 1 && g.out_down == g.out_w;
  parallel_for(g.n * bands, grain, [&](Index begin, Index end) {
    for (Index t = begin; t < end; ++t) {
      const Index image = t / bands, first = t % bands * band, last = std::min(panels, first + band);
      Real* copy = image_scratch.get(window.size());
      window.copy(source + image * g.channels * g.h * g.w, copy, first * kCols / g.out_w,
                  (std::min(pixels, last * kCols) - 1) / g.out_w + 1);
      Real* to = out + image * g.out_image + g.out_at;
      if (side_by_side && past_cache)
        work.run_to_memory(copy, first, last, to);
      else if (side_by_side)
        work.run(copy, first, last, to, g.out_plane, 0);
      else
        work.run_scattered(copy, first, last, to);
    }
    if (past_cache) flush_to_memory();
  });
}

}  // namespace gradfold::conv
