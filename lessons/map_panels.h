#pragma once
#include <vector>

#include "tensor/indices.h"
#include "viz/image.h"

// Maps as small pictures, many beside one another: stack draw_map() of each and hand them to grid() with .zoom = 1.
namespace gradfold {

// The first two coordinates of y [N, 2 or more] as dots on white, [3, side, side]; of one coordinate [N, 1], against
// the row's number. One unit is as long on both axes; the outermost hundredth of the points may be cut off.
Tensor draw_map(const Tensor& y, const std::vector<Color>& colors, Index side = 170);

// A colour for each point: its value [N] on a scale from dark blue to orange, or its class.
std::vector<Color> value_colors(const Tensor& values);
std::vector<Color> class_colors(const Indices& labels);

}  // namespace gradfold
