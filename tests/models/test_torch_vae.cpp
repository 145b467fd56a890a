// Small VAEs of every kind against what PyTorch computed in double from the same weights, images and noise: the parts
// of the bound, the loss, every parameter's gradient, and losses and weights after some steps of training.
#include <set>

#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"
#include "tests/models/small_vaes.h"
#include "tests/models/torch_steps.h"
#include "tensor/npy.h"

using namespace gradfold;

TEST_CASE("small VAEs agree with PyTorch: bounds, losses and gradients, and after three steps of Adam") {
  const auto stored = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/vae.npz");
  std::set<std::string> unused;
  for (const auto& [key, value] : stored) unused.insert(key);
  for (const SmallVae& small : small_vaes()) {
    CAPTURE(small.name);
    const auto take = [&](const std::string& what) {
      const std::string key = small.name + "/" + what;
      REQUIRE_MESSAGE(stored.count(key) == 1,
                      key << " is not in vae.npz; add the case to tests/fixtures/make_vae_fixtures.py and run "
                             "/usr/bin/python3 tests/fixtures/make_vae_fixtures.py (it needs python3-torch)");
      unused.erase(key);
      return stored.at(key);
    };
    Vae model(small.config);
    NamedTensors weights;
    for (const auto& [name, value] : model.state())
      weights.emplace_back(name, name == "steps" ? value : take("state." + name));
    model.load(weights);
    const Tensor x = take("x"), noise = take("noise");
    const Indices labels = some_labels(model, x.size(0));
    if (small.config.importance > 1) {
      CHECK(disagreement(model.log_weights(x, noise, labels).value(), take("log_weights")) <= 1);
    } else {
      const Vae::Elbo parts = model.elbo(x, noise, labels);
      CHECK(disagreement(parts.reconstruction.value(), take("reconstruction")) <= 1);
      CHECK(disagreement(parts.kl.value(), take("kl")) <= 1);
    }
    const Var loss = model.loss(x, noise, labels);
    CHECK(loss.item() == approx(take("loss").item(), 1e-5));
    loss.backward();
    for (const auto& [name, parameter] : model.named_parameters()) {
      CAPTURE(name);
      REQUIRE(parameter.grad().defined());
      CHECK(disagreement(parameter.grad(), take("grad." + name)) <= 1);
    }
    check_torch_steps(model, [&] { return model.loss(x, noise, labels); }, take);
  }
  CHECK_MESSAGE(unused.empty(), *unused.begin() << " is stored but no small VAE has it");
}
