#pragma once
#include "nn/module.h"

namespace gradfold {

// One module after the other; they are named "0", "1", ... as in PyTorch:
//   Sequential net;
//   net.add<Linear>(784, 128).add<ReLU>().add<Linear>(128, 10);
// Options in braces need their type's name: net.add<Conv2d>(1, 32, 3, ConvOptions{.padding = 1}).
class Sequential : public Module {
 public:
  template <class T, class... Args>
  Sequential& add(Args&&... args) {
    steps_.push_back(&child<T>(std::to_string(steps_.size()), std::forward<Args>(args)...));
    return *this;
  }

  std::size_t size() const { return steps_.size(); }
  Module& operator[](std::size_t i);

  Var forward(const Var& x) override;

 private:
  std::vector<Module*> steps_;
};

}  // namespace gradfold
