#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

struct Color {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Color&) const = default;
};
inline constexpr Color kWhite{255, 255, 255}, kBlack{0, 0, 0};

// A picture in memory: 8-bit RGB, row-major, (0, 0) at the top left.
class Image {
 public:
  Image(Index width, Index height, Color fill = kWhite);

  Index width() const { return width_; }
  Index height() const { return height_; }
  Color& at(Index x, Index y) { return pixels_[static_cast<std::size_t>(y * width_ + x)]; }
  Color at(Index x, Index y) const { return pixels_[static_cast<std::size_t>(y * width_ + x)]; }
  const std::vector<Color>& pixels() const { return pixels_; }

  // A filled rectangle; what lies outside the picture is cut off.
  void fill(Index x, Index y, Index width, Index height, Color color);
  // The outline of a rectangle, `line` pixels thick, inside it.
  void outline(Index x, Index y, Index width, Index height, Index line, Color color);
  // Another picture with its top left corner at (x, y); what lies outside is cut off.
  void paste(const Image& other, Index x, Index y);

 private:
  Index width_, height_;
  std::vector<Color> pixels_;
};

// x [C, H, W] or [H, W] of 0..1 (C = 1 or 3; values outside are clipped, NaN is magenta) -> picture.
Image to_image(const Tensor& x);
// [channels, H, W] of 0..1; one channel is the mean of the three colours.
Tensor to_tensor(const Image& image, int channels);

// Mixes two colours: 0 is a, 1 is b.
Color blend(Color a, Color b, double t);

}  // namespace gradfold
