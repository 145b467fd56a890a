#include "nn/lstm_plane.h"

#include "autograd/ops/shape.h"

namespace gradfold {

Var to_pixels(const Var& maps) {
  return permute(reshape(maps, {maps.size(0), maps.size(1), maps.size(2) * maps.size(3)}), {0, 2, 1});
}

Var to_maps(const Var& pixels, Index height, Index width) {
  return reshape(permute(pixels, {0, 2, 1}), {pixels.size(0), pixels.size(2), height, width});
}

Var fill_plane(const Var& state, const Shape& shape) { return expand(reshape(state, {1, state.size(0), 1, 1}), shape); }

}  // namespace gradfold
