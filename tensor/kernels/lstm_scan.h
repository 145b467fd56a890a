#pragma once
#include <algorithm>

#include "tensor/real.h"

// A recurrent net over a plane of cells, one line of cells after the other: what LSTM, Row LSTM and Diagonal
// BiLSTM have in common (van den Oord et al. 2016, "Pixel recurrent neural networks", 3.1 and 3.2). Cell (l, p)
// sees the state h of some neighbours in line l - 1 and the memory c of cell (l - 1, p):
//
//   a(l, p) = x(l, p) + sum over t of h(l - 1, p - before + t) K_t      gates, c and h: lstm_cell.h
//
// Neighbours outside the plane have the initial state h0, c0.
namespace gradfold {

// Which cells there are, whom they see, and at which pixel of the image each lies:
// origin + l line_step + p cell_step.
struct LstmScan {
  Index lines, width;
  Index taps, before;
  Index origin, line_step, cell_step;
  Index columns = 0;  // of a skewed image; 0: all cells of all lines exist

  // A line is a row. taps is odd; a pixel sees the row above, as far as taps / 2 to each side.
  static LstmScan rows(Index height, Index width, Index taps) {
    return {height, width, taps, taps / 2, 0, width, 1};
  }
  // A line is a diagonal, pixels (p, l - p): the skewed image's columns. A pixel (r, s) sees (r - 1, s) and
  // (r, s - 1). Mirrored, it runs from the right: (r - 1, s) and (r, s + 1).
  static LstmScan diagonals(Index height, Index width, bool mirrored) {
    if (mirrored) return {height + width - 1, height, 2, 1, width - 1, -1, width + 1, width};
    return {height + width - 1, height, 2, 1, 0, 1, width - 1, width};
  }
  // A line is a time step of `batch` sequences [batch, steps]; each sees its own past.
  static LstmScan sequences(Index batch, Index steps) { return {steps, batch, 1, 0, 0, 1, steps}; }

  // The cells of a line: [begin, end).
  Index begin(Index line) const { return columns == 0 ? 0 : std::max<Index>(0, line - columns + 1); }
  Index end(Index line) const { return columns == 0 ? width : std::min(width, line + 1); }
  Index pixels() const { return columns == 0 ? lines * width : columns * width; }
  Index pixel(Index line, Index p) const { return origin + line * line_step + p * cell_step; }
  // States are kept line by line, the initial ones before the first, with room on both sides for what a window
  // sees outside: cell (l, p) is place (l + 1, p + before).
  Index row() const { return width + taps - 1; }
  Index places() const { return (lines + 1) * row(); }
  Index place(Index line, Index p) const { return (line + 1) * row() + p + before; }
};

// One plane. gates [pixels, 4 hidden]: x on entry, i, f, g, o on return. h and c [places, hidden] hold h0 and c0
// wherever no cell is. weight [taps * hidden, 4 hidden]. y [pixels, hidden] gets every cell's h.
template <class T>
struct LstmPlane {
  LstmScan scan;
  Index hidden;
  const Real* weight;
  T* gates;
  T* h;
  T* c;
};
void lstm_scan(const LstmPlane<Real>& plane, Real* y);

// dy [pixels, hidden] -> dgates [pixels, 4 hidden]; adds to dweight [taps * hidden, 4 hidden], and to dh0 and
// dc0 [row, hidden] what the initial states at each place of a line get.
struct LstmPlaneGradient {
  const Real* dy;
  Real* dgates;
  Real* dweight;
  Real* dh0;
  Real* dc0;
};
void lstm_scan_backward(const LstmPlane<const Real>& plane, const LstmPlaneGradient& gradient);

}  // namespace gradfold
