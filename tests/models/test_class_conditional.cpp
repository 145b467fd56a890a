// A model that is given a class: does what it draws and what it finds likely depend on it, and what does it refuse?
#include "data/strokes.h"
#include "models/gated_pixel_cnn.h"
#include "models/naive_bayes.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"
#include "tests/models/small_training.h"

using namespace gradfold;

namespace {

constexpr Index kClasses = 10;

struct Labelled {
  Tensor x;  // [N, 1, 14, 14] of 0 and 1
  Indices labels;
};

Labelled digits(Index n, std::uint64_t seed) {
  const StrokeDigits drawn = stroke_digits(n, Rng(seed));
  const Tensor blocks = drawn.images.reshape({n, 1, 14, 2, 14, 2});
  return {greater(mean(blocks, {3, 5}), Tensor::scalar(Real(0.5))), drawn.labels};
}

// log p(x | class) of every image under every class, [N, classes].
Tensor all_log_probs(GatedPixelCnn& model, const Tensor& x) {
  Tensor scores({x.size(0), kClasses});
  for (std::int32_t k = 0; k < kClasses; ++k) scores.select(1, k).copy_from(model.log_prob(x, {k}));
  return scores;
}

}  // namespace

TEST_CASE("trained with labels, what a model finds likely and what it draws depend on the class") {
  const Labelled train_set = digits(1500, 1), held_out = digits(300, 2);
  Rng rng(3);
  GatedPixelCnn model({.maps = 12, .layers = 4, .head = 16, .classes = kClasses}, rng);
  train(model, train_set.x, 25, 8, train_set.labels);

  // Bayes' rule, all classes being equally frequent: the class under which the image is likeliest. Chance is 0.1.
  const Tensor scores = all_log_probs(model, held_out.x);
  const double right = hit_rate(scores, held_out.labels);
  MESSAGE("class by Bayes' rule: " << right << " of held-out digits");
  CHECK(right > 0.6);
  CHECK(identical(model.log_prob(held_out.x, held_out.labels).slice(0, 0, 1).clone(),
                  scores.select(0, 0).slice(0, held_out.labels[0], held_out.labels[0] + 1).clone()));

  // What it draws when told a class is told to be of that class by one who has seen the training images only.
  BernoulliNaiveBayes judge;
  judge.fit(train_set.x.reshape({-1, 14 * 14}), train_set.labels, kClasses);
  Indices asked(Shape{100});
  for (Index i = 0; i < 100; ++i) asked[i] = static_cast<std::int32_t>(i % kClasses);
  const Tensor drawn = model.sample({100, 1, 14, 14}, rng, {.temperature = Real(0.5), .labels = asked});
  const double as_asked = judge.accuracy(drawn.reshape({100, 14 * 14}), asked);
  MESSAGE("drawn as asked: " << as_asked << "; the judge on held-out digits: "
                             << judge.accuracy(held_out.x.reshape({-1, 14 * 14}), held_out.labels));
  CHECK(as_asked > 0.25);  // chance is 0.1
}

TEST_CASE("one label for all images is the same as that label for each") {
  GatedPixelCnn model({.maps = 4, .layers = 2, .head = 4, .classes = 3});
  Rng rng(4), one(5), each(5), other(5);
  model.reset_parameters(rng);
  const Tensor x = random_levels({3, 1, 5, 5}, 2, rng);
  CHECK(identical(model.log_prob(x, {2}), model.log_prob(x, {2, 2, 2})));
  CHECK_FALSE(identical(model.log_prob(x, {2}), model.log_prob(x, {1})));
  CHECK(model.nll(x, {1}).item() == model.nll(x, {1, 1, 1}).item());
  const Tensor drawn = model.sample({3, 1, 8, 8}, one, {.labels = {2}});
  CHECK(identical(drawn, model.sample({3, 1, 8, 8}, each, {.labels = {2, 2, 2}})));
  CHECK_FALSE(identical(drawn, model.sample({3, 1, 8, 8}, other, {.labels = {0}})));
}

TEST_CASE("labels that do not fit are answered in one sentence") {
  GatedPixelCnn given({.maps = 4, .layers = 2, .head = 4, .classes = 3}), plain({.maps = 4, .layers = 2, .head = 4});
  Rng rng(6);
  given.reset_parameters(rng);
  plain.reset_parameters(rng);
  const Tensor x = Tensor::zeros({4, 1, 5, 5});
  const std::string missing = "GatedPixelCnn: labels are missing: the model has 3 classes and must be told which";
  CHECK(message_of([&] { given.nll(x); }) == missing);
  CHECK(message_of([&] { given(x); }).starts_with(missing));
  CHECK(message_of([&] { given.log_prob(x); }) == missing);
  CHECK(message_of([&] { given.sample({4, 1, 5, 5}, rng); }) == missing);
  CHECK(message_of([&] { given.nll(x, {0, 1}); }) ==
        "GatedPixelCnn: there are 2 labels for 4 images; give one for each, or one for all");
  CHECK(message_of([&] { given.log_prob(x, {0, 1, 3, 2}); }) ==
        "GatedPixelCnn: label 3 at position 2 must be one of 0..2");
  const std::string none = "GatedPixelCnn: labels are given but the model knows no classes";
  CHECK(message_of([&] { plain.nll(x, {0}); }).starts_with(none));
  CHECK(message_of([&] { plain.sample({4, 1, 5, 5}, rng, {.labels = {0}}); }).starts_with(none));
  CHECK(message_of([] { GatedPixelCnn({.classes = -1}); }) ==
        "GatedPixelCnn: classes is -1 but must be 0 (none) or more");
}
