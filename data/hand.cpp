#include "data/hand.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gradfold {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kLiftLength = 0.08;  // of a stroke, over which the pressure comes and goes

// Standard deviations at wobble 1, in heights of the digit. Larger ones give digits that people misread.
constexpr double kProportion = 0.13, kWaveX = 0.046, kWaveY = 0.040, kLanding = 0.026, kJitter = 0.014;
constexpr double kOvershoot = 0.3, kPressureWave = 0.10, kLift = 0.3;  // relative

}  // namespace

Hand::Hand(double wobble, Rng& rng) : wobble_(wobble), rng_(rng) {
  proportion_ = std::exp(wobble * kProportion * rng.normal());
  for (Wave& wave : waves_) {
    wave = {.across = rng.uniform() * 2 - 1,
            .down = rng.uniform() * 2 - 1,
            .phase = kTurn * rng.uniform(),
            .dx = kWaveX * wobble * rng.normal(),
            .dy = kWaveY * wobble * rng.normal()};
  }
}

GlyphStroke Hand::bend(const GlyphStroke& stroke) {
  GlyphStroke bent;
  const GlyphPoint landing = jitter(kLanding);
  for (std::size_t i = 0; i < stroke.size(); ++i) {
    const bool corner = i > 0 && stroke[i] == stroke[i - 1];
    bent.push_back(corner ? bent.back() : warp(stroke[i]) + landing + jitter(kJitter));
  }
  const std::size_t last = bent.size() - 1;
  overshoot(bent[0], bent[1]);
  overshoot(bent[last], bent[last - 1]);
  return bent;
}

std::vector<double> Hand::pressure(std::size_t points) {
  const double phase = kTurn * rng_.uniform(), cycles = 0.5 + 1.5 * rng_.uniform();
  const double wave = kPressureWave * wobble_ * rng_.normal(), first = lift(), last = lift();
  std::vector<double> factor(points);
  for (std::size_t i = 0; i < points; ++i) {
    const double t = points > 1 ? static_cast<double>(i) / static_cast<double>(points - 1) : 0;
    const double ends = first * std::exp(-t / kLiftLength) + last * std::exp((t - 1) / kLiftLength);
    factor[i] = std::clamp(1 + wave * std::sin(kTurn * cycles * t + phase) - ends, 0.5, 1.5);
  }
  return factor;
}

GlyphPoint Hand::warp(GlyphPoint p) const {
  GlyphPoint q = {p.x, p.y > 0 ? std::pow(p.y, proportion_) : p.y};
  for (const Wave& wave : waves_) {
    const double s = std::sin(kTurn * (wave.across * p.x + wave.down * p.y) + wave.phase);
    q = q + s * GlyphPoint{wave.dx, wave.dy};
  }
  return q;
}

GlyphPoint Hand::jitter(double amplitude) {
  const double x = rng_.normal(), y = rng_.normal();
  return wobble_ * amplitude * GlyphPoint{x, y};
}

// The pen sets down and lifts too early or too late.
void Hand::overshoot(GlyphPoint& end, GlyphPoint before) {
  end = end + std::clamp(kOvershoot * wobble_ * rng_.normal(), -0.25, 0.6) * (end - before);
}

double Hand::lift() { return std::min(0.4, kLift * wobble_ * rng_.uniform()); }

}  // namespace gradfold
