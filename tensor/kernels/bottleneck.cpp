#include "tensor/kernels/bottleneck.h"

#include <algorithm>
#include <vector>

#include "tensor/kernels/channels_last.h"
#include "tensor/kernels/gemm_micro.h"
#include "tensor/kernels/tasks.h"
#include "tensor/kernels/to_memory.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

using namespace micro;
using namespace conv;

thread_local Scratch wide_scratch, map_scratch, gradient_scratch, planes_scratch, sum_scratch;
// Written by the thread that calls, before the images are shared out; the workers only read the caller's.
thread_local PackedWeight reduce_scratch, conv_scratch, expand_scratch;

const std::vector<Shift> kPointwise = {{0, 0, 0}};

std::vector<Shift> shifts_of(const BottleneckGeometry& g) {
  return in_order(conv::shifts_of(
      {.kh = g.kh, .kw = g.kw, .pad_h = g.kh / 2, .pad_w = g.kw / 2, .taps = g.taps}));
}

// What forward and backward have in common: the frames of the maps, and the products that end in planes.
struct BottleneckBlock {
  const BottleneckGeometry& g;
  const BottleneckWeights<const Real*>& weights;
  std::vector<Shift> shifts = shifts_of(g);
  std::vector<Run> runs = runs_of(shifts);
  Frame h1{frame_for(shifts, g.h, g.w, g.narrow)};  // with the zeros that conv reads
  Frame h2{g.h, g.w, g.narrow};

  Index pixels() const { return g.h * g.w; }
  Index image_size() const { return g.wide * pixels(); }
  Index maps_size() const { return h1.size() + h2.size(); }
  Index work() const { return pixels() * g.narrow * (2 * g.wide + g.narrow * static_cast<Index>(shifts.size())); }

  // An image's worth of wide planes that stays in the cache: relu(x), and later what is added to x or dy.
  Real* wide_planes() const { return wide_scratch.get(image_size()); }

  const Real* relu(const Real* x) const {
    Real* r = wide_planes();
    for (Index i = 0; i < image_size(); ++i) r[i] = x[i] < 0 ? 0 : x[i];
    return r;
  }

  // The map [pixels, narrow] as planes.
  const Real* planes(const Real* map) const {
    Real* to = planes_scratch.get(g.narrow * pixels() + kCols);
    pack_transposed(to, pixels(), map, g.narrow, g.narrow, pixels());
    return to;
  }

  // out[wide, pixels] = A source (+ bias), A [wide, narrow]; rows(first) tells where A's rows lie.
  template <class RowsFrom>
  void to_planes(RowsFrom rows, const Real* source, const Real* bias, Real* out) const {
    const Panels panels(g.wide, kRows);
    for (Index q = 0; q < pixels(); q += kCols)
      for (Index p = 0; p < panels.count; ++p) {
        const Index m = panels.begin(p);
        run_tile(rows(m), PanelB{source + q, pixels()}, {g.narrow},
                 TileC{out + m * pixels() + q, pixels(), panels.length(p), std::min(kCols, pixels() - q)},
                 {.row_bias = bias ? bias + m : nullptr});
      }
  }
};

struct Forward : BottleneckBlock {
  Forward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights) : BottleneckBlock{g, weights} {
    const Index taps = g.kh * g.kw;
    packed_reduce.pack(weights.reduce, kPointwise, g.wide, g.narrow, 1, g.wide);
    packed_conv.pack(weights.conv, shifts, g.narrow, g.narrow, taps, g.narrow * taps);
  }

  void image(const Real* x, Real* y, Real* maps) const {
    Real *const to_h1 = maps, *const to_h2 = maps + h1.size();
    h1.clear_border(to_h1);
    planes_to_map(relu(x), packed_reduce, {weights.reduce_bias, true}, h1, to_h1);
    map_to_map(h1, to_h1, runs, packed_conv, {weights.conv_bias, true}, h2, to_h2);
    const auto rows = [&](Index first) { return Rows{weights.expand + first * g.narrow, g.narrow}; };
    // Through the cache: y's rows lie pages apart, and memory likes to be written from one end to the other.
    Real* const added = wide_planes();
    to_planes(rows, planes(to_h2), weights.expand_bias, added);
    add_to_memory(x, added, nullptr, image_size(), y);
  }

  PackedWeight &packed_reduce = reduce_scratch, &packed_conv = conv_scratch;
};

struct Backward : BottleneckBlock {
  std::vector<Shift> shifts_back = reversed(shifts);
  std::vector<Run> runs_back = runs_of(shifts_back);
  Frame dh2{frame_for(shifts_back, g.h, g.w, g.narrow)};  // with the zeros that conv's way back reads
  Frame dh1{g.h, g.w, g.narrow};
  Index columns = whole_vectors(g.narrow);
  // Where in a partial sum each gradient starts; its last entry is the size.
  Index at_reduce = 0, at_conv = at_reduce + g.wide * columns,
        at_expand = at_conv + static_cast<Index>(shifts.size()) * g.narrow * columns,
        at_reduce_bias = at_expand + g.wide * columns, at_conv_bias = at_reduce_bias + g.narrow,
        at_expand_bias = at_conv_bias + g.narrow, sum_size = at_expand_bias + g.wide;

  Backward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights) : BottleneckBlock{g, weights} {
    const Index taps = g.kh * g.kw;
    packed_conv.pack(weights.conv, shifts_back, g.narrow, g.narrow, g.narrow * taps, taps);
    packed_expand.pack(weights.expand, kPointwise, g.wide, g.narrow, g.narrow, 1);
  }

  // sum: the weights' gradients are added here, or are the first; null: nobody wants them.
  void image(const Real* x, const Real* maps, const Real* dy, Real* dx, bool overwrite, Real* sum) const {
    const Real *const of_h1 = maps, *const of_h2 = maps + h1.size();
    Real* const to_dh2 = gradient_scratch.get(dh2.size() + dh1.size());
    Real* const to_dh1 = to_dh2 + dh2.size();
    // First, because it reads dy from one end to the other: then it is in the cache.
    if (sum) add_pixels_of_planes(dy, g.wide, pixels(), overwrite, sum + at_expand_bias);
    dh2.clear_border(to_dh2);
    planes_to_map(dy, packed_expand, {}, dh2, to_dh2);
    pass_relu(h2, of_h2, dh2, to_dh2);
    map_to_map(dh2, to_dh2, runs_back, packed_conv, {}, dh1, to_dh1);
    pass_relu(h1, of_h1, dh1, to_dh1);
    if (sum) {
      add_planes_times_map(dy, g.wide, h2, of_h2, overwrite, sum + at_expand);
      add_map_times_map(h1, of_h1, runs, dh2, to_dh2, overwrite, sum + at_conv);
      add_planes_times_map(relu(x), g.wide, dh1, to_dh1, overwrite, sum + at_reduce);
      add_pixels_of_map(dh2, to_dh2, overwrite, sum + at_conv_bias);
      add_pixels_of_map(dh1, to_dh1, overwrite, sum + at_reduce_bias);
    }
    Real* const added = wide_planes();
    to_planes([&](Index first) { return SideBySide{weights.reduce + first, g.wide}; }, planes(to_dh1), nullptr,
              added);
    add_to_memory(dy, added, x, image_size(), dx);
  }

  // Adds up `count` partial sums in order and writes the gradients in their own layout.
  void combine(Real* sums, Index count, const BottleneckWeights<Real*>& d) const {
    parallel_for(sum_size, kDearGrain, [&](Index begin, Index end) {
      for (Index k = 1; k < count; ++k)
        for (Index i = begin; i < end; ++i) sums[i] += sums[k * sum_size + i];
    });
    const Index taps = g.kh * g.kw;
    std::fill_n(d.conv, g.narrow * g.narrow * taps, Real(0));
    for (size_t t = 0; t < shifts.size(); ++t)
      for (Index c = 0; c < g.narrow; ++c)
        for (Index o = 0; o < g.narrow; ++o)
          d.conv[(o * g.narrow + c) * taps + shifts[t].weight] =
              sums[at_conv + (static_cast<Index>(t) * g.narrow + c) * columns + o];
    for (Index m = 0; m < g.wide; ++m)
      for (Index o = 0; o < g.narrow; ++o) {
        d.reduce[o * g.wide + m] = sums[at_reduce + m * columns + o];
        d.expand[m * g.narrow + o] = sums[at_expand + m * columns + o];
      }
    std::copy_n(sums + at_reduce_bias, g.narrow, d.reduce_bias);
    std::copy_n(sums + at_conv_bias, g.narrow, d.conv_bias);
    std::copy_n(sums + at_expand_bias, g.wide, d.expand_bias);
  }

  PackedWeight &packed_conv = conv_scratch, &packed_expand = expand_scratch;
};

void blocks_forward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights, const Real* x, Real* y,
                    Real* maps) {
  const Forward block(g, weights);
  parallel_for(g.n, std::max<Index>(1, kTaskWork / block.work()), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n)
      block.image(x + n * block.image_size(), y + n * block.image_size(),
                  maps ? maps + n * block.maps_size() : map_scratch.get(block.maps_size()));
    flush_to_memory();
  });
}

void blocks_backward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights, const Real* x,
                     const Real* maps, const Real* dy, Real* dx, const BottleneckWeights<Real*>* dweights) {
  const Backward block(g, weights);
  const Panels tasks(g.n, std::max(g.n / kTasks, kTaskWork / block.work() + 1));
  Real* const sums = dweights ? sum_scratch.get(tasks.count * block.sum_size) : nullptr;
  parallel_for(tasks.count, 1, [&](Index begin, Index end) {
    for (Index t = begin; t < end; ++t)
      for (Index n = tasks.begin(t); n < tasks.begin(t + 1); ++n)
        block.image(x + n * block.image_size(), maps + n * block.maps_size(), dy + n * block.image_size(),
                    dx + n * block.image_size(), n == tasks.begin(t), sums ? sums + t * block.sum_size : nullptr);
    flush_to_memory();
  });
  if (dweights) block.combine(sums, tasks.count, *dweights);
}

bool is_empty(const BottleneckGeometry& g) { return g.n * g.h * g.w * g.wide * g.narrow == 0; }

}  // namespace

Index bottleneck_maps_size(const BottleneckGeometry& g) {
  if (!kFastKernels || is_empty(g)) return 2 * g.n * g.narrow * g.h * g.w;
  return g.n * BottleneckBlock{g, {}}.maps_size();
}

void bottleneck_forward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights, const Real* x,
                        Real* y, Real* maps) {
  if (kFastKernels && !is_empty(g))
    blocks_forward(g, weights, x, y, maps);
  else
    bottleneck_forward_ref(g, weights, x, y, maps);
}

void bottleneck_backward(const BottleneckGeometry& g, const BottleneckWeights<const Real*>& weights, const Real* x,
                         const Real* maps, const Real* dy, Real* dx, const BottleneckWeights<Real*>* dweights) {
  if (kFastKernels && !is_empty(g))
    blocks_backward(g, weights, x, maps, dy, dx, dweights);
  else
    bottleneck_backward_ref(g, weights, x, maps, dy, dx, dweights);
}

}  // namespace gradfold
