#include "tensor/kernels/channels_last.h"

#include <algorithm>

#include "tensor/kernels/simd.h"

namespace gradfold::conv {
namespace {

using namespace micro;

constexpr Index kBandPixels = 256;  // a band of dy stays in the first cache while all rows meet it

// sum[rows, columns] += or = A B
template <class A>
void add_product(const A& a, const Real* dy, Index channels, Index depth, Index rows, bool overwrite, Real* sum) {
  const Index columns = whole_vectors(channels);
  run_tile(a, PanelB{dy, channels, kCols}, {depth}, TileC{sum, columns, rows, columns},
           {.beta = Real(overwrite ? 0 : 1)});
}

// The tiles of a map: a few pixels of one row each.
template <class Tile>
void each_tile(const Frame& to, Real* out, Tile tile) {
  const Panels pixels(to.w, kRows);
  for (Index i = 0; i < to.h; ++i)
    for (Index p = 0; p < pixels.count; ++p) {
      const Index j = pixels.begin(p);
      tile(i, j, TileC{out + to.at(i, j), to.channels, pixels.length(p), to.channels});
    }
}

}  // namespace

Index Frame::size() const { return (top + h + bottom) * pitch() + side * channels + kCols; }

void Frame::clear_border(Real* map) const {
  std::fill(map, map + at(0, 0), Real(0));
  for (Index i = 0; i + 1 < h; ++i) std::fill(map + at(i, w), map + at(i + 1, 0), Real(0));
  std::fill(map + at(h - 1, w), map + size(), Real(0));
}

std::vector<Shift> in_order(std::vector<Shift> shifts) {
  std::sort(shifts.begin(), shifts.end(),
            [](const Shift& a, const Shift& b) { return a.dh != b.dh ? a.dh < b.dh : a.dw < b.dw; });
  return shifts;
}

std::vector<Shift> reversed(const std::vector<Shift>& shifts) {
  std::vector<Shift> back;
  for (const Shift& s : shifts) back.push_back({-s.dh, -s.dw, s.weight});
  return in_order(std::move(back));
}

std::vector<Run> runs_of(const std::vector<Shift>& shifts) {
  std::vector<Run> runs;
  for (const Shift& s : shifts) {
    if (!runs.empty() && runs.back().dh == s.dh && runs.back().dw + runs.back().taps == s.dw)
      ++runs.back().taps;
    else
      runs.push_back({s.dh, s.dw, 1});
  }
  return runs;
}

Frame frame_for(const std::vector<Shift>& shifts, Index h, Index w, Index channels) {
  Frame frame{h, w, channels};
  for (const Shift& s : shifts) {
    frame.top = std::max(frame.top, -s.dh);
    frame.bottom = std::max(frame.bottom, s.dh);
    frame.side = std::max({frame.side, s.dw, -s.dw});
  }
  return frame;
}

void PackedWeight::pack(const Real* weight, const std::vector<Shift>& shifts, Index in, Index out, Index in_step,
                        Index out_step) {
  depth_ = static_cast<Index>(shifts.size()) * in;
  data_ = scratch_.get(whole_tiles(out) * depth_ + 1);
  Real* to = data_;
  for (Index first = 0; first < out; first += kCols)
    for (const Shift& t : shifts)
      for (Index c = 0; c < in; ++c)
        for (Index o = first; o < first + kCols; ++o)
          *to++ = o < out ? weight[o * out_step + c * in_step + t.weight] : 0;
}

void map_to_map(const Frame& from, const Real* map, const std::vector<Run>& runs, const PackedWeight& weight,
                const Finish& finish, const Frame& to, Real* out) {
  each_tile(to, out, [&](Index i, Index j, const TileC& c) {
    PanelB b = weight.panels();
    for (const Run& run : runs) {
      const bool first = &run == &runs.front(), last = &run == &runs.back();
      const Index depth = run.taps * from.channels;
      run_tile(Rows{map + from.at(i + run.dh, j + run.dw), from.channels}, b, {depth}, c,
               {.beta = Real(first ? 0 : 1), .col_bias = last ? finish.bias : nullptr, .relu = last && finish.relu});
      b.b += depth * kCols;
    }
  });
}

void planes_to_map(const Real* planes, const PackedWeight& weight, const Finish& finish, const Frame& to, Real* out) {
  each_tile(to, out, [&](Index i, Index j, const TileC& c) {
    run_tile(SideBySide{planes + i * to.w + j, to.h * to.w}, weight.panels(), {weight.depth()}, c,
             {.col_bias = finish.bias, .relu = finish.relu});
  });
}

void pass_relu(const Frame& from, const Real* y, const Frame& to, Real* out) {
  for (Index i = 0; i < to.h; ++i) {
    const Real* const gate = y + from.at(i, 0);
    Real* const row = out + to.at(i, 0);
    for (Index k = 0; k < to.w * to.channels; ++k) row[k] = gate[k] > 0 ? row[k] : 0;
  }
}

void add_planes_times_map(const Real* planes, Index rows, const Frame& frame, const Real* dy, bool overwrite,
                          Real* sum) {
  const Index pixels = frame.h * frame.w, columns = whole_vectors(frame.channels);
  const Panels panels(rows, kRows), bands(pixels, kBandPixels);
  for (Index band = 0; band < bands.count; ++band) {
    const Index q = bands.begin(band);
    for (Index p = 0; p < panels.count; ++p) {
      add_product(Rows{planes + panels.begin(p) * pixels + q, pixels}, dy + q * frame.channels, frame.channels,
                  bands.length(band), panels.length(p), overwrite && band == 0, sum + panels.begin(p) * columns);
    }
  }
}

void add_map_times_map(const Frame& from, const Real* map, const std::vector<Run>& runs, const Frame& frame,
                       const Real* dy, bool overwrite, Real* sum) {
  const Index columns = whole_vectors(frame.channels);
  const Panels bands(frame.h, std::max<Index>(1, kBandPixels / frame.w));
  for (Index band = 0; band < bands.count; ++band) {
    const Index i = bands.begin(band);
    // The zeros between rows go along: dy's are 0, so they add nothing.
    const Index depth = bands.length(band) * (frame.w + frame.side) - frame.side;
    Real* to = sum;
    for (const Run& run : runs) {
      const Panels panels(run.taps * from.channels, kRows);
      for (Index p = 0; p < panels.count; ++p, to += panels.length(p - 1) * columns) {
        const SideBySide a{map + from.at(i + run.dh, run.dw) + panels.begin(p), from.channels};
        add_product(a, dy + frame.at(i, 0), frame.channels, depth, panels.length(p), overwrite && band == 0, to);
      }
    }
  }
}

void add_pixels_of_map(const Frame& frame, const Real* dy, bool overwrite, Real* sum) {
  if (overwrite) std::fill_n(sum, frame.channels, Real(0));
  for (Index i = 0; i < frame.h; ++i)
    for (Index j = 0; j < frame.w; ++j) {
      const Real* const pixel = dy + frame.at(i, j);
      for (Index c = 0; c < frame.channels; ++c) sum[c] += pixel[c];
    }
}

void add_pixels_of_planes(const Real* dy, Index channels, Index pixels, bool overwrite, Real* sum) {
  const hn::ScalableTag<Real> d;
  for (Index c = 0; c < channels; ++c, dy += pixels) {
    auto lanes = hn::Zero(d);
    Index q = 0;
    for (; q + kLanes <= pixels; q += kLanes) lanes = hn::Add(lanes, hn::LoadU(d, dy + q));
    Real total = hn::GetLane(hn::SumOfLanes(d, lanes));
    for (; q < pixels; ++q) total += dy[q];
    sum[c] = (overwrite ? 0 : sum[c]) + total;
  }
}

}  // namespace gradfold::conv
