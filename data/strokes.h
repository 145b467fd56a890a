#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/indices.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// Stroke digits: handwritten-looking digits drawn by a pen along skeletons of our own design
// (data/glyphs.h), with every factor that made them known. Real data never tells its factors; here a
// lesson can free one, fix the others, and measure what a latent found.
namespace gradfold {

// The factors besides class and style: the columns of StrokeDigits::factors. Lengths are in pixels of a
// 28 x 28 image whatever size is drawn; angles in degrees.
enum class StrokeFactor {
  kSlant,      // lean of the verticals, positive to the right
  kRotation,   // turn of the whole digit, positive clockwise
  kThickness,  // width of the pen
  kSize,       // longer side of the ink's box; 1 is MNIST's 20 of 28 pixels
  kAspect,     // width over height, relative to the skeleton's own
  kX, kY,      // centre of mass, right and down from the middle of the image
  kWobble,     // unsteadiness of the hand: 0 follows the skeleton, 1 is an ordinary hand
};
inline constexpr int kStrokeFactors = 8;
inline constexpr std::array<std::string_view, kStrokeFactors> kStrokeFactorNames = {
    "slant", "rotation", "thickness", "size", "aspect", "x", "y", "wobble"};

// Drawn uniformly from [low, high]; {v, v} fixes the factor at v.
struct FactorRange {
  double low, high;
};

struct StrokeOptions {
  Index side = 28;                // image height and width in pixels
  std::vector<int> classes = {};  // digits to draw, with equal chance; empty means all ten
  int style = -1;                 // handwriting variant of every digit (0, 1, ...); -1 draws one at random

  FactorRange slant = {-15, 30};
  FactorRange rotation = {-10, 10};
  FactorRange thickness = {1.8, 3.8};
  FactorRange size = {0.9, 1.0};
  FactorRange aspect = {0.8, 1.4};
  FactorRange x = {-0.5, 0.5};
  FactorRange y = {-0.5, 0.5};
  FactorRange wobble = {0.6, 1.4};

  // All factors fixed at a plain upright digit: the start for freeing one factor at a time.
  static StrokeOptions fixed();
  // The same with the first m of slant, rotation, thickness, size, aspect, x, y free, 0 <= m <= 7: images of one class
  // lie on a surface of m dimensions. Their ranges are wide enough that each factor moves many pixels. (Wobble stays
  // 0: a hand's errors are many numbers, not one.)
  static StrokeOptions free_factors(int m);
  // The same with the named factors free, in the ranges above: "slant", ... of kStrokeFactorNames, and "style" for a
  // handwriting variant drawn at random. All ten classes. Throws a UsageError for another name.
  static StrokeOptions free_only(const std::vector<std::string>& names);
};

struct StrokeDigits {
  Tensor images;   // [N, 1, side, side], 0 paper to 1 ink
  Indices labels;  // [N] digit 0..9
  Indices styles;  // [N] handwriting variant
  Tensor factors;  // [N, kStrokeFactors], columns in the order of StrokeFactor

  Tensor factor(StrokeFactor f) const { return factors.select(1, static_cast<Index>(f)); }  // [N]
};

// n digits. Element i depends on rng's seed and i only: the first 100 of 10,000 are the 100 of 100, and
// the same call gives the same digits. Take stroke_digits(n, rng.fork("train")) and rng.fork("test").
StrokeDigits stroke_digits(Index n, const Rng& rng, const StrokeOptions& options = {});

// One digit of given factors. `hand` picks how a wobbly hand errs; without wobble it has no effect.
struct StrokeDigit {
  int digit = 0;
  int style = 0;
  double slant = 0, rotation = 0, thickness = 2.4, size = 1, aspect = 1, x = 0, y = 0, wobble = 0;
  std::uint64_t hand = 0;
};
Tensor draw_stroke_digit(const StrokeDigit& digit, Index side = 28);  // [1, side, side]

// How many handwriting variants a digit has.
int stroke_styles(int digit);

}  // namespace gradfold
