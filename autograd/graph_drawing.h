#pragma once
#include <string>

#include "autograd/var.h"

// The graph below a result as a picture: one box an op with its name and the shape it makes, arrows from
// inputs to results, a colour for each module that was running (its path is in the legend), leaves round.
// Draw before backward(), which releases the graph.
namespace gradfold {

std::string graph_dot(const Var& y);  // for Graphviz; modules are clusters
std::string graph_svg(const Var& y);  // needs nothing but a browser

}  // namespace gradfold
