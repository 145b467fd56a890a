#pragma once
#include <complex>
#include <memory>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

// t-SNE's repulsion in two dimensions by interpolation on a grid (Linderman et al. 2019, FIt-SNE): O(N + G^2 log G)
// for a grid of G x G nodes, whatever the points.
//
//   1  a grid is laid over the map, its nodes a third apart or closer
//   2  every point hands its charges (1, x, y) to the 4 x 4 nodes around it, by cubic B-splines
//   3  what the nodes do to one another is a convolution of the grid with the kernel: a product of Fourier transforms.
//      Two real grids travel as one complex one; the kernels are even, so their transforms are real
//   4  every point reads what it feels from the nodes around it, with the same splines
//
// B-splines smooth what they hand over; their transform is divided out of the kernel's, twice, so that between nodes
// the kernel is exact (smooth particle-mesh Ewald, Essmann et al. 1995). FIt-SNE's own way, Lagrange's polynomials in
// boxes of 3 x 3 nodes, jumps where two boxes meet: 2 % off with as many nodes.
//
// Two kernels, w = 1 / (1 + d^2) for Z and w^2 for the forces. FIt-SNE takes Z from w^2 with a fourth charge x^2 + y^2;
// that is a difference of large numbers, which single precision cannot afford.
// Relative error of the forces (root mean square): under 1e-3 on maps of any width. Same bits for any number of threads.
class FftRepulsion {
 public:
  FftRepulsion();
  ~FftRepulsion();

  // y [2, N]; repulsion[c, i] = sum_j w_ij^2 (y_i - y_j)_c, w_ij = 1 / (1 + |y_i - y_j|^2);
  // returns Z = sum_{i != j} w_ij.
  double repulsion(const Tensor& y, Tensor& repulsion);

  // Nodes along one side of the grid for a map `range` wide.
  static Index grid_side(double range);

 private:
  using Complex = std::complex<Real>;
  struct Transforms;

  void place_grid(const Real* y, Index n);
  void transform_kernels();
  void spread_charges(const Real* x, const Real* y, Index n);
  void convolve(std::vector<Complex>& grid, bool both_kernels);
  double gather(const Real* x, const Real* y, Index n, Real* out) const;

  double left_ = 0, bottom_ = 0, side_ = 0;  // the square
  Index nodes_ = 0;                          // along its side
  Real node_step_ = 0;
  std::unique_ptr<Transforms> transforms_;
  std::vector<Complex> kernels_;             // [2 nodes, 2 nodes]: transform of w + i times that of w^2
  std::vector<Complex> ones_, places_;       // [nodes, nodes]: charge 1; charges x + i y. Then what they do
  std::vector<Complex> columns_;             // [2 nodes, nodes]
};

}  // namespace gradfold
