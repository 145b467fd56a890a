#include "data/strokes.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/glyphs.h"
#include "data/hand.h"
#include "data/pen.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kStandardSide = 28, kStandardBox = 20;  // MNIST's: the digit's box within the image
constexpr double kSoftness = 1;                          // a stroke's grey edge, in standard pixels
constexpr int kStepsPerPoint = 6;                        // straight pieces between two skeleton points

using Points = std::vector<GlyphPoint>;

// Catmull-Rom through a, b, c, d, between b and c. A corner is a point written twice; there the curve's
// direction is taken from its own side alone.
GlyphPoint catmull_rom(GlyphPoint a, GlyphPoint b, GlyphPoint c, GlyphPoint d, double t) {
  const GlyphPoint v0 = 0.5 * (c - a), v1 = 0.5 * (d - b);
  const double t2 = t * t, t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * b + (t3 - 2 * t2 + t) * v0 + (3 * t2 - 2 * t3) * c + (t3 - t2) * v1;
}

Points smooth(const GlyphStroke& stroke) {
  const auto last = static_cast<Index>(stroke.size()) - 1;
  auto point = [&](Index i) { return stroke[static_cast<std::size_t>(std::clamp<Index>(i, 0, last))]; };
  Points curve = {point(0)};
  for (Index i = 0; i < last; ++i) {
    if (point(i) == point(i + 1)) continue;
    for (int step = 1; step <= kStepsPerPoint; ++step) {
      const double t = static_cast<double>(step) / kStepsPerPoint;
      curve.push_back(catmull_rom(point(i - 1), point(i), point(i + 1), point(i + 2), t));
    }
  }
  return curve;
}

// Aspect, slant and rotation, in this order.
struct Pose {
  double aspect, shear, cosine, sine;
  explicit Pose(const StrokeDigit& d)
      : aspect(d.aspect),
        shear(std::tan(d.slant * kPi / 180)),
        cosine(std::cos(d.rotation * kPi / 180)),
        sine(std::sin(d.rotation * kPi / 180)) {}
  GlyphPoint operator()(GlyphPoint p) const {
    const double x = p.x * aspect - shear * p.y;
    return {cosine * x - sine * p.y, sine * x + cosine * p.y};
  }
};

struct Box {
  double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
  void add(GlyphPoint p) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  double longer_side() const { return std::max(right - left, bottom - top); }
};

// The pen's way for a digit, its box scaled to the wanted size with the middle of the box in the middle.
std::vector<PenPath> pen_paths(const StrokeDigit& d, Index side, Rng& rng) {
  const double pixel = static_cast<double>(side) / kStandardSide;
  const Pose pose(d);
  Hand hand(d.wobble, rng);
  std::vector<Points> curves;
  Box box;
  for (const GlyphStroke& stroke : glyphs(d.digit)[static_cast<std::size_t>(d.style)].strokes) {
    Points curve = smooth(hand.bend(stroke));
    for (GlyphPoint& p : curve) box.add(p = pose(p));
    curves.push_back(std::move(curve));
  }
  // The ink reaches half the pen's width beyond the skeleton on both sides.
  const double scale = pixel * std::max(1.0, d.size * kStandardBox - d.thickness) / box.longer_side();
  const GlyphPoint middle = 0.5 * GlyphPoint{box.left + box.right, box.top + box.bottom};
  const double centre = static_cast<double>(side) / 2;
  std::vector<PenPath> paths;
  for (const Points& curve : curves) {
    const std::vector<double> pressure = hand.pressure(curve.size());
    PenPath path;
    for (std::size_t i = 0; i < curve.size(); ++i) {
      const GlyphPoint p = GlyphPoint{centre, centre} + scale * (curve[i] - middle);
      path.push_back({p.x, p.y, pixel * d.thickness / 2 * pressure[i]});
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

GlyphPoint centre_of_mass(const Real* ink, Index side) {
  double total = 0, x = 0, y = 0;
  for (Index row = 0; row < side; ++row) {
    for (Index col = 0; col < side; ++col) {
      const double mass = ink[row * side + col];
      total += mass, x += mass * (col + 0.5), y += mass * (row + 0.5);
    }
  }
  return {x / total, y / total};
}

// Drawn twice: the first time only to weigh it, so that the centre of mass lands where it should.
void draw(const StrokeDigit& d, Index side, Rng& rng, Real* ink) {
  const double pixel = static_cast<double>(side) / kStandardSide;
  std::vector<PenPath> paths = pen_paths(d, side, rng);
  draw_pen(paths, kSoftness * pixel, side, ink);
  const double middle = static_cast<double>(side) / 2;
  const GlyphPoint move = GlyphPoint{middle + pixel * d.x, middle + pixel * d.y} - centre_of_mass(ink, side);
  for (PenPath& path : paths) {
    for (PenPoint& p : path) p.x += move.x, p.y += move.y;
  }
  draw_pen(paths, kSoftness * pixel, side, ink);
}

int pick_style(int digit, double u) {
  const std::vector<Glyph>& variants = glyphs(digit);
  double total = 0;
  for (const Glyph& glyph : variants) total += glyph.share;
  int style = 0;
  for (u *= total; style + 1 < static_cast<int>(variants.size()); ++style) {
    u -= variants[static_cast<std::size_t>(style)].share;
    if (u < 0) break;
  }
  return style;
}

// All numbers are drawn whatever the options, so that fixing one factor leaves the others as they were.
StrokeDigit pick(const StrokeOptions& o, Rng& rng) {
  auto within = [&rng](FactorRange range) { return range.low + (range.high - range.low) * rng.uniform(); };
  StrokeDigit d;
  const double which = rng.uniform(), style = rng.uniform();
  const auto classes = o.classes.empty() ? 10 : static_cast<int>(o.classes.size());
  const int choice = std::min(classes - 1, static_cast<int>(which * classes));
  d.digit = o.classes.empty() ? choice : o.classes[static_cast<std::size_t>(choice)];
  d.style = o.style < 0 ? pick_style(d.digit, style) : std::min(o.style, stroke_styles(d.digit) - 1);
  d.slant = within(o.slant), d.rotation = within(o.rotation), d.thickness = within(o.thickness);
  d.size = within(o.size), d.aspect = within(o.aspect), d.x = within(o.x), d.y = within(o.y);
  d.wobble = within(o.wobble);
  return d;
}

void write_factors(const StrokeDigit& d, Real* row) {
  const double columns[kStrokeFactors] = {d.slant,  d.rotation, d.thickness, d.size,
                                          d.aspect, d.x,        d.y,         d.wobble};
  for (int f = 0; f < kStrokeFactors; ++f) row[f] = static_cast<Real>(columns[f]);
}

void check_options(const StrokeOptions& o) {
  require(o.side >= 8, "stroke_digits", "side is {} but must be at least 8 pixels", o.side);
  for (int digit : o.classes) {
    require(digit >= 0 && digit <= 9, "stroke_digits", "classes has {} but holds digits 0 to 9", digit);
  }
  const FactorRange ranges[] = {o.slant, o.rotation, o.thickness, o.size, o.aspect, o.x, o.y, o.wobble};
  for (int f = 0; f < kStrokeFactors; ++f) {
    require(ranges[f].low <= ranges[f].high, "stroke_digits", "{} is from {} to {}; low must not be above high",
            kStrokeFactorNames[static_cast<std::size_t>(f)], ranges[f].low, ranges[f].high);
  }
  for (StrokeFactor f : {StrokeFactor::kThickness, StrokeFactor::kSize, StrokeFactor::kAspect}) {
    const auto at = static_cast<std::size_t>(f);
    require(ranges[at].low > 0, "stroke_digits", "{} is {} but must be positive", kStrokeFactorNames[at],
            ranges[at].low);
  }
  require(std::max(-o.slant.low, o.slant.high) <= 80, "stroke_digits",
          "slant is from {} to {} degrees but must stay within -80 to 80", o.slant.low, o.slant.high);
}

}  // namespace

StrokeOptions StrokeOptions::fixed() {
  return {.style = 0,
          .slant = {8, 8},
          .rotation = {0, 0},
          .thickness = {2.4, 2.4},
          .size = {1, 1},
          .aspect = {1, 1},
          .x = {0, 0},
          .y = {0, 0},
          .wobble = {0, 0}};
}

StrokeOptions StrokeOptions::free_only(const std::vector<std::string>& names) {
  static constexpr std::array<FactorRange StrokeOptions::*, kStrokeFactors> kByColumn = {
      &StrokeOptions::slant,  &StrokeOptions::rotation, &StrokeOptions::thickness, &StrokeOptions::size,
      &StrokeOptions::aspect, &StrokeOptions::x,        &StrokeOptions::y,         &StrokeOptions::wobble};
  StrokeOptions options = fixed();
  for (const std::string& name : names) {
    const auto found = std::find(kStrokeFactorNames.begin(), kStrokeFactorNames.end(), name);
    if (name == "style") {
      options.style = -1;
    } else if (found != kStrokeFactorNames.end()) {
      const auto factor = kByColumn[static_cast<std::size_t>(found - kStrokeFactorNames.begin())];
      options.*factor = StrokeOptions().*factor;
    } else {
      throw UsageError("strokes", fmt::format("'{}' is no factor of stroke digits; there are {} and style", name,
                                              fmt::join(kStrokeFactorNames, ", ")));
    }
  }
  return options;
}

StrokeOptions StrokeOptions::free_factors(int m) {
  struct Free {
    FactorRange StrokeOptions::* factor;
    FactorRange range;
  };
  static constexpr Free kInOrder[] = {
      {&StrokeOptions::slant, {-20, 35}},   {&StrokeOptions::rotation, {-25, 25}},
      {&StrokeOptions::thickness, {1.8, 4}}, {&StrokeOptions::size, {0.7, 1}},
      {&StrokeOptions::aspect, {0.7, 1.3}}, {&StrokeOptions::x, {-2, 2}},
      {&StrokeOptions::y, {-2, 2}},
  };
  constexpr int kMost = std::size(kInOrder);
  require(m >= 0 && m <= kMost, "StrokeOptions::free_factors", "m is {} but there are 0 to {} factors to free", m,
          kMost);
  StrokeOptions options = fixed();
  for (int i = 0; i < m; ++i) options.*kInOrder[i].factor = kInOrder[i].range;
  return options;
}

StrokeDigits stroke_digits(Index n, const Rng& rng, const StrokeOptions& options) {
  require(n >= 0, "stroke_digits", "n is {} but must not be negative", n);
  check_options(options);
  const Index side = options.side;
  StrokeDigits out{.images = Tensor({n, 1, side, side}),
                   .labels = Indices(Shape{n}),
                   .styles = Indices(Shape{n}),
                   .factors = Tensor({n, kStrokeFactors})};
  Real *images = out.images.data(), *factors = out.factors.data();
  parallel_for(n, 16, [&, images, factors](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Rng own = rng.fork(static_cast<std::uint64_t>(i)), hand = own.fork("hand");
      const StrokeDigit digit = pick(options, own);
      draw(digit, side, hand, images + i * side * side);
      write_factors(digit, factors + i * kStrokeFactors);
      out.labels[i] = digit.digit, out.styles[i] = digit.style;
    }
  });
  return out;
}

Tensor draw_stroke_digit(const StrokeDigit& digit, Index side) {
  const int styles = stroke_styles(digit.digit);
  require(digit.style >= 0 && digit.style < styles, "draw_stroke_digit",
          "style is {} but digit {} has styles 0 to {}", digit.style, digit.digit, styles - 1);
  Tensor image({1, side, side});
  Rng hand(digit.hand);
  draw(digit, side, hand, image.data());
  return image;
}

int stroke_styles(int digit) { return static_cast<int>(glyphs(digit).size()); }

}  // namespace gradfold
