// Autoencoders against PyTorch, against what linear ones must find, and as models of ./gf.
#include "models/autoencoder.h"

#include <cmath>
#include <set>

#include "data/corrupt.h"
#include "data/strokes.h"
#include "models/psnr.h"
#include "models/registry.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/matmul.h"
#include "tensor/npy.h"
#include "tensor/reduce.h"
#include "tests/check_module.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"
#include "tests/models/small_latent_nets.h"
#include "tests/models/torch_steps.h"

using namespace gradfold;

namespace {

void train(Autoencoder& model, const Tensor& x, int steps, double lr) {
  Adam optimizer(model.parameters(), {.lr = lr});
  for (int step = 0; step < steps; ++step) {
    Rng rng(static_cast<std::uint64_t>(step));
    const Var loss = model.loss(x, rng);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
}

double error(Autoencoder& model, const Tensor& x) { return mean(square(model.reconstruct(x) - x)).item(); }

}  // namespace

TEST_CASE("autoencoders agree with PyTorch: codes, images, loss and gradients, and after three steps of Adam") {
  const auto stored = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/autoencoder.npz");
  std::set<std::string> unused;
  for (const auto& [key, value] : stored) unused.insert(key);
  for (const SmallLatentNet& net : small_latent_nets()) {
    const auto made = net.make();
    auto* model = dynamic_cast<Autoencoder*>(made.get());
    if (!model) continue;
    CAPTURE(net.name);
    const auto take = [&](const std::string& what) {
      const std::string key = net.name + "/" + what;
      REQUIRE_MESSAGE(stored.count(key) == 1, key << " is not in autoencoder.npz: add the case to "
                                                     "tests/fixtures/make_autoencoder_fixtures.py and run it");
      unused.erase(key);
      return stored.at(key);
    };
    NamedTensors state = model->state();
    for (auto& [name, value] : state)
      if (!name.starts_with("code_")) value = take("state." + name);
    model->load(state);
    // PyTorch draws other numbers: a denoiser is given what was damaged there.
    const Tensor x = take("x"), given = model->settings.denoises() ? take("given") : x;
    CHECK(disagreement(model->encode(given), take("z")) <= 1);
    CHECK(disagreement(model->reconstruct(given), take("y")) <= 1);
    const Var loss = model->loss(given, x);
    CHECK(loss.item() == approx(take("loss").item(), 1e-5));
    loss.backward();
    for (const auto& [name, parameter] : model->named_parameters()) {
      CAPTURE(name);
      CHECK(disagreement(parameter.grad(), take("grad." + name)) <= 1);
    }
    check_torch_steps(*model, [&] { return model->loss(given, x); }, take);
  }
  CHECK_MESSAGE(unused.empty(), *unused.begin() << " is stored but no small net has it");
}

TEST_CASE("every parameter of every model with a code is registered and trained") {
  for (const SmallLatentNet& net : small_latent_nets()) {
    const auto model = net.make();
    CAPTURE(net.name);
    Rng rng(3);
    model->reset_parameters(rng);
    const Tensor half = Tensor::full({2, model->channels(), 4, 4}, Real(0.5));
    const Tensor x = model->levels() == 2 ? rng.bernoulli(half) : rng.uniform(half.shape());
    for (const Objective& objective : model->objectives()) {
      CHECK(check_module(*model, [&] { return objective.loss(x, some_labels(*model, 2), rng); }) == "");
    }
  }
}

TEST_CASE("a linear autoencoder with a code of two finds the plane that the images lie in, tied or not") {
  Rng rng(4);
  const Tensor directions = rng.normal({2, 16}), middle = rng.uniform({1, 16}, Real(0.4), Real(0.6));
  const Tensor on_plane = clamp(matmul(rng.normal({200, 2}, 0, Real(0.05)), directions) + middle, 0, 1);
  const Tensor x = on_plane.reshape({200, 1, 4, 4});
  for (const bool tied : {false, true}) {
    CAPTURE(tied);
    Autoencoder one({.code = 1, .linear = true, .tied = tied, .height = 4, .width = 4}, rng);
    Autoencoder two({.code = 2, .linear = true, .tied = tied, .height = 4, .width = 4}, rng);
    train(one, x, 5000, 0.01);
    train(two, x, 5000, 0.01);
    CHECK(error(two, x) < 1e-5);
    CHECK(error(one, x) > 30 * error(two, x));  // a line is no plane
  }
}

TEST_CASE("without a bottleneck most of an image is back soon; what has to pass through 4 numbers is not") {
  const Tensor x = stroke_digits(96, Rng(1)).images;
  Rng rng(5);
  Autoencoder wide({.code = 0}, rng), narrow({.code = 4, .hidden = 64}, rng);
  CHECK(wide.code_size() == 784);
  const double spread = mean(square(x - mean(x, {0}, true))).item();
  train(wide, x, 160, 1e-3);
  train(narrow, x, 200, 3e-3);
  CHECK(error(wide, x) < 0.25 * spread);
  CHECK(error(narrow, x) < 0.8 * spread);
  CHECK(error(narrow, x) > 2 * error(wide, x));  // after a longer training
}

TEST_CASE("a denoiser is given damaged images and judged by clean ones") {
  Rng rng(6);
  const Tensor x = rng.uniform({4, 1, 4, 4});
  const Autoencoder plain({.code = 2, .hidden = 6, .height = 4, .width = 4}, rng);
  CHECK(identical(plain.corrupted(x, rng), x));
  Autoencoder denoiser({.code = 2, .hidden = 6, .masking = 100, .height = 4, .width = 4}, rng);
  CHECK(max(denoiser.corrupted(x, rng)).item() == 0);
  // All that it can know is gone, so all images come back alike, and the loss compares with the clean ones.
  const Tensor blank = denoiser.reconstruct(Tensor::zeros(x.shape()));
  CHECK(denoiser.loss(x, rng).item() == approx(mean(square(blank - x)).item(), 1e-5));
  const Figures figures = denoiser.evaluate(x, {}, rng);
  REQUIRE(figures.size() == 3);
  CHECK(figures[0].name == "mse");
  CHECK(figures[0].value == approx(mean(square(blank - x)).item(), 1e-5));
  CHECK(figures[1].name == "psnr_db");
  CHECK(figures[1].value == approx(mean(psnr(blank, x)).item(), 1e-5));
  CHECK(figures[2].name == "corrupted_psnr_db");
  CHECK(figures[2].value == approx(mean(psnr(Tensor::zeros(x.shape()), x)).item(), 1e-5));
}

TEST_CASE("a denoiser's damage: noise, then black pixels, then black or white ones, each in hundredths") {
  const Tensor x = Rng(9).uniform({4, 1, 4, 4});
  const Autoencoder model({.code = 2, .gaussian = 40, .masking = 20, .salt_and_pepper = 10, .height = 4, .width = 4});
  Rng rng(10), same(10), other(11);
  const Tensor damaged = model.corrupted(x, rng), noisy = add_gaussian_noise(x, Real(0.4), same);
  const Tensor masked = mask_out(noisy, Real(0.2), same);
  CHECK(allclose(damaged, salt_and_pepper(masked, Real(0.1), same)));
  CHECK_FALSE(identical(model.corrupted(x, other), damaged));
  // What it is trained on is that damage and those clean images.
  Autoencoder denoiser(model.settings, rng);
  denoiser.eval();
  same = Rng(10);
  CHECK(denoiser.loss(x, same).item() == denoiser.loss(damaged, x).item());
}

TEST_CASE("new images are decoded from a Gaussian with the mean and covariance of the codes seen in training") {
  const Tensor x = stroke_digits(64, Rng(1)).images;
  Rng rng(7);
  Autoencoder model({.code = 3, .hidden = 32}, rng);
  CHECK(contains(message_of([&] { model.sample({2, 1, 28, 28}, rng); }), "it has seen no image yet"));
  for (int i = 0; i < 5; ++i) model.loss(x, rng);  // nothing is trained, so the codes stay what they are
  model.eval();
  const Tensor z = model.encode(x), off = z - mean(z, {0});
  const Tensor covariance = matmul(off, off, {.transpose_a = true}) / Real(64);
  const Tensor drawn = model.draw_codes(20'000, rng), drawn_off = drawn - mean(drawn, {0});
  const Tensor drawn_covariance = matmul(drawn_off, drawn_off, {.transpose_a = true}) / Real(20'000);
  const double scale = max(abs(covariance)).item();
  CHECK(max(abs(mean(drawn, {0}) - mean(z, {0}))).item() < 0.05 * std::sqrt(scale));
  CHECK(max(abs(drawn_covariance - covariance)).item() < 0.05 * scale);
  CHECK(model.sample({2, 1, 28, 28}, rng).shape() == Shape{2, 1, 28, 28});
  const auto [low, high] = model.range(1);
  CHECK((low + high) / 2 == approx(mean(z, {0}).at({1}), 1e-4));
  CHECK(high - low == approx(5 * std::sqrt(covariance.at({1, 1})), 1e-3));
}

TEST_CASE("what an autoencoder cannot do is said in a sentence") {
  Rng rng(8);
  Autoencoder model({.code = 2, .hidden = 6, .height = 4, .width = 4}, rng);
  const Tensor x = rng.uniform({1, 1, 4, 4});
  const auto says = [](const std::function<void()>& f, const std::string& part) {
    const std::string message = message_of(f);
    CHECK_MESSAGE(contains(message, part), message);
  };
  says([&] { model.encode(Tensor::zeros({1, 1, 4, 5})); }, "Autoencoder: x is [1, 1, 4, 5] but must be [N, 1, 4, 4]");
  says([&] { model.decode(Tensor::zeros({1, 3})); }, "Autoencoder: z is [1, 3] but must be [N, 2]");
  says([&] { model.loss(x * Real(2) + Real(1), rng); }, "but pixels are 0..1");
  says([&] { model.encode(x, {1}); }, "labels are given but the model knows no classes");
  says([&] { model.sample(x.shape(), rng, {.image = x}); }, "a given part of an image cannot be completed");
  says([&] { model.sample(x.shape(), rng, {.temperature = Real(0.5)}); }, "temperature is 0.5 but must be 1");
  says([&] { model.walk(Tensor::zeros({1, 2}), 2, 3); }, "latent is 2 but must be one of 0..1");
  says([] { Autoencoder({.maps = 4, .height = 30}); }, "cannot be halved twice");
  says([] { Autoencoder({.masking = 101}); }, "masking is 101 but must be 0..100");
}

TEST_CASE("the registry builds the autoencoder that a config describes") {
  for (const SmallLatentNet& net : small_latent_nets()) {
    CAPTURE(net.name);
    const auto model = net.make();
    Rng rng(9);
    model->reset_parameters(rng);
    const auto again = make_image_model(model->name(), model->config());
    again->load(model->state());
    auto* same = dynamic_cast<LatentModel*>(again.get());
    REQUIRE(same);
    const Tensor x = rng.uniform({2, model->channels(), 4, 4});
    const Indices labels = some_labels(*model, 2);
    CHECK(identical(same->reconstruct(x, labels), model->reconstruct(x, labels)));
  }
}
