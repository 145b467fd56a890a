// What every autoregressive model must be: a probability distribution that never looks ahead, trains to the same bits
// on any number of threads and samples from what it says. A new model adds its rows to kinds() in
// tests/models/kinds.h.
#include <cmath>
#include "autograd/dependency_map.h"
#include "data/strokes.h"
#include "models/every_image.h"
#include "models/gated_pixel_cnn.h"
#include "models/pixel_cnn.h"
#include "models/registry.h"
#include "nn/optim/adam.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/models/kinds.h"
#include "tests/models/small_training.h"

using namespace gradfold;

namespace {

bool is_binary(const AutoregressiveModel& model) { return model.levels() == 2 && model.channels() == 1; }

Tensor digits(Index n) { return greater(stroke_digits(n, Rng(7)).images, Tensor::scalar(Real(0.5))); }

// For each class, if it has any.
void check_normalised(AutoregressiveModel& model) {
  if (model.classes() == 0) CHECK(std::abs(total_probability(model, 4) - 1) < 1e-5);
  for (std::int32_t k = 0; k < model.classes(); ++k) CHECK(std::abs(total_probability(model, 4, {k}) - 1) < 1e-5);
}

}  // namespace

TEST_CASE("the probabilities of all binary 4x4 images sum to 1, after training as before") {
  for (const Kind& kind : kinds()) {
    const ModelPtr model = drawn(kind, 1, 4, 4);
    if (!is_binary(*model)) continue;
    CAPTURE(kind.name);
    check_normalised(*model);
    const Tensor x = digits_4x4(256);
    const Indices labels = some_labels(*model, 256);
    const double before = -mean(model->log_prob(x, labels)).item();
    train(*model, x, 32, 4, labels);
    CHECK(-mean(model->log_prob(x, labels)).item() < before - 1);  // it did learn
    check_normalised(*model);
  }
}

TEST_CASE("the joint is the product of the conditionals, each from an image whose later pixels are unknown") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 2, 5, 5);
    const Index channels = model->channels();
    Rng rng(12);
    const Tensor x = random_levels({2, channels, 5, 5}, model->levels(), rng);
    const Indices labels = some_labels(*model, 2);
    const Tensor at_once = model->log_conditionals(x, labels);
    CHECK(allclose(sum(at_once, {1, 2, 3}), model->log_prob(x, labels), 1e-5, 1e-4));
    for (Index pixel = 0; pixel < 25; ++pixel) {
      for (Index c = 0; c < channels; ++c) {
        Tensor partly = random_levels(x.shape(), model->levels(), rng);  // other values where it may not look
        for (Index n = 0; n < 2; ++n) {
          for (Index k = 0; k < channels; ++k) {
            const Index known = k <= c ? pixel + 1 : pixel;
            for (Index i = 0; i < known; ++i) partly.set({n, k, i / 5, i % 5}, x.at({n, k, i / 5, i % 5}));
          }
        }
        const Tensor alone = model->log_conditionals(partly, labels);
        for (Index n = 0; n < 2; ++n) {
          CHECK(alone.at({n, c, pixel / 5, pixel % 5}) == at_once.at({n, c, pixel / 5, pixel % 5}));
        }
      }
    }
  }
}

TEST_CASE("no logit depends on its own or a later pixel: 0 leaks in the dependency map") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 3, 7, 7);
    Rng rng(13);
    const auto f = [&](const Var& x) { return model->logits(x, some_labels(*model, 1)); };
    const DependencyMap map =
        dependency_map(f, {1, model->channels(), 7, 7}, rng, {.groups = static_cast<int>(model->channels())});
    INFO(map.first_leak());
    CHECK(map.leaks() == 0);
    CHECK((map.reach(6, 6).at({6, 5}) != 0) == kind.looks_back);
  }
}

TEST_CASE("plain PixelCNN has a blind spot, however deep; Gated PixelCNN sees every earlier pixel") {
  // On 6x6 both reach every row and column, so only what goes around corners is missed.
  const auto map_of = [](AutoregressiveModel& model) {
    Rng rng(14);
    model.reset_parameters(rng);
    return dependency_map([&](const Var& x) { return model(x); }, {1, 1, 6, 6}, rng);
  };
  GatedPixelCnn gated({.maps = 8, .layers = 5});
  const DependencyMap everything = map_of(gated);
  CHECK(everything.leaks() == 0);
  CHECK(everything.blind() == 0);
  PixelCnn plain({.maps = 8, .blocks = 5}), deep({.maps = 8, .blocks = 9});
  for (PixelCnn* model : {&plain, &deep}) {
    const DependencyMap map = map_of(*model);
    CHECK(map.leaks() == 0);
    CHECK(map.blind() > 0);
  }
  // Two columns to the right for a row up instead of one: wider, and still around no corner.
  PixelCnn wide({.maps = 8, .blocks = 5, .kernel = 5});
  const DependencyMap of_wide = map_of(wide);
  CHECK(of_wide.leaks() == 0);
  CHECK(of_wide.blind() > 0);
  CHECK(of_wide.blind() < map_of(deep).blind());
}

TEST_CASE("an epoch of training gives identical weights with 1, 2, 3 and 8 threads") {
  const Tensor x = digits(48);
  const int before = num_threads();
  for (const Kind& kind : kinds()) {
    if (!is_binary(*kind.make(1, 1))) continue;
    NamedTensors expected;
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(kind.name);
      CAPTURE(threads);
      set_num_threads(threads);
      const ModelPtr model = drawn(kind, 5, 28, 28);
      train(*model, x, 16, 1, some_labels(*model, 48));
      if (expected.empty()) expected = model->state();
      const NamedTensors received = model->state();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(expected[i].first);
        CHECK(identical(expected[i].second, received[i].second));
      }
    }
  }
  set_num_threads(before);
}

TEST_CASE("samples depend on the seed alone, keep what is given, and follow the distribution") {
  for (const Kind& kind : kinds()) {
    const ModelPtr model = drawn(kind, 6, 6, 6);
    if (!is_binary(*model)) continue;
    CAPTURE(kind.name);
    Rng a(1), b(1), c(2), d(1), rng(16);
    const auto labels = [&](Index n) { return some_labels(*model, n); };
    const Tensor x = model->sample({4, 1, 6, 6}, a, {.labels = labels(4)});
    CHECK(identical(x, model->sample({4, 1, 6, 6}, b, {.labels = labels(4)})));
    CHECK_FALSE(identical(x, model->sample({4, 1, 6, 6}, c, {.labels = labels(4)})));
    // A pixel's random number depends on its image and place alone: fewer images, the same first ones.
    CHECK(identical(x.slice(0, 0, 2).clone(), model->sample({2, 1, 6, 6}, d, {.labels = labels(2)})));

    Tensor known = Tensor::zeros({6, 6});
    known.slice(0, 0, 3).fill(1);
    const Tensor given = random_levels({4, 1, 6, 6}, 2, rng);
    const Tensor completed =
        model->sample({4, 1, 6, 6}, a, {.labels = labels(4), .image = given, .known = known});
    CHECK(identical(completed.slice(2, 0, 3).clone(), given.slice(2, 0, 3).clone()));

    // All sixteen images of 2x2 pixels come as often as the model says: Pearson's chi-square, of 15 degrees of freedom
    // 15 on average, is above 44 once in ten thousand times.
    const ModelPtr four = drawn(kind, 6, 2, 2);
    const Index count = 4000;
    const std::vector<double> share = share_table(four->sample({count, 1, 2, 2}, rng, {.labels = labels(1)}));
    const std::vector<double> p = joint_table(*four, 2, labels(1));
    double chi_square = 0;
    for (std::size_t k = 0; k < p.size(); ++k) chi_square += count * (share[k] - p[k]) * (share[k] - p[k]) / p[k];
    CHECK(chi_square < 44);
    // Cold enough, it draws what is likelier.
    const ModelPtr one = drawn(kind, 6, 1, 1);
    const std::vector<double> ink = joint_table(*one, 1, labels(1));
    const Tensor cold = one->sample({8, 1, 1, 1}, rng, {.temperature = Real(1e-3), .labels = labels(1)});
    CHECK(mean(cold).item() == (ink[1] > ink[0] ? 1 : 0));
  }
}

TEST_CASE("the registry builds the model that a config describes") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 10, 4, 4);
    const auto again = make_image_model(model->name(), model->config());
    again->load(model->state());
    auto* same = dynamic_cast<AutoregressiveModel*>(again.get());
    REQUIRE(same);
    Rng rng(20);
    const Tensor x = random_levels({1, model->channels(), 4, 4}, model->levels(), rng);
    const Indices labels = some_labels(*model, 1);
    CHECK(identical(same->log_prob(x, labels), model->log_prob(x, labels)));
  }
}

TEST_CASE("the registry hands every setting on: each, changed by itself, comes back") {
  // The first of these that the model takes with the other settings as they are. Some settings are 0 or 1.
  const auto others = [](Index value) {
    return std::vector<Index>{value == 1 ? 0 : 3 * value, value + 1, value + 2, 10};
  };
  for (const std::string& name : image_model_names()) {
    const ModelConfig usual = make_image_model(name)->config();
    for (const auto& [key, value] : usual) {
      if ((name == "fvsbn" || name == "vae") && key == "levels") continue;  // two: their pixels are Bernoulli
      CAPTURE(name);
      CAPTURE(key);
      bool taken = false;
      for (const Index other : others(value)) {
        if (taken || other == value) continue;  // 3 * 0
        ModelConfig config = usual;
        config[key] = other;
        std::unique_ptr<ImageModel> model;
        try {
          model = make_image_model(name, config);
        } catch (const Error&) {
          continue;
        }
        CHECK(model->config() == config);
        taken = true;
      }
      CHECK(taken);
    }
  }
}

TEST_CASE("bits per dimension: 81.30 nats of binarized MNIST are 0.1496") {
  CHECK(bits_per_dim(81.30, {1, 1, 28, 28}) == approx(0.1496, 1e-3));
}
