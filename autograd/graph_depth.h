#pragma once
#include "autograd/var.h"

namespace gradfold {

// Ops on the longest chain that leads to y, in which each needs the result of the one before: however many processors
// there are, these must wait for one another. A leaf or a constant has 0. Count before backward(), which releases the
// graph.
Index graph_depth(const Var& y);

}  // namespace gradfold
