// Whole small nets of every kind against what PyTorch computed in double from the same weights and images:
// logits, loss and every parameter's gradient.
#include <set>

#include "models/registry.h"
#include "tensor/elementwise.h"
#include "tensor/npy.h"
#include "tensor/reduce.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"
#include "tests/models/small_infogan.h"
#include "tests/models/small_latent_nets.h"
#include "tests/models/small_nets.h"

using namespace gradfold;

TEST_CASE("whole nets agree with PyTorch, logits, loss and gradients") {
  const auto stored = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/models.npz");
  std::set<std::string> unused;
  for (const auto& [key, value] : stored) unused.insert(key);
  for (const SmallNet& net : small_nets()) {
    CAPTURE(net.name);
    const auto take = [&](const std::string& what) {
      const std::string key = net.name + "/" + what;
      REQUIRE_MESSAGE(stored.count(key) == 1,
                      key << " is not in models.npz; add the case to tests/fixtures/make_model_fixtures.py and run "
                             "/usr/bin/python3 tests/fixtures/make_model_fixtures.py (it needs python3-torch)");
      unused.erase(key);
      return stored.at(key);
    };
    const auto model = net.make();
    NamedTensors weights;
    for (const auto& [name, value] : model->state()) weights.emplace_back(name, take("state." + name));
    model->load(weights);
    const Tensor x = take("x");
    const Indices labels = some_labels(*model, x.size(0));
    CHECK(disagreement(model->logits(x, labels).value(), take("logits")) <= 1);
    const Var loss = model->nll(x, labels);
    CHECK(loss.item() == approx(take("nll").item(), 1e-5));
    loss.backward();
    for (const auto& [name, parameter] : model->named_parameters()) {
      CAPTURE(name);
      const Tensor expected = take("grad." + name);
      if (parameter.grad().defined()) CHECK(disagreement(parameter.grad(), expected) <= 1);
      else CHECK(max(abs(expected)).item() == 0);  // nothing in the net sees it
    }
  }
  CHECK_MESSAGE(unused.empty(), *unused.begin() << " is stored but no small net has it");
}

TEST_CASE("every kind of model that the registry knows is among the small nets") {
  std::set<std::string> kinds;
  for (const SmallNet& net : small_nets()) kinds.insert(net.make()->name());
  for (const SmallLatentNet& net : small_latent_nets()) kinds.insert(net.make()->name());
  kinds.insert(InfoGan(small_infogan()).name());  // tests/models/test_infogan.cpp
  for (const std::string& name : image_model_names()) CHECK_MESSAGE(kinds.count(name) == 1, name);
}
