#include "viz/image.h"

#include <algorithm>
#include <cmath>

namespace gradfold {
namespace {

constexpr Color kNotANumber{255, 0, 255};

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
}

}  // namespace

Image::Image(Index width, Index height, Color fill) : width_(width), height_(height) {
  require(width >= 0 && height >= 0, "Image", "size is {} x {} but must not be negative", width, height);
  pixels_.assign(static_cast<std::size_t>(width * height), fill);
}

void Image::fill(Index x, Index y, Index width, Index height, Color color) {
  const Index right = std::min(x + width, width_), bottom = std::min(y + height, height_);
  for (Index row = std::max<Index>(y, 0); row < bottom; ++row) {
    for (Index col = std::max<Index>(x, 0); col < right; ++col) at(col, row) = color;
  }
}

void Image::outline(Index x, Index y, Index width, Index height, Index line, Color color) {
  fill(x, y, width, line, color);
  fill(x, y + height - line, width, line, color);
  fill(x, y, line, height, color);
  fill(x + width - line, y, line, height, color);
}

void Image::paste(const Image& other, Index x, Index y) {
  const Index right = std::min(x + other.width_, width_), bottom = std::min(y + other.height_, height_);
  for (Index row = std::max<Index>(y, 0); row < bottom; ++row) {
    for (Index col = std::max<Index>(x, 0); col < right; ++col) at(col, row) = other.at(col - x, row - y);
  }
}

Image to_image(const Tensor& x) {
  const Tensor planes = (x.rank() == 2 ? x.unsqueeze(0) : x).contiguous();
  const Index channels = planes.rank() == 3 ? planes.size(0) : 0;
  require(channels == 1 || channels == 3, "to_image", "x is {} but must be [H, W], [1, H, W] or [3, H, W]",
          x.shape());
  const Index height = planes.size(1), width = planes.size(2), plane = height * width;
  Image image(width, height);
  const Real* red = planes.data();
  const Real *green = red + (channels == 3 ? plane : 0), *blue = red + (channels == 3 ? 2 * plane : 0);
  for (Index i = 0; i < plane; ++i) {
    const bool number = !std::isnan(red[i]) && !std::isnan(green[i]) && !std::isnan(blue[i]);
    Color& pixel = image.at(i % width, i / width);
    pixel = number ? Color{to_byte(red[i]), to_byte(green[i]), to_byte(blue[i])} : kNotANumber;
  }
  return image;
}

Tensor to_tensor(const Image& image, int channels) {
  require(channels == 1 || channels == 3, "to_tensor", "channels is {} but must be 1 or 3", channels);
  const Index plane = image.width() * image.height();
  Tensor x({channels, image.height(), image.width()});
  Real* out = x.data();
  for (Index i = 0; i < plane; ++i) {
    const Color c = image.pixels()[static_cast<std::size_t>(i)];
    if (channels == 1) {
      out[i] = static_cast<Real>(c.r + c.g + c.b) / Real(3 * 255);
      continue;
    }
    out[i] = c.r / Real(255), out[plane + i] = c.g / Real(255), out[2 * plane + i] = c.b / Real(255);
  }
  return x;
}

Color blend(Color a, Color b, double t) {
  auto mix = [t](int from, int to) { return static_cast<std::uint8_t>(std::lround(from + t * (to - from))); };
  return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
}

}  // namespace gradfold
