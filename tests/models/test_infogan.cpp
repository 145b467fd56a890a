// InfoGAN against PyTorch, and what its losses may and may not change.
#include "models/infogan.h"

#include <cmath>

#include "autograd/mode.h"
#include "nn/optim/adam.h"
#include "tensor/elementwise.h"
#include "tensor/npy.h"
#include "tensor/reduce.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/small_infogan.h"

using namespace gradfold;

namespace {

struct Stored {
  std::map<std::string, Tensor> arrays = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/infogan.npz");
  Tensor operator()(const std::string& key) const {
    REQUIRE_MESSAGE(arrays.count(key) == 1, key << " is not in infogan.npz; run /usr/bin/python3 "
                                                   "tests/fixtures/make_infogan_fixtures.py (it needs python3-torch)");
    return arrays.at(key);
  }
};

InfoGanCodes stored_codes(const Stored& stored, const std::string& name) {
  const Tensor category = stored(name + "/category");
  InfoGanCodes codes{.noise = stored(name + "/noise"), .category = Indices(category.shape()),
                     .continuous = stored(name + "/continuous")};
  for (Index i = 0; i < category.numel(); ++i) codes.category[i] = static_cast<std::int32_t>(category.at({i}));
  return codes;
}

void check_gradients_of(InfoGan& model, const Stored& stored, const std::string& prefix) {
  int checked = 0;
  for (const auto& [name, parameter] : model.named_parameters()) {
    if (stored.arrays.count(prefix + name) == 0) continue;
    CAPTURE(name);
    CHECK(disagreement(parameter.grad(), stored(prefix + name)) <= 2);  // through eight layers
    ++checked;
  }
  CHECK(checked > 5);
}

void against_torch(const std::string& name, InfoGanConfig config) {
  CAPTURE(name);
  const Stored stored;
  InfoGan model(config);
  NamedTensors first;
  for (const auto& [key, value] : model.state()) first.emplace_back(key, stored(name + "/state." + key));
  model.load(first);
  const InfoGanCodes codes = stored_codes(stored, name);
  const AdamOptions options = {.lr = 1e-3, .beta1 = 0.5};
  Adam discriminator(model.discriminator_parameters(), options), generator(model.generator_parameters(), options);

  const Var drawn = model.generate(codes);
  CHECK(disagreement(drawn.value(), stored(name + "/drawn")) <= 1);
  const Var of_discriminator = model.discriminator_loss(stored(name + "/x"), drawn.value(), codes);
  CHECK(of_discriminator.item() == doctest::Approx(stored(name + "/discriminator").item()).epsilon(1e-5));
  of_discriminator.backward();
  check_gradients_of(model, stored, name + "/discriminator.grad.");
  discriminator.step();

  model.freeze_discriminator(true);
  const Var of_generator = model.generator_loss(drawn, codes);
  CHECK(of_generator.item() == doctest::Approx(stored(name + "/generator").item()).epsilon(1e-5));
  of_generator.backward();
  check_gradients_of(model, stored, name + "/generator.grad.");
  generator.step();
  for (const auto& [key, value] : model.state()) {
    CAPTURE(key);
    CHECK(allclose(value, stored(name + "/after." + key), 1e-4, 2e-6));  // running statistics too
  }
}

InfoGan& with_values(InfoGan& model, std::uint64_t seed) {
  Rng rng(seed);
  model.reset_parameters(rng);
  return model;
}

}  // namespace

TEST_CASE("InfoGAN agrees with PyTorch: losses, gradients and the state after one step, statistics included") {
  against_torch("informed", small_infogan());
}

TEST_CASE("so does the plain GAN that a Q looks at") { against_torch("plain", small_infogan(0, 0)); }

TEST_CASE("information loss: the PyTorch value, and by hand for a Q that knows nothing") {
  const Stored stored;
  InfoGan model(small_infogan());
  with_values(model, 1);
  const InfoGanCodes codes = stored_codes(stored, "informed");
  InfoGan::Reading blind{.real = {}, .category = Tensor::zeros({6, 3}), .mean = Tensor::zeros({6, 2})};
  double squares = 0;
  for (const Real c : codes.continuous.to_vector()) squares += c * c / 6;
  const double gaussian = 2 * 0.5 * std::log(2 * 3.14159265358979) + 0.5 * squares;
  CHECK(model.information_loss(blind, codes).item() == doctest::Approx(std::log(3) + 0.5 * gaussian).epsilon(1e-5));
  CHECK(model.information_loss(blind, codes, /*plain=*/true).item() ==
        doctest::Approx(std::log(3) + gaussian).epsilon(1e-5));
}

TEST_CASE("without the information term nothing of the codes' loss reaches generator or trunk; with it, it does") {
  for (const double lambda : {0.0, 1.0}) {
    InfoGan model(small_infogan(lambda, lambda));
    with_values(model, 2);
    Rng rng(3);
    const InfoGanCodes codes = model.draw_codes(6, rng);
    InfoGanCodes other = model.draw_codes(6, rng);  // the same images, said to be of other codes
    other.noise = codes.noise;
    const Tensor x = rng.bernoulli(Tensor::full({6, 1, 8, 8}, Real(0.4)));
    const auto gradients_of = [&](const InfoGanCodes& told) {
      model.zero_grad();
      const Var drawn = model.generate(codes);
      model.generator_loss(drawn, told).backward();
      std::vector<Tensor> of_generator, of_trunk, of_head;
      for (const Var& p : model.generator_parameters()) of_generator.push_back(p.grad());
      model.zero_grad();
      model.discriminator_loss(x, drawn.value(), told).backward();
      for (const Var& p : model.trunk.parameters()) of_trunk.push_back(p.grad());
      for (const Var& p : model.code_head.parameters()) of_head.push_back(p.grad());
      return std::vector<std::vector<Tensor>>{of_generator, of_trunk, of_head};
    };
    const auto told = gradients_of(codes), lied_to = gradients_of(other);
    const auto same = [&](std::size_t part) {
      bool all = true;
      for (std::size_t i = 0; i < told[part].size(); ++i) all &= identical(told[part][i], lied_to[part][i]);
      return all;
    };
    CHECK(same(0) == (lambda == 0));
    CHECK(same(1) == (lambda == 0));
    CHECK_FALSE(same(2));  // Q learns in both
  }
}

TEST_CASE("a discriminator at zero loss is noticed, and said in a sentence") {
  InfoGanConfig config = small_infogan();
  config.maps = 8, config.hidden = 32;
  InfoGan model(config);
  with_values(model, 4);
  Rng rng(5);
  Adam optimizer(model.discriminator_parameters(), {.lr = 3e-3});
  const std::string said = message_of([&] {  // a generator that never moves, and images that it never draws
    for (int step = 0; step < 2000; ++step) {
      const InfoGanCodes codes = model.draw_codes(32, rng);
      const Tensor x = rng.bernoulli(Tensor::full({32, 1, 8, 8}, Real(0.5)));
      const Var loss = model.discriminator_loss(x, model.generate(codes).value(), codes);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  });
  CHECK(said.starts_with("InfoGan: the discriminator's loss has fallen to 0.0"));
  CHECK(said.find("the generator learns nothing from it any more") != std::string::npos);
  CHECK(said.find("hint: lower the discriminator's learning rate") != std::string::npos);
}

TEST_CASE("codes: as many as asked for, in their range, all categories; bad settings are refused") {
  InfoGan model(small_infogan());
  Rng rng(6);
  const InfoGanCodes codes = model.draw_codes(3000, rng);
  CHECK(codes.noise.shape() == Shape{3000, 3});
  CHECK(max(codes.continuous).item() < 1);
  CHECK(min(codes.continuous).item() >= -1);
  CHECK(std::abs(mean(codes.continuous).item()) < 0.03);
  std::vector<int> often(3);
  for (const auto category : codes.category.values) ++often[static_cast<std::size_t>(category)];
  for (const int n : often) CHECK(std::abs(n - 1000) < 120);
  CHECK(message_of([] { InfoGan({.side = 30}); }) == "InfoGan: side is 30 but must be a multiple of 4, 8 or more");
  with_values(model, 1);
  CHECK(message_of([&] { model.read(Tensor::zeros({2, 1, 28, 28})); }) ==
        "InfoGan: images is [2, 1, 28, 28] but must be [N, 1, 8, 8]");
}
