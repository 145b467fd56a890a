#pragma once
#include <string>
#include <utility>
#include <vector>

#include "autograd/var.h"

// The graph below a result as a picture: one box an op with its name and the shape it makes, arrows from
// inputs to results, a colour for each module that was running (its path is in the legend), leaves round.
// A leaf stands under its name where `names` has it (a module's named_parameters()), else as "leaf".
// Draw before backward(), which releases the graph.
namespace gradfold {

using LeafNames = std::vector<std::pair<std::string, Var>>;

std::string graph_dot(const Var& y, const LeafNames& names = {});  // for Graphviz; modules are clusters
std::string graph_svg(const Var& y, const LeafNames& names = {});  // needs nothing but a browser

}  // namespace gradfold
