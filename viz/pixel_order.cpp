#include "viz/pixel_order.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "viz/font.h"
#include "viz/pixel_colors.h"

namespace gradfold {
namespace {

constexpr Index kOrderMargin = 4;
constexpr Index kTextHeight = (kGlyphHeight + kGlyphDrop) * kCaptionScale;

}  // namespace

Image pixel_order(const Tensor& number, const PixelOrderOptions& o) {
  check_shape("pixel_order", "number", number.shape(), {"H", "W"});
  const Index height = number.size(0), width = number.size(1), pixels = height * width;
  require(pixels > 0 && o.zoom >= 2, "pixel_order",
          "number is {} and zoom {}; there must be a pixel, and zoom 2 or more", number.shape(), o.zoom);
  require(o.current >= 0 && o.current <= pixels, "pixel_order", "current is {} but must be 0 .. {}, a pixel's number",
          o.current, pixels);
  const bool numbered = text_width(fmt::format("{}", pixels), kCaptionScale) + kOrderMargin < o.zoom &&
                        kGlyphHeight * kCaptionScale + kOrderMargin < o.zoom;
  const Index top = o.title.empty() ? 0 : kTextHeight + kOrderMargin;
  const Index side = std::max(width * o.zoom + 1, text_width(o.title, kCaptionScale));
  Image picture(side, top + height * o.zoom + 1);
  draw_text(picture, 0, 0, o.title, kBlack, kCaptionScale);
  picture.fill(0, top, width * o.zoom + 1, height * o.zoom + 1, kBetweenPixels);
  for (Index r = 0; r < height; ++r) {
    for (Index c = 0; c < width; ++c) {
      const Index n = std::lround(number.at({r, c})), x = c * o.zoom + 1, y = top + r * o.zoom + 1;
      const double age = 1 - static_cast<double>(n) / static_cast<double>(pixels);  // 1 for the first
      const bool past = o.current == 0 || n < o.current;
      const Color fill = past ? blend(kPastWeak, kPastStrong, age) : n == o.current ? kPresent : kFuture;
      picture.fill(x, y, o.zoom - 1, o.zoom - 1, fill);
      if (!numbered) continue;
      const std::string text = fmt::format("{}", n);
      draw_text(picture, x + (o.zoom - text_width(text, kCaptionScale)) / 2,
                y + (o.zoom - kGlyphHeight * kCaptionScale) / 2, text, past && age > 0.5 ? kWhite : kBlack,
                kCaptionScale);
    }
  }
  return picture;
}

}  // namespace gradfold
