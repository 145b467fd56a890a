#include "lessons/copy_task.h"

#include "models/pixel_cnn.h"
#include "models/pixel_rnn.h"
#include "nn/optim/adam.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor copied_dots(Index apart) {
  require(apart >= 2, "copied_dots", "the rows are {} apart but must be 2 or more", apart);
  Tensor x = Tensor::zeros({2, 1, apart + 1, 3});
  x.slice(2, apart - 1, apart).fill(1);
  for (const Index row : {Index{0}, apart}) x.set({0, 0, row, 0}, 1), x.set({1, 0, row, 2}, 1);
  return x;
}

double nats_of_copy(AutoregressiveModel& model, const Tensor& dots) {
  return -mean(model.log_conditionals(dots).select(3, 0).select(2, dots.size(2) - 1)).item();
}

double learn_to_copy(Index blocks, Index apart, Rng& rng) {
  const Tensor dots = copied_dots(apart);
  double least = 1e9;
  for (int run = 0; run < 3 && least > 0.01; ++run) {
    PixelCnn cnn({.maps = 16, .blocks = blocks}, rng);
    PixelRnn rnn(PixelRnnKind::kRowLstm, {.hidden = 16, .layers = 1}, rng);
    AutoregressiveModel& net = blocks > 0 ? static_cast<AutoregressiveModel&>(cnn) : rnn;
    Adam optimizer(net.parameters(), {.lr = 5e-3});
    for (int i = 0; i < 300; ++i) {
      const Var loss = net.nll(dots);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
    least = std::min(least, nats_of_copy(net, dots));
  }
  return least;
}

}  // namespace gradfold
