#include "viz/grid.h"

#include <algorithm>
#include <cmath>

#include "viz/font.h"

namespace gradfold {
namespace {

constexpr Color kLine{255, 140, 0};
constexpr Index kCaptionMargin = 6;  // pixels around a caption
constexpr Index kLineHeight = kGlyphHeight * kCaptionScale;

Index widest(const std::vector<std::string>& titles) {
  Index width = 0;
  for (const std::string& title : titles) width = std::max(width, text_width(title, kCaptionScale));
  return width;
}

Image zoomed(const Image& image, Index zoom, bool inverted) {
  Image large(image.width() * zoom, image.height() * zoom);
  const auto flip = [](std::uint8_t v) { return static_cast<std::uint8_t>(255 - v); };
  for (Index y = 0; y < large.height(); ++y) {
    for (Index x = 0; x < large.width(); ++x) {
      const Color c = image.at(x / zoom, y / zoom);
      large.at(x, y) = inverted ? Color{flip(c.r), flip(c.g), flip(c.b)} : c;
    }
  }
  return large;
}

}  // namespace

Image grid(const Tensor& images, const GridOptions& o) {
  check_shape("grid", "images", images.shape(), {"N", "C", "H", "W"});
  require(o.zoom >= 1 && o.gap >= 0 && o.columns >= 0, "grid",
          "zoom is {}, gap {} and columns {}; zoom must be at least 1, the others not negative", o.zoom, o.gap,
          o.columns);
  const Index n = images.size(0);
  require(n > 0, "grid", "images is {}: there is nothing to draw", images.shape());
  const auto squarish = static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(n))));
  const Index columns = o.columns > 0 ? o.columns : squarish;
  const Index rows = (n + columns - 1) / columns;
  const Index cell_w = images.size(3) * o.zoom + o.gap, cell_h = images.size(2) * o.zoom + o.gap;
  const Index left = o.row_titles.empty() ? 0 : widest(o.row_titles) + 2 * kCaptionMargin;
  const Index top = o.column_titles.empty() ? 0 : kLineHeight + 2 * kCaptionMargin;

  Image picture(left + columns * cell_w + o.gap, top + rows * cell_h + o.gap, o.background);
  picture.fill(0, 0, picture.width(), top, kWhite);
  picture.fill(0, 0, left, picture.height(), kWhite);
  for (Index i = 0; i < n; ++i) {
    const Image image = zoomed(to_image(images.select(0, i)), o.zoom, o.inverted);
    const Index x = left + o.gap + i % columns * cell_w, y = top + o.gap + i / columns * cell_h;
    picture.paste(image, x, y);
    if (o.line_below > 0) picture.fill(x, y + o.line_below * o.zoom, image.width(), 1, kLine);
  }
  for (Index c = 0; c < std::min<Index>(columns, static_cast<Index>(o.column_titles.size())); ++c) {
    const std::string& title = o.column_titles[static_cast<std::size_t>(c)];
    const Index middle = left + o.gap + c * cell_w + (cell_w - o.gap) / 2;
    draw_text(picture, middle - text_width(title, kCaptionScale) / 2, kCaptionMargin, title, kBlack, kCaptionScale);
  }
  for (Index r = 0; r < std::min<Index>(rows, static_cast<Index>(o.row_titles.size())); ++r) {
    draw_text(picture, kCaptionMargin, top + o.gap + r * cell_h + (cell_h - o.gap - kLineHeight) / 2,
              o.row_titles[static_cast<std::size_t>(r)], kBlack, kCaptionScale);
  }
  return picture;
}

Image side_by_side(const std::vector<Image>& pictures, Index gap, Color background) {
  require(!pictures.empty(), "side_by_side", "pictures is empty: there is nothing to draw");
  Index width = -gap, height = 0;
  for (const Image& picture : pictures) {
    width += picture.width() + gap;
    height = std::max(height, picture.height());
  }
  Image all(width, height, background);
  Index x = 0;
  for (const Image& picture : pictures) {
    all.paste(picture, x, 0);
    x += picture.width() + gap;
  }
  return all;
}

}  // namespace gradfold
