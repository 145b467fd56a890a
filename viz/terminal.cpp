#include "viz/terminal.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace gradfold {
namespace {

// The 24 greys of a 256-colour terminal.
int grey(double v) { return 232 + static_cast<int>(std::lround(std::clamp(v, 0.0, 1.0) * 23)); }

}  // namespace

std::string terminal_picture(const Tensor& x, bool color) {
  const Tensor image = (x.rank() == 3 && x.size(0) == 1 ? x.select(0, 0) : x).contiguous();
  check_shape("terminal_picture", "x", image.shape(), {"H", "W"});
  const Index height = image.size(0), width = image.size(1);
  auto pixel = [&](Index row, Index col) {
    return row < height ? static_cast<double>(image.data()[row * width + col]) : 0.0;
  };
  static constexpr const char* kHalves[] = {" ", "▄", "▀", "█"};
  std::string text;
  for (Index row = 0; row < height; row += 2) {
    std::string last;
    for (Index col = 0; col < width; ++col) {
      const double top = pixel(row, col), bottom = pixel(row + 1, col);
      if (!color) {
        text += kHalves[2 * (top > 0.5) + (bottom > 0.5)];
        continue;
      }
      const std::string colors = fmt::format("\x1b[38;5;{};48;5;{}m", grey(top), grey(bottom));
      text += (colors == last ? "" : colors) + "▀";
      last = colors;
    }
    text += color ? "\x1b[0m\n" : "\n";
  }
  return text;
}

}  // namespace gradfold
