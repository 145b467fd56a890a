#pragma once
#include <vector>

namespace gradfold {

// A point of a skeleton: x to the right, y down, 0 the top of the digit and 1 its foot.
struct GlyphPoint {
  double x, y;
  bool operator==(const GlyphPoint&) const = default;
};
inline GlyphPoint operator+(GlyphPoint a, GlyphPoint b) { return {a.x + b.x, a.y + b.y}; }
inline GlyphPoint operator-(GlyphPoint a, GlyphPoint b) { return {a.x - b.x, a.y - b.y}; }
inline GlyphPoint operator*(double s, GlyphPoint a) { return {s * a.x, s * a.y}; }
// One movement of the pen: a smooth curve (Catmull-Rom) through the points; a point written twice in a row
// is a corner, where the pen turns at once.
using GlyphStroke = std::vector<GlyphPoint>;

// One way to write a digit, and how many of a hundred people write it so (a guess, for variety).
struct Glyph {
  double share;
  std::vector<GlyphStroke> strokes;
};

// The handwriting variants of a digit 0..9.
const std::vector<Glyph>& glyphs(int digit);

}  // namespace gradfold
