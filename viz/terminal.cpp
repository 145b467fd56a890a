#include "viz/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace gradfold {
namespace {

// The 24 greys of a 256-colour terminal.
int grey(double v) { return 232 + static_cast<int>(std::lround(std::clamp(v, 0.0, 1.0) * 23)); }

}  // namespace

int terminal_width(int descriptor) {
  if (!isatty(descriptor)) return 0;
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string terminal_row(const Tensor& images, int columns, bool color) {
  check_shape("terminal_row", "images", images.shape(), {"N", 1, "H", "W"});
  const Index height = images.size(2), step = images.size(3) + 1;  // a column between two
  const Index shown = std::min(images.size(0), (columns + 1) / step);
  if (shown == 0) return {};
  Tensor row = Tensor::zeros({height, shown * step - 1});
  for (Index i = 0; i < shown; ++i)
    row.slice(1, i * step, (i + 1) * step - 1).copy_from(images.select(0, i).select(0, 0));
  return terminal_picture(row, color);
}

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
