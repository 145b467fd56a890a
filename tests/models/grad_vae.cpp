// The losses of VAEs, in double: their arithmetic alone, every likelihood, and whole nets of every kind.
#include <algorithm>

#include "autograd/gradient_check.h"
#include "autograd/ops.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"
#include "tests/models/small_vaes.h"

using namespace gradfold;

namespace {

void check(const GradientCheck& result) {
  INFO(result.message);
  CHECK(result.ok);
}

}  // namespace

TEST_CASE("the KL between two Gaussians has the right gradients") {
  Rng rng(2);
  check(check_gradients("kl", [](const std::vector<Var>& v) { return kl({v[0], v[1]}, {v[2], v[3]}); },
                        draw_inputs({{3, 2}, {3, 2}, {3, 2}, {3, 2}}, {}, rng)));
}

TEST_CASE("draws, both KLs and the importance-weighted bound have the right gradients") {
  Rng rng(1);
  const Tensor noise = rng.normal({3, 2});
  const std::vector<Tensor> inputs = draw_inputs({{3, 2}, {3, 2}}, {}, rng);
  check(check_gradients("reparameterize",
                        [&](const std::vector<Var>& v) { return reparameterize({v[0], v[1]}, noise); }, inputs));
  for (const KlEstimate how : {KlEstimate::kAnalytic, KlEstimate::kSampled}) {
    check(check_gradients("kl_to_prior",
                          [&](const std::vector<Var>& v) { return kl_to_prior({v[0], v[1]}, noise, how); }, inputs));
  }
  check(check_gradients("iwae_bound", [](const std::vector<Var>& v) { return iwae_bound(v[0]); },
                        draw_inputs({{3, 5}}, {}, rng)));
  check(check_gradients("capacity", [](const std::vector<Var>& v) {
    return KlWeight{.gamma = 7, .capacity = 3}(v[0]);
  }, {Tensor::from({1, 2, 4, 9})}));
}

TEST_CASE("the loss of a small VAE has the right gradient for every parameter") {
  for (const SmallVae& small : small_vaes()) {
    CAPTURE(small.name);
    Rng rng(5);
    Vae model(small.config, rng);
    const Tensor x = random_levels({3, small.config.channels, small.config.height, small.config.width},
                                   small.config.levels, rng);
    const Indices labels = some_labels(model, 3);
    const Tensor noise = rng.normal(noise_shape(small.config, 3));
    std::vector<Var> leaves;
    std::vector<std::string> names;
    for (auto [name, parameter] : model.named_parameters()) {
      add_(parameter.mutable_value(), rng.normal(parameter.shape()), Real(0.1));
      leaves.push_back(parameter);
      names.push_back(name);
    }
    check(check_gradients(small.name, [&] { return model.loss(x, noise, labels); }, leaves,
                          {.step = 3e-5, .rtol = 1e-6, .max_elements = 48}, names));
  }
}
