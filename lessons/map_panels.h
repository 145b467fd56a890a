#pragma once
#include <string>
#include <vector>

#include "tensor/indices.h"
#include "viz/image.h"

// Maps as small pictures, many beside one another: map_grid(), or draw_map() of each for grid() with .zoom = 1.
// And what can be said of a map of a sheet that is known.
namespace gradfold {

// The first two coordinates of y [N, 2 or more] as dots on white, [3, side, side]; of one coordinate [N, 1], against
// the row's number. One unit is as long on both axes; the outermost hundredth of the points may be cut off.
Tensor draw_map(const Tensor& y, const std::vector<Color>& colors, Index side = 170);

// A colour for each point: its value [N] on a scale from dark blue to orange, or its class.
std::vector<Color> value_colors(const Tensor& values);
std::vector<Color> class_colors(const Indices& labels);

// Points as one method draws them.
struct DrawnMap {
  std::string method;
  Tensor y, fresh;  // [N, 2] of the points it was fitted to; [M, 2] of new ones, undefined where there is no rule
  double seconds;   // that it took
};
// A row of maps of the same points, and a colour for each point.
struct MapRow {
  std::string title;
  std::vector<DrawnMap> maps;
  std::vector<Color> colors;
};
// The rows below one another, as many maps in each; above, the methods of the first.
Image map_grid(const std::vector<MapRow>& rows);

// How much a map y [N, K] blurs a sheet whose distances [N, N] are known: the mean distance on the sheet to the ten
// nearest on the map, over that to the ten nearest on the sheet. 1: the same neighbours; large: points that have
// nothing to do with each other are drawn on one place.
double sheet_blur(const Tensor& y, const Tensor& sheet);
// The same of new points fresh [M, K], placed among those y [N, K] that the map was made of: sheet [M, N] are their
// distances to those.
double sheet_blur(const Tensor& fresh, const Tensor& y, const Tensor& sheet);

// The fewest of 10, 15, 20, ... neighbours with which the graph of x [N, D] is in one part.
Index connecting_neighbors(const Tensor& x);

}  // namespace gradfold
