#pragma once
#include <utility>
#include <vector>

namespace gradfold {

struct Point {
  double x = 0, y = 0;
};

// Places the nodes of a directed graph in rows, every edge pointing downwards (after Sugiyama, Tagawa and Toda
// 1981): a row for each step from the sources, long edges led through empty places of the rows between, rows
// sorted to cross few edges, each node drawn towards the middle of its neighbours.
struct GraphLayout {
  std::vector<Point> centre = {};              // of each node
  std::vector<std::vector<Point>> route = {};  // of each edge, both ends included
  double width = 0, height = 0;
};
// width[i] is node i's; edges go from a lower to a higher number. Rows are `row_height` apart, nodes of a row
// have `gap` between them.
GraphLayout lay_out(const std::vector<double>& width, const std::vector<std::pair<int, int>>& edges,
                    double row_height, double gap);

}  // namespace gradfold
