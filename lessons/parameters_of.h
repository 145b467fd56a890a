#pragma once
#include <string_view>
#include <vector>

#include "nn/module.h"

namespace gradfold {

// The parameters of one part of a net, whose names begin with it: "encoder", "blocks.3". All, if `part` is empty.
std::vector<Var> parameters_of(const Module& net, std::string_view part);

}  // namespace gradfold
