#include "tensor/kernels/lstm_scan.h"

#include <utility>
#include <vector>

#include "tensor/kernels/gemm.h"
#include "tensor/kernels/lstm_cell.h"

namespace gradfold {
namespace {

// The way back through one plane, from the last line to the first. What line l + 1 sends to the states of line l
// waits in dh_ and dc_ [row, hidden].
class ScanBackward {
 public:
  ScanBackward(const LstmPlane<const Real>& plane, const LstmPlaneGradient& gradient)
      : plane_(plane), scan_(plane.scan), gradient_(gradient), n_(plane.hidden), seen_(scan_.taps * n_),
        weight_t_(size(4 * seen_ * n_)), dh_(size(scan_.row() * n_)), dc_(dh_.size()),
        dh_cells_(size(scan_.width * n_)), sent_(size(scan_.width * seen_)), windows_(size(scan_.pixels() * seen_)) {
    for (Index i = 0; i < seen_; ++i)
      for (Index j = 0; j < 4 * n_; ++j) weight_t_[size(j * seen_ + i)] = plane.weight[i * 4 * n_ + j];
  }

  void run() {
    for (Index line = scan_.lines - 1; line >= 0; --line) {
      cells(line);
      keep_windows(line);
      states_before(line);
      leave_plane(line - 1);
    }
    weight();
  }

 private:
  static std::size_t size(Index n) { return static_cast<std::size_t>(n); }

  void cells(Index line) {
    const Index begin = scan_.begin(line), end = scan_.end(line);
    for (Index p = begin; p < end; ++p) {
      const Real *dy = gradient_.dy + scan_.pixel(line, p) * n_, *dh = &dh_[size((p + scan_.before) * n_)];
      for (Index u = 0; u < n_; ++u) dh_cells_[size((p - begin) * n_ + u)] = dy[u] + dh[u];
    }
    const Index first = scan_.pixel(line, begin) * 4 * n_;
    lstm_cells_backward({.count = end - begin, .hidden = n_, .gates = plane_.gates + first,
                         .gate_step = scan_.cell_step * 4 * n_,
                         .c_before = plane_.c + scan_.place(line - 1, begin) * n_,
                         .c = plane_.c + scan_.place(line, begin) * n_, .dh = dh_cells_.data(),
                         .dc = &dc_[size((begin + scan_.before) * n_)], .dgates = gradient_.dgates + first});
  }

  // What each cell of the line saw of the states before.
  void keep_windows(Index line) {
    for (Index p = scan_.begin(line); p < scan_.end(line); ++p) {
      std::copy_n(plane_.h + (line * scan_.row() + p) * n_, seen_, &windows_[size(scan_.pixel(line, p) * seen_)]);
    }
  }

  // dweight += windows^T dgates, over all pixels at once: one deep product instead of a shallow one for each line.
  void weight() {
    const Index pixels = static_cast<Index>(windows_.size()) / seen_;
    gemm({.m = seen_, .n = 4 * n_, .k = pixels, .a = windows_.data(), .lda = seen_, .b = gradient_.dgates,
          .ldb = 4 * n_, .c = gradient_.dweight, .ldc = 4 * n_, .trans_a = true, .beta = 1});
  }

  // Windows overlap: what several cells saw gets the sum.
  void states_before(Index line) {
    const Index begin = scan_.begin(line), count = scan_.end(line) - begin;
    gemm({.m = count, .n = seen_, .k = 4 * n_, .a = gradient_.dgates + scan_.pixel(line, begin) * 4 * n_,
          .lda = scan_.cell_step * 4 * n_, .b = weight_t_.data(), .ldb = seen_, .c = sent_.data(), .ldc = seen_});
    std::fill(dh_.begin(), dh_.end(), Real(0));
    for (Index j = 0; j < count; ++j)
      for (Index u = 0; u < seen_; ++u) dh_[size((begin + j) * n_ + u)] += sent_[size(j * seen_ + u)];
  }

  // What went to places of `line` where no cell is belongs to the initial states.
  void leave_plane(Index line) {
    const Index begin = line < 0 ? 0 : scan_.begin(line), end = line < 0 ? 0 : scan_.end(line);
    for (Index place = 0; place < scan_.row(); ++place) {
      if (place - scan_.before >= begin && place - scan_.before < end) continue;
      for (Index i = place * n_; i < (place + 1) * n_; ++i) {
        gradient_.dh0[i] += std::exchange(dh_[size(i)], Real(0));
        gradient_.dc0[i] += std::exchange(dc_[size(i)], Real(0));
      }
    }
  }

  const LstmPlane<const Real>& plane_;
  const LstmScan& scan_;
  const LstmPlaneGradient& gradient_;
  const Index n_, seen_;
  std::vector<Real> weight_t_, dh_, dc_, dh_cells_;
  std::vector<Real> sent_;     // to the states that each cell of a line saw
  std::vector<Real> windows_;  // [pixels, seen]
};

}  // namespace

void lstm_scan(const LstmPlane<Real>& plane, Real* y) {
  const LstmScan& scan = plane.scan;
  const Index n = plane.hidden;
  for (Index line = 0; line < scan.lines; ++line) {
    const Index begin = scan.begin(line), end = scan.end(line), gate_step = scan.cell_step * 4 * n;
    Real* gates = plane.gates + scan.pixel(line, begin) * 4 * n;
    // Cell (line, p) sees the places line * row + p, p + 1, ... of the states: a window is a row of A, and rows
    // overlap.
    gemm({.m = end - begin, .n = 4 * n, .k = scan.taps * n, .a = plane.h + (line * scan.row() + begin) * n, .lda = n,
          .b = plane.weight, .ldb = 4 * n, .c = gates, .ldc = gate_step, .beta = 1});
    Real* h = plane.h + scan.place(line, begin) * n;
    lstm_cells({.count = end - begin, .hidden = n, .gates = gates, .gate_step = gate_step,
                .c_before = plane.c + scan.place(line - 1, begin) * n, .c = plane.c + scan.place(line, begin) * n,
                .h = h});
    for (Index p = begin; p < end; ++p) std::copy_n(h + (p - begin) * n, n, y + scan.pixel(line, p) * n);
  }
}

void lstm_scan_backward(const LstmPlane<const Real>& plane, const LstmPlaneGradient& gradient) {
  ScanBackward(plane, gradient).run();
}

}  // namespace gradfold
