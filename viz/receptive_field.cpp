#include "viz/receptive_field.h"

#include <algorithm>
#include <cmath>

#include "viz/font.h"
#include "viz/grid.h"
#include "viz/pixel_colors.h"

namespace gradfold {
namespace {

constexpr Color kBlindSpot = kWhite, kLeak{220, 30, 40};
constexpr Index kFieldMargin = 4;
constexpr double kWeakest = 1e-4;  // of the strongest: four powers of ten share the blues

struct Map {
  const Tensor x;
  Index row, col;
  bool self_allowed;
  double strongest = 0;

  Color color(Index r, Index c) const {
    const double magnitude = std::abs(x.at({r, c}));
    const bool self = r == row && c == col, future = r > row || (r == row && c > col);
    const bool seen = magnitude != 0;  // a NaN counts as seen: nothing vouches for it
    if (seen && (future || (self && !self_allowed))) return kLeak;
    if (!seen) return future || (self && !self_allowed) ? kFuture : kBlindSpot;
    const double t = 1 - std::log(magnitude / strongest) / std::log(kWeakest);
    return blend(kPastWeak, kPastStrong, std::clamp(std::isnan(t) ? 1.0 : t, 0.0, 1.0));
  }
};

Image draw_map(const Map& map, Index zoom) {
  const Index height = map.x.size(0), width = map.x.size(1);
  Image picture(width * zoom + 1, height * zoom + 1, kBetweenPixels);
  for (Index r = 0; r < height; ++r) {
    for (Index c = 0; c < width; ++c) {
      picture.fill(c * zoom + 1, r * zoom + 1, zoom - 1, zoom - 1, map.color(r, c));
    }
  }
  picture.outline(map.col * zoom, map.row * zoom, zoom + 1, zoom + 1, std::max<Index>(1, zoom / 4), kPresent);
  return picture;
}

Image below(const Image& upper, const Image& lower) {
  Image both(std::max(upper.width(), lower.width()), upper.height() + kFieldMargin + lower.height());
  both.paste(upper, 0, 0);
  both.paste(lower, 0, upper.height() + kFieldMargin);
  return both;
}

Image titled(const std::string& title, const Image& picture) {
  if (title.empty()) return picture;
  Image head(text_width(title, kCaptionScale), (kGlyphHeight + kGlyphDrop) * kCaptionScale);
  draw_text(head, 0, 0, title, kBlack, kCaptionScale);
  return below(head, picture);
}

// Boxes and what they mean, side by side as far as `width` goes.
Image legend(Index width) {
  struct Entry {
    Color fill, frame;
    const char* text;
  };
  static constexpr Entry kEntries[] = {{kPastStrong, kPastStrong, "seen (pale: weakly)"},
                                       {kBlindSpot, kFuture, "past, not seen"},
                                       {kFuture, kFuture, "future"},
                                       {kLeak, kLeak, "future seen: leak"},
                                       {kWhite, kPresent, "the pixel"}};
  constexpr Index kBox = kGlyphHeight * kCaptionScale, kLineHeight = kBox + 2 * kFieldMargin, kApart = 6 * kFieldMargin;
  const auto room = [](const Entry& e) { return kBox + 2 * kFieldMargin + text_width(e.text, kCaptionScale); };
  for (const Entry& entry : kEntries) width = std::max(width, room(entry));
  Image picture(width, static_cast<Index>(std::size(kEntries)) * kLineHeight);
  Index x = 0, y = kFieldMargin;
  for (const Entry& entry : kEntries) {
    if (x + room(entry) > width) x = 0, y += kLineHeight;
    picture.fill(x, y, kBox, kBox, entry.fill);
    picture.outline(x, y, kBox, kBox, 2, entry.frame);
    draw_text(picture, x + kBox + 2 * kFieldMargin, y, entry.text, kBlack, kCaptionScale);
    x += room(entry) + kApart;
  }
  Image used(width, y + kBox + kGlyphDrop * kCaptionScale);
  used.paste(picture, 0, 0);
  return used;
}

}  // namespace

Image receptive_fields(const std::vector<Tensor>& magnitudes, const std::vector<std::string>& titles, Index row,
                       Index col, const ReceptiveFieldOptions& o) {
  require(!magnitudes.empty(), "receptive_fields", "magnitudes is empty: there is nothing to draw");
  require(titles.empty() || titles.size() == magnitudes.size(), "receptive_fields",
          "titles are {} but maps are {}; give one for each, or none", titles.size(), magnitudes.size());
  require(o.zoom >= 2, "receptive_fields", "zoom is {} but must be at least 2", o.zoom);
  std::vector<Image> pictures;
  for (std::size_t i = 0; i < magnitudes.size(); ++i) {
    const Tensor& x = magnitudes[i];
    check_shape("receptive_fields", "magnitudes", x.shape(), {"H", "W"});
    require(row >= 0 && row < x.size(0) && col >= 0 && col < x.size(1), "receptive_fields",
            "the pixel is ({}, {}) but the map is {}", row, col, x.shape());
    Map map{x.contiguous(), row, col, o.self_allowed};
    for (Real v : map.x.to_vector()) map.strongest = std::max<double>(map.strongest, std::abs(v));
    pictures.push_back(titled(titles.empty() ? "" : titles[i], draw_map(map, o.zoom)));
  }
  Image all = titled(o.title, side_by_side(pictures, 2 * kFieldMargin));
  if (o.legend) all = below(all, legend(all.width()));
  Image framed(all.width() + 2 * kFieldMargin, all.height() + 2 * kFieldMargin);
  framed.paste(all, kFieldMargin, kFieldMargin);
  return framed;
}

Image receptive_field(const Tensor& magnitudes, Index row, Index col, const ReceptiveFieldOptions& options) {
  return receptive_fields({magnitudes}, {}, row, col, options);
}

}  // namespace gradfold
