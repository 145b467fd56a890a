#pragma once
#include <functional>
#include <string>
#include <vector>

#include "autograd/var.h"
#include "tensor/random.h"

// Are the gradients right? Central differences against backward(), meant for the double build: float32
// differences cannot tell a wrong gradient from rounding.
namespace gradfold {

struct GradientCheckOptions {
  // Fourth-order central differences: the error is about step^4, so a step may be large against rounding.
  double step = sizeof(Real) == 8 ? 1e-3 : 3e-2;
  // |received - expected| <= rtol * max(|expected|, scale), scale being the largest entry of that input's
  // Jacobian or 1e-3, whichever is larger.
  double rtol = sizeof(Real) == 8 ? 1e-7 : 1e-2;
  std::uint64_t seed = 1;
  Index max_outputs = 64;   // with more outputs, this many rows of the Jacobian, evenly spread
  Index max_elements = 96;  // with more elements in an input, this many columns, evenly spread
};

struct GradientCheck {
  bool ok = true;
  double worst = 0;     // largest relative error seen
  std::string message;  // empty, or the first failure: name, input, element, received, expected, error, seed
};

// Checks d f / d leaf for every leaf: row by row of the Jacobian (one output at a time) and once through a
// random cotangent. f computes its result from the leaves afresh at each call, deterministically; leaves are
// contiguous and hold requires_grad Vars (a module's parameters, for instance) whose values are nudged and
// put back. `leaf_names` are used in the message where given.
GradientCheck check_gradients(const std::string& name, const std::function<Var()>& f, const std::vector<Var>& leaves,
                              GradientCheckOptions options = {}, const std::vector<std::string>& leaf_names = {});
// The same for a function of its inputs: fresh leaves are made from `inputs`.
GradientCheck check_gradients(const std::string& name, const std::function<Var(const std::vector<Var>&)>& f,
                              const std::vector<Tensor>& inputs, GradientCheckOptions options = {});

// Where an op is defined and where it is smooth.
struct Domain {
  double low = -2, high = 2;
  std::vector<double> kinks = {};  // points without a derivative; drawn numbers stay `margin` away
  double margin = 0.05;
  bool distinct = false;  // all elements of all inputs differ by at least (high - low) / (2 elements): for max
};
// Random inputs of these shapes inside the domain.
std::vector<Tensor> draw_inputs(const std::vector<Shape>& shapes, const Domain& domain, Rng& rng);

}  // namespace gradfold
