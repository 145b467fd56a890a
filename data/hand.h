#pragma once
#include <array>
#include <vector>

#include "data/glyphs.h"
#include "tensor/random.h"

namespace gradfold {

// How one hand errs at one digit. The skeleton is bent as a whole by a few slow waves, its middle moves up
// or down, each stroke lands a little off, each point a little more, and the ends come early or late.
// Everything grows with `wobble`; at 0 the skeleton stays as it is. Numbers are drawn from rng in a fixed
// order: bend and pressure stroke by stroke.
class Hand {
 public:
  Hand(double wobble, Rng& rng);

  GlyphStroke bend(const GlyphStroke& stroke);
  // Pressure along a stroke of so many points, as a factor of the pen's half width: a slow wave, lighter
  // where the pen sets down and lifts.
  std::vector<double> pressure(std::size_t points);

 private:
  struct Wave {
    double across, down, phase, dx, dy;  // waves a height across and down, shift at the crest
  };

  GlyphPoint warp(GlyphPoint p) const;
  GlyphPoint jitter(double amplitude);
  void overshoot(GlyphPoint& end, GlyphPoint before);
  double lift();

  double wobble_;
  Rng& rng_;
  double proportion_;  // exponent of the height: above 1 the middle moves up
  std::array<Wave, 4> waves_;
};

}  // namespace gradfold
