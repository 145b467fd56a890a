#pragma once
#include <memory>
#include <string>

// Switches that hold for the current thread while the guard object lives.
namespace gradfold {

// Nothing is recorded: evaluation and sampling need no graph.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;

 private:
  bool before_;
};
bool grad_enabled();

// Within NoGrad, recorded again: for what needs gradients of its own, whoever calls it.
class EnableGrad {
 public:
  EnableGrad();
  ~EnableGrad();
  EnableGrad(const EnableGrad&) = delete;

 private:
  bool before_;
};

// Anomaly mode: the first op whose result, or gradient, holds a NaN or an infinity throws an Error that
// names the op, the module path, the element, and the shapes and value ranges of what went in. Slower.
class Anomaly {
 public:
  Anomaly();
  ~Anomaly();
  Anomaly(const Anomaly&) = delete;

 private:
  bool before_;
};
bool anomaly_enabled();

// The module that is running: Module::operator() opens one, record() notes it.
struct Scope {
  std::shared_ptr<const Scope> parent;
  std::string name;
  std::string path() const;  // "model.blocks.0.conv"
};
class ScopeGuard {
 public:
  explicit ScopeGuard(std::string name);
  ~ScopeGuard();
  ScopeGuard(const ScopeGuard&) = delete;

 private:
  std::shared_ptr<const Scope> before_;
};
const std::shared_ptr<const Scope>& current_scope();

}  // namespace gradfold
