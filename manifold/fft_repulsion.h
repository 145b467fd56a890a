#pragma once
#include <array>
#include <complex>
#include <memory>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

// t-SNE's repulsion in two dimensions by interpolation on a grid (Linderman et al. 2019, FIt-SNE): O(N + G^2 log G)
// for a grid of G x G nodes, whatever the points.
//
//   1  a grid is laid over the map, its nodes a third apart or closer
//   2  every point hands its charges (1, x, y) to the 6 x 6 nodes around it, by B-splines of degree 5
//   3  what the nodes do to one another is a convolution of the grid with the kernel: a product of Fourier transforms.
//      Two real grids travel as one complex one; the kernels are even, so their transforms are real
//   4  every point reads what it feels from the nodes around it, with the same splines
//
// B-splines smooth what they hand over and what they read; their transform is divided out of the kernel's, twice, so
// that from node to node the kernel is exact (smooth particle-mesh Ewald, Essmann et al. 1995). FIt-SNE's own way,
// Lagrange's polynomials in boxes of 3 x 3 nodes, jumps where two boxes meet.
//
// Two kernels, w = 1 / (1 + d^2) for Z and w^2 for the forces. FIt-SNE takes Z from w^2 with a fourth charge x^2 + y^2;
// that is a difference of large numbers, which single precision cannot afford.
//
// Relative error of the forces (root mean square): under 1e-3 on maps as t-SNE draws them (6e-4 for 10,000 digits,
// where the tree with theta 0.5 has 5e-3). Where points are tens of units apart, there is next to no force, and single
// precision has more error than that. Same bits for any number of threads.
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

  static constexpr Index kSpan = 6;  // nodes that a B-spline of degree 5 reaches
  struct Place;

  void place_grid(const Real* y, Index n);
  void transform_kernels();
  void find_near_kernel();
  Place place(Real v, double from) const;
  double of_itself(const Place& x, const Place& y) const;
  void spread_charges(const Real* x, const Real* y, Index n);
  void convolve(std::vector<Complex>& grid, bool both_kernels);
  double gather(const Real* x, const Real* y, Index n, Real* out) const;

  double left_ = 0, bottom_ = 0, side_ = 0;  // the square
  Index nodes_ = 0;                          // along its side
  Real node_step_ = 0;
  std::unique_ptr<Transforms> transforms_;
  std::array<double, kSpan * kSpan> near_{}; // w as the grid has it, between nodes dy and dx apart
  std::vector<Complex> kernels_;             // [2 nodes, 2 nodes]: transform of w + i times that of w^2
  std::vector<Complex> ones_, places_;       // [nodes, nodes]: charge 1; charges x + i y. Then what they do
  std::vector<Complex> columns_;             // [2 nodes, nodes]
};

}  // namespace gradfold
