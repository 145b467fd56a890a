#pragma once
#include <vector>

#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// The assignment problem: a column for each row of cost [N, M], N <= M, no column twice, at the least total cost
// (Kuhn 1955, "The Hungarian method"; with potentials, O(N^2 M)). out[row] is its column.
std::vector<Index> cheapest_assignment(const Tensor& cost);

// Codes against classes, neither of which knows the other's names.
struct CodePurity {
  std::vector<Index> label_of;  // [codes] the class that each code stands for; -1: none was left for it
  double error;                 // share of samples whose code stands for another class, one code to a class
  double majority_error;        // the same, with each code standing for its commonest class, whichever others do
};
// code [N] of 0 .. codes - 1 and label [N] of 0 .. classes - 1 of the same samples.
CodePurity code_purity(const Indices& code, const Indices& label, Index codes, Index classes);

}  // namespace gradfold
