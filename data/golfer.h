#pragma once
#include "data/strokes.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// A golfer: a stick figure in space that swings a club, seen by a camera that may walk around it. Every image follows
// from two numbers, so that the images lie on a surface of two dimensions (of one, with a fixed camera) among the
// side * side pixels.
namespace gradfold {

struct GolferPose {
  // Degrees of the arms from where they hang at the ball, positive after the hit: -135 is the top of the backswing,
  // 0 the hit, 135 the end of the follow-through. The wrists turn the club 2/3 further than the arms, shoulders and
  // hips follow.
  double swing = 0;
  double camera = 0;  // degrees the camera has walked around the golfer; 0 looks at the chest, positive to the target
};

// The pose's ink, [1, side, side], 0 paper to 1 ink, with soft edges: a smooth function of the two angles.
// Throws an Error unless side is at least 16 and both angles are within -180 to 180.
Tensor draw_golfer(const GolferPose& pose, Index side = 48);

struct GolferOptions {
  Index side = 48;                   // image height and width in pixels
  FactorRange swing = {-135, 135};   // drawn uniformly; {v, v} fixes it
  FactorRange camera = {0, 0};
};

struct Golfers {
  Tensor images;   // [N, 1, side, side]
  Tensor factors;  // [N, 2] swing and camera in degrees
};

// n golfers. Image i depends on rng's seed and i only.
Golfers golfers(Index n, const Rng& rng, const GolferOptions& options = {});

}  // namespace gradfold
