#include "data/golfer.h"

#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

#include "data/pen.h"
#include "tensor/check.h"
#include "tensor/parallel.h"

namespace gradfold {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

// Metres from the ground between the feet: x to the target (right in the picture), y up, z towards the ball.
struct Point3 {
  double x, y, z;
};
Point3 operator+(Point3 a, Point3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Point3 operator*(double s, Point3 a) { return {s * a.x, s * a.y, s * a.z}; }
Point3 between(Point3 a, Point3 b) { return 0.5 * (a + b); }

// A limb: the points along it, and its half width in metres.
struct Limb {
  std::vector<Point3> joints;
  double radius;
};

constexpr double kArm = 0.62, kClub = 0.95;                // lengths
constexpr double kLean = 30 * kDegree;                     // of the spine, and of the swing's plane
constexpr double kBody = 0.09, kThin = 0.06, kShaft = 0.042;  // half widths

std::vector<Limb> skeleton(double swing) {
  const double angle = swing * kDegree, turn = 0.6 * angle, hip_turn = 0.3 * angle;
  const Point3 hips{0.08 * std::sin(angle / 1.5), 0.92, -0.08};  // weight goes over to the front foot
  const Point3 up{0, std::cos(kLean), std::sin(kLean)};          // along the spine
  const Point3 shoulders = hips + 0.52 * up, head = shoulders + 0.27 * up;
  // A line across the body, turned about the spine.
  const auto across = [&](double half, double by) {
    return half * Point3{std::cos(by), std::sin(by) * std::sin(kLean), -std::sin(by) * std::cos(kLean)};
  };
  const Point3 half_shoulders = across(0.2, turn), half_hips = across(0.13, hip_turn);
  // In the swing's plane: from the shoulders' middle, `by` from straight down to the ball.
  const auto in_plane = [&](double length, double by) {
    const Point3 down{0, -std::cos(kLean), std::sin(kLean)};
    return length * (std::sin(by) * Point3{1, 0, 0} + std::cos(by) * down);
  };
  const double club = angle * 5 / 3;
  const Point3 hands = shoulders + in_plane(kArm, angle), end = hands + in_plane(kClub, club);
  const Point3 toe = end + in_plane(0.14, club + 80 * kDegree);

  std::vector<Limb> limbs;
  for (double side : {-1.0, 1.0}) {
    const Point3 foot{0.27 * side, 0, 0}, hip = hips + side * half_hips;
    const Point3 knee = between(foot, hip) + Point3{0.03 * side, 0, 0.12};
    limbs.push_back({{hip, knee, foot, foot + Point3{0.04 * side, 0, 0.16}}, kThin});
    limbs.push_back({{shoulders + side * half_shoulders, hands}, kThin});
  }
  limbs.push_back({{hips, shoulders}, kBody});
  limbs.push_back({{hips + -1.0 * half_hips, hips + half_hips}, kThin});
  limbs.push_back({{shoulders + -1.0 * half_shoulders, shoulders + half_shoulders}, kThin});
  limbs.push_back({{head, head}, 0.13});
  limbs.push_back({{hands, end}, kShaft});
  limbs.push_back({{end, toe}, 1.3 * kShaft});
  return limbs;
}

// Seen from far away, a little from above.
struct Camera {
  double cosine, sine, scale, side;
  Camera(double degrees, Index pixels)
      : cosine(std::cos(degrees * kDegree)), sine(std::sin(degrees * kDegree)),
        scale(static_cast<double>(pixels) / 3.4), side(static_cast<double>(pixels)) {}
  PenPoint operator()(Point3 p, double radius) const {
    constexpr double kAbove = 0.2;  // tangent of the angle from above
    const double right = cosine * p.x - sine * p.z, nearer = sine * p.x + cosine * p.z;
    return {side / 2 + scale * right, side * 0.8 - scale * (p.y - kAbove * nearer), scale * radius};
  }
};

void draw(const GolferPose& pose, Index side, Real* ink) {
  const Camera camera(pose.camera, side);
  std::vector<PenPath> paths;
  for (const Limb& limb : skeleton(pose.swing)) {
    PenPath path;
    for (const Point3& joint : limb.joints) path.push_back(camera(joint, limb.radius));
    paths.push_back(std::move(path));
  }
  draw_pen(paths, /*softness=*/1, side, ink);
}

void check_angle(std::string_view who, std::string_view name, double degrees) {
  require(std::abs(degrees) <= 180, who, "{} is {} degrees but must be within -180 to 180", name, degrees);
}
void check_side(std::string_view who, Index side) {
  require(side >= 16, who, "side is {} but must be at least 16 pixels", side);
}
void check_range(std::string_view name, FactorRange range) {
  check_angle("golfers", name, range.low);
  check_angle("golfers", name, range.high);
  require(range.low <= range.high, "golfers", "{} is from {} to {}; low must not be above high", name, range.low,
          range.high);
}

}  // namespace

Tensor draw_golfer(const GolferPose& pose, Index side) {
  check_side("draw_golfer", side);
  check_angle("draw_golfer", "swing", pose.swing);
  check_angle("draw_golfer", "camera", pose.camera);
  Tensor image({1, side, side});
  draw(pose, side, image.data());
  return image;
}

Golfers golfers(Index n, const Rng& rng, const GolferOptions& options) {
  require(n >= 0, "golfers", "n is {} but must not be negative", n);
  check_side("golfers", options.side);
  check_range("swing", options.swing);
  check_range("camera", options.camera);
  const Index side = options.side;
  Golfers out{Tensor({n, 1, side, side}), Tensor({n, 2})};
  Real *images = out.images.data(), *factors = out.factors.data();
  parallel_for(n, 16, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Rng own = rng.fork(static_cast<std::uint64_t>(i));
      const auto within = [&own](FactorRange r) { return r.low + (r.high - r.low) * own.uniform(); };
      GolferPose pose;
      pose.swing = within(options.swing), pose.camera = within(options.camera);
      draw(pose, side, images + i * side * side);
      factors[2 * i] = static_cast<Real>(pose.swing), factors[2 * i + 1] = static_cast<Real>(pose.camera);
    }
  });
  return out;
}

}  // namespace gradfold
