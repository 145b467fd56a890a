#pragma once
#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

// t-SNE's repulsion in two dimensions through a quadtree (Barnes & Hut 1986; van der Maaten 2014): points of a far cell
// push as one, from their centre of mass. A cell is far if its side is less than theta times its distance.
//
//   1  sort the points along a space-filling curve (Morton's), so that every cell of the tree is a run of points
//   2  build the tree over the runs, parents before children
//   3  points that follow one another lie together: 16 of them walk the tree once. A cell is far if it is far from the
//      box around all 16, so no point is given a coarser sum than it would get alone
//   4  the cells and single points found push all 16, one vector of points at a time
//
// theta 0 takes every point singly. O(N log N); the same bits for any number of threads.
class BarnesHut {
 public:
  explicit BarnesHut(double theta) : theta_(theta) {}

  // y [2, N]; repulsion[c, i] = sum_j w_ij^2 (y_i - y_j)_c, w_ij = 1 / (1 + |y_i - y_j|^2);
  // returns Z = sum_{i != j} w_ij.
  double repulsion(const Tensor& y, Tensor& repulsion);

 private:
  struct Cell {
    Real x, y;          // centre of mass
    Real points;
    Real side;
    std::int32_t next;  // the cell that follows when this one's children are left out
    std::int32_t begin, end;
    bool leaf;
  };
  struct Sources;

  void sort(const Real* x, const Real* y, Index n);
  std::int32_t build(Index begin, Index end, int level);
  void find_sources(Index begin, Index end, Sources& sources) const;

  double theta_;
  double side_ = 1;                      // of the square around the map
  std::vector<std::uint64_t> keys_, spare_;  // Morton code and row of each point, sorted
  std::vector<Real> x_, y_;              // the points in that order
  std::vector<Cell> cells_;
};

}  // namespace gradfold
