#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/record.h"
#include "nn/init.h"

namespace gradfold {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// Something with parameters. A module declares by registering, so that nothing can be forgotten:
//   struct Mlp : Module {
//     Linear& hidden = child<Linear>("hidden", 784, 128);
//     Linear& out = child<Linear>("out", 128, 10);
//     Var forward(const Var& x) override { return out(relu(hidden(x))); }
//   };
//   Mlp mlp;
//   mlp.reset_parameters(rng);   // declared above, drawn here, in the order of declaration
class Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  // What operator() runs. A module with another signature leaves this and offers its own.
  virtual Var forward(const Var& x);
  // forward, inside this module's scope: an Error on the way out gains "in model.hidden".
  Var operator()(const Var& x);

  // Gives every parameter and buffer its first value: this module's, in the order of declaration, then its
  // children's. Random ones are drawn from rng.
  void reset_parameters(Rng& rng);

  // Throws unless all parameters here and below have values, from reset_parameters or load(). A call of the module
  // looks by itself; who reads parameters without one asks.
  void check_values() const;

  // "hidden.weight" and its value, in order of declaration.
  std::vector<std::pair<std::string, Var>> named_parameters() const;
  std::vector<Var> parameters() const;
  // What is saved but not trained (running means, masks): "bn.running_mean".
  std::vector<std::pair<std::string, Tensor*>> named_buffers();
  std::vector<std::pair<std::string, Module*>> children() const;
  Index parameter_count() const;

  Module& train(bool on = true);  // dropout and batch norm behave as in training
  Module& eval() { return train(false); }
  bool training() const { return training_; }
  void zero_grad();
  // A frozen module's parameters collect no gradients.
  void freeze(bool on = true);

  // Named values of parameters and buffers, and their way back in. load throws for a missing or unknown name
  // or a wrong shape, and names it; nothing is changed then.
  NamedTensors state() const;
  void load(const NamedTensors& state);

  // A table: module, kind, parameter shapes, counts, total.
  std::string summary() const;
  // The name of the class: "Linear".
  std::string kind() const;

 protected:
  // Declares a parameter. The names of parameters, buffers and children may not hold a dot nor be taken.
  Var param(std::string name, const Shape& shape, Init init);
  Tensor& buffer(std::string name, Tensor value);
  // Declares a child made from `args`; the reference lives as long as this module. Options in braces need
  // their type's name here: child<Conv2d>("conv", 1, 32, 3, ConvOptions{.padding = 1}).
  template <class T, class... Args>
  T& child(std::string name, Args&&... args) {
    auto made = std::make_unique<T>(std::forward<Args>(args)...);
    T& reference = *made;
    adopt(std::move(name), std::move(made));
    return reference;
  }
  Module& adopt(std::string name, std::unique_ptr<Module> module);
  // Called when parameters have been drawn or loaded: the place to restore what must hold for them, such as
  // the zeros of a mask.
  virtual void on_values_set() {}
  // Runs f inside this module's scope, as operator() does: for forwards of another signature.
  template <class F>
  auto scoped(F&& f) {
    ScopeGuard guard(name_);
    try {
      check_drawn();
      return f();
    } catch (const Error& error) {
      throw error.inside(name_);
    }
  }

 private:
  void check_drawn() const;
  void check_name(const std::string& name) const;
  // Calls f(path, module) for this module and everything below it; path is "" or "hidden.".
  template <class F>
  void walk(const std::string& path, F&& f) const;
  struct Parameter {
    std::string name;
    Var value;
    Init init;
  };
  struct BufferEntry {
    std::string name;
    std::unique_ptr<Tensor> value;
    Tensor first;
  };
  struct Child {
    std::string name;
    std::unique_ptr<Module> module;
  };
  std::vector<Parameter> parameters_;
  std::vector<BufferEntry> buffers_;
  std::vector<Child> children_;
  std::string name_ = "model";
  bool training_ = true;
  bool drawn_ = true;  // false once a parameter with random initial values is declared, until it has them
};

// Every T in a module, itself included, in the order of declaration: modules<RowLstm>(model).
template <class T>
std::vector<T*> modules(Module& root) {
  std::vector<T*> found;
  if (auto* one = dynamic_cast<T*>(&root)) found.push_back(one);
  for (const auto& [name, child] : root.children())
    for (T* below : modules<T>(*child)) found.push_back(below);
  return found;
}

}  // namespace gradfold
