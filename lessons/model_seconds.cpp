#include "lessons/model_seconds.h"

#include <algorithm>

#include "lessons/comparison.h"
#include "nn/optim/adam.h"

namespace gradfold {

Turns time_in_turns(const std::vector<AutoregressiveModel*>& models, const Tensor& images,
                    const std::vector<std::function<void()>>& others, int rounds, Rng& rng) {
  check_shape("time_in_turns", "images", images.shape(), {"N", "C", "H", "W"});
  const Tensor image = images.slice(0, 0, 1);
  const Index height = images.size(2), width = images.size(3), few = std::min<Index>(8, width);
  Tensor known = Tensor::ones({height, width});
  known.slice(0, height / 2, height / 2 + 1).slice(1, 0, few).fill(0);
  std::vector<std::function<void()>> work;
  for (AutoregressiveModel* model : models) {
    work.push_back([&, model] {
      Adam optimizer(model->parameters());
      optimizer.set_lr(0);  // all the work of a step, to no effect
      const Var loss = model->nll(images);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    });
    work.push_back([&, model] {
      model->sample(image.shape(), rng, {.sampler = Sampler::kNaive, .image = image, .known = known});
    });
    work.push_back([&, model] { model->sample(image.shape(), rng); });
  }
  work.insert(work.end(), others.begin(), others.end());
  const std::vector<double> took = median_seconds(rounds, work);
  Turns out;
  for (std::size_t i = 0; i < models.size(); ++i)
    out.models.push_back({.step = took[3 * i],
                          .naive = took[3 * i + 1] * static_cast<double>(height * width) / static_cast<double>(few),
                          .cached = took[3 * i + 2]});
  out.others.assign(took.end() - static_cast<std::ptrdiff_t>(others.size()), took.end());
  return out;
}

}  // namespace gradfold
