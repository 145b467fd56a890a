#pragma once
#include "tensor/random.h"
#include "tensor/tensor.h"

// Points on curves and surfaces whose true coordinates are known, so that a method that claims to unroll them can be
// held against the truth.
//
// Point i depends on rng's seed and i only: the first 100 of 1,000 are the 100 of 100. Every function throws an Error
// for a negative n and for options out of their range. `noise` is the standard deviation of a normal error added to
// each coordinate of the points, never to the chart.
namespace gradfold {

struct PointCloud {
  Tensor points;  // [N, D]
  Tensor chart;   // [N, d] where on the curve or surface a point lies
};

// ---- the spiral of Archimedes, r = t: its arms are 2 pi apart ----------------------------------------------------
// Length of the spiral from its centre to angle t >= 0: (t sqrt(1 + t^2) + asinh t) / 2; and back.
double spiral_arc_length(double t);
double spiral_angle(double arc_length);

struct SpiralOptions {
  double from = 3.141592653589793;  // angle t where it begins, in radians
  double turns = 2.5;
  double noise = 0;
};
// (t cos t, t sin t), uniform in arc length. points [N, 2], chart [N, 1] arc length from the centre.
PointCloud spiral(Index n, const Rng& rng, const SpiralOptions& options = {});

// ---- surfaces in space ------------------------------------------------------------------------------------------
struct SwissRollOptions {
  bool hole = false;  // leaves out the middle third of the angles at the middle third of the heights
  double noise = 0;
};
// (t cos t, h, t sin t), t = 1.5 pi (1 + 2 u), u and h uniform in [0, 1] and [0, 21]: scikit-learn's roll, a little
// denser inside (Tenenbaum, de Silva & Langford 2000; Roweis & Saul 2000). points [N, 3],
// chart [N, 2] = (arc length from the centre, h): flat, so that distances on the sheet are those of the chart.
PointCloud swiss_roll(Index n, const Rng& rng, const SwissRollOptions& options = {});

struct SCurveOptions {
  double noise = 0;
};
// (sin t, h, sign(t) (cos t - 1)), t uniform in [-1.5 pi, 1.5 pi], h in [0, 2]. points [N, 3], chart [N, 2] = (t, h):
// flat, t is arc length.
PointCloud s_curve(Index n, const Rng& rng, const SCurveOptions& options = {});

struct SeveredSphereOptions {
  double slice = 0.55;             // radians of longitude cut out, from pole to pole
  double cap = 0.39269908169872;  // radians cut off at each pole: pi / 8
  double noise = 0;
};
// The unit sphere without a slice and without its poles, uniform on the area that is left. points [N, 3],
// chart [N, 2] = (longitude, angle from the north pole). No chart of a sphere is flat: this one names places,
// its distances are not those on the sphere.
PointCloud severed_sphere(Index n, const Rng& rng, const SeveredSphereOptions& options = {});

// ---- any dimension ----------------------------------------------------------------------------------------------
struct HypercubeOptions {
  double noise = 0;
};
// [0, 1]^d turned at random into D >= d dimensions. points [N, D] = chart times an orthonormal [d, D] that depends on
// rng's seed alone, chart [N, d] uniform. Distances are those of the chart.
PointCloud hypercube(Index n, Index d, Index D, const Rng& rng, const HypercubeOptions& options = {});

}  // namespace gradfold
