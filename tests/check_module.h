#pragma once
#include <functional>
#include <string>

#include "nn/module.h"

namespace gradfold {

// The net under registration: runs `forward` and a backward from its result, and returns what is wrong, or "".
// Wrong is a leaf of the graph that collects a gradient and is not among the module's parameters (somebody
// made a Var instead of declaring it), or a parameter that got no gradient (it is declared and not used).
std::string check_module(Module& module, const std::function<Var()>& forward);
std::string check_module(Module& module, const Tensor& x);

}  // namespace gradfold
