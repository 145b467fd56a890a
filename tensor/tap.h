#pragma once

namespace gradfold {

// A position in a convolution's kernel: row, column.
struct Tap {
  int row, col;
  bool operator==(const Tap&) const = default;
};

}  // namespace gradfold
