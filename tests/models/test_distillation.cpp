// Distillation: what its loss is, where it is least, and what it is for.
#include "models/distillation.h"
#include "models/fvsbn.h"
#include "models/pixel_cnn.h"
#include "models/vae.h"
#include "tensor/elementwise.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"
#include "tests/models/small_training.h"

using namespace gradfold;

TEST_CASE("the loss is the cross-entropy between teacher and student, summed over pixels; the nll is the student's") {
  Rng rng(1);
  PixelCnn student({.maps = 4, .blocks = 1}, rng), teacher({.maps = 4, .blocks = 1}, rng);
  const Tensor x = random_levels({3, 1, 5, 4}, 2, rng);
  const Tensor p = pixel_probabilities(teacher, x), q = pixel_probabilities(student, x);
  double expected = 0;
  for (Index i = 0; i < p.numel(); ++i)
    expected -= (p.data()[i] * std::log(q.data()[i]) + (1 - p.data()[i]) * std::log(1 - q.data()[i])) / 3;
  const DistillationLoss loss = distillation_loss(student, x, p);
  CHECK(loss.cross_entropy.item() == approx(expected, 1e-5));
  CHECK(loss.nll == doctest::Approx(student.nll(x).item()));
  // With the pixels themselves as probabilities it is the likelihood.
  CHECK(distillation_loss(student, x, x).cross_entropy.item() == doctest::Approx(loss.nll));
}

TEST_CASE("a student that says what its teacher says has nothing to learn") {
  Rng rng(2);
  PixelCnn model({.maps = 4, .blocks = 1}, rng);
  const Tensor x = random_levels({3, 1, 5, 5}, 2, rng);
  const auto largest = [&](const Tensor& p) {
    model.zero_grad();
    distillation_loss(model, x, p).cross_entropy.backward();
    double size = 0;
    for (const Var& parameter : model.parameters()) size = std::max(size, std::sqrt(sum_of_squares(parameter.grad())));
    return size;
  };
  CHECK(largest(x) > 0.1);
  CHECK(largest(pixel_probabilities(model, x)) < 1e-5);
}

TEST_CASE("what it is for: from few images a student learns more of a teacher than of the pixels") {
  const Tensor all = digits_4x4(3000), many = all.slice(0, 0, 2000).contiguous();
  const Tensor few = all.slice(0, 0, 64).contiguous(), unseen = all.slice(0, 2000, 3000).contiguous();
  const auto drawn_fvsbn = [](std::uint64_t seed) {
    auto model = std::make_unique<Fvsbn>(FvsbnConfig{.height = 4, .width = 4});
    Rng rng(seed);
    model->reset_parameters(rng);
    return model;
  };
  const auto teacher = drawn_fvsbn(3), alone = drawn_fvsbn(4), student = drawn_fvsbn(4);
  train(*teacher, many, 50, 40);
  train(*alone, few, 16, 400);
  const Tensor said = pixel_probabilities(*teacher, few);
  Adam optimizer(student->parameters(), {.lr = 3e-3});
  for (int step = 0; step < 1600; ++step) {
    const Index from = step % 4 * 16;
    const DistillationLoss loss = distillation_loss(*student, few.slice(0, from, from + 16).contiguous(),
                                                    said.slice(0, from, from + 16).contiguous());
    optimizer.zero_grad();
    loss.cross_entropy.backward();
    optimizer.step();
  }
  const double taught = nats_per_image(*student, unseen), untaught = nats_per_image(*alone, unseen);
  CAPTURE(nats_per_image(*teacher, unseen));
  CAPTURE(taught);
  CHECK(taught < untaught - 0.1);
}

TEST_CASE("what distillation cannot be done with is said in one sentence") {
  Rng rng(5);
  PixelCnn binary({.maps = 4, .blocks = 1}, rng), grey({.maps = 4, .blocks = 1, .levels = 4}, rng);
  const Tensor x = random_levels({2, 1, 4, 4}, 2, rng);
  CHECK(message_of([&] { pixel_probabilities(grey, x); }) ==
        "distillation: the teacher, pixel_cnn, has 4 levels and 1 channels; only 2 levels of 1 channel have one "
        "probability a pixel");
  CHECK(message_of([&] { distillation_loss(grey, x, x); }).starts_with("distillation: the student, pixel_cnn, has 4"));
  CHECK(message_of([&] { distillation_loss(binary, x, Tensor::zeros({2, 1, 3, 4})); }) ==
        "distillation: the probabilities are [2, 1, 3, 4] but the images [2, 1, 4, 4]");
}
