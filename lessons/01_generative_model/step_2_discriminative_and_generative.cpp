// 1.2  Discriminative and generative: one predicts y from x, the other models x itself.
//
//   discriminative   logistic regression     p(y | x) = softmax(W x + b)               fitted to the answers
//   generative       naive Bayes             p(x | y) = prod_i p(x_i | y)              fitted to the data
//                    Gaussian discriminant   p(x | y) = N(x; mean_y, covariance)
//                    both answer by Bayes' rule, p(y | x) = p(y) p(x | y) / sum_y' p(y') p(x | y')
//
// Four experiments: who learns from fewer samples (1, Ng & Jordan 2001), who can cope with hidden pixels (2), who
// can draw (3), and who notices that an image is none (4).
#include <cmath>

#include "lessons/learning_curves.h"
#include "lessons/lesson.h"
#include "lessons/two_sample.h"
#include "models/gaussian_discriminant.h"
#include "models/naive_bayes.h"
#include "models/net_classifier.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

template <class Model>
Rival naive_bayes() {
  return {"naive Bayes", [](Index) { return std::make_unique<Model>(); }};
}

// Nearly free of a penalty: 0.01 / 2 |W|^2 beside the sum of the samples' losses.
Rival logistic_regression(Index steps) {
  return {
      "logistic regression", [steps](Index n) {
        const Real penalty = Real(0.01) / static_cast<Real>(n);
        return std::make_unique<LogisticRegression>(FitOptions{.steps = steps, .lr = 0.1, .penalty = penalty});
      }};
}

// The first image of each class, in their order.
Indices one_of_each(const Indices& labels, Index classes) {
  Indices out(Shape{classes});
  for (Index i = labels.numel() - 1; i >= 0; --i) out[labels[i]] = static_cast<std::int32_t>(i);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "1.2", .title = "Discriminative and generative",
       .note = "Discriminative: 주어진 입력 x에 대해 라벨 y를 예측한다 / Generative: 입력 데이터 자체의 분포를 모델링",
       .claim = "Discriminative: predicts the label y of a given input x. Generative: models the input's distribution.",
       .look_at = "Look at learning_curves.png: left of the crossing the generative model wins, right of it the\n"
                  "discriminative one. Then at drawn.png. Draw the pairs with correlation 0 (the last argument of\n"
                  "correlated_pairs): where is the crossing now, and why?",
       .labels = true, .epochs = 0, .full_epochs = 0, .train = 4000, .test = 1000, .fewest_train = 2000});
  const int runs = lesson.full() ? 20 : 5;
  const Dataset train_set = lesson.train_images(binarize), test_set = lesson.test_images(binarize);

  // ---- 1. learning curves ---------------------------------------------------------------------------------
  Chart pairs({.title = "pairs of features (shaded: two standard errors of the mean)", .x = "training samples",
               .y = "test error", .log_x = true});
  std::vector<double> crossings;
  for (const Index d : {20, 50}) {
    Rng drawing = lesson.rng("pairs"), held_out = lesson.rng("held-out pairs");
    const LearningCurves c = learning_curves(
        fmt::format("pairs, {} features", d), naive_bayes<GaussianNaiveBayes>(), logistic_regression(500),
        {20, 50, 100, 200, 400, 800, 2000}, 8 * runs, 2, [&] { return correlated_pairs(4000, d, held_out); },
        [&](Index n, int) { return correlated_pairs(n, d, drawing); });
    c.draw(pairs, fmt::format("naive Bayes, {} features", d),
           fmt::format("logistic regression, {} features", d));
    crossings.push_back(c.crossing());
    const std::size_t last = c.sizes.size() - 1;
    lesson.claim(
        "G2", fmt::format("few samples: the generative model is better; many: the other ({} features)", d),
        c.crossing(), c.lead(1) < -2 * c.lead_error(1) && c.lead(last) > 2 * c.lead_error(last),
        fmt::format(
            "error with 50: {:.3f} against {:.3f} (the difference +-{:.3f}); with 2000: {:.3f} against {:.3f} "
            "(+-{:.3f}); they cross {}",
            c.first(1), c.second(1), 2 * c.lead_error(1), c.first(last), c.second(last), 2 * c.lead_error(last),
            c.crossing_text()));
  }
  lesson.picture("learning_curves.png", pairs,
                 "mean error over trainings; the lines cross later with more features");
  lesson.claim("G2", "the more features, the more samples the discriminative model needs to win",
               crossings[1] / crossings[0], crossings[1] > 1.3 * crossings[0],
               fmt::format("crossing at {:.0f} for 20, at {:.0f} for 50 features", crossings[0], crossings[1]));

  const LabelledRows train{train_set.images.flatten(1), train_set.labels};
  const LabelledRows test{test_set.images.flatten(1), test_set.labels};
  const Index pixels = train.x.size(1), classes = 10;
  const auto some_images = [&](Index n, int run) {
    Rng rng = lesson.rng(fmt::format("subset {}", run));
    const Dataset some = slice(select(train_set, rng.permutation(train_set.size())), 0, n);
    return LabelledRows{some.images.flatten(1), some.labels};
  };
  const LearningCurves c =
      learning_curves("digits", naive_bayes<BernoulliNaiveBayes>(), logistic_regression(150),
                      {20, 50, 100, 200, 500, 1000, 2000, static_cast<double>(train_set.size())}, runs, classes,
                      [&] { return test; }, some_images);
  Chart digits({.title = "images of digits (shaded: two standard errors, over trainings)", .x = "training images",
                .y = "test error", .log_x = true});
  c.draw(digits, "naive Bayes", "logistic regression");
  lesson.picture("learning_curves_digits.png", digits,
                 c.crossing() == 0 ? "on images of digits the lines do not cross: naive Bayes is never ahead"
                                   : "on images of digits the lines cross " + c.crossing_text());
  // Here pixels depend on each other so strongly that naive Bayes may never be ahead: no claim, a report.
  lesson.say(
      "digits: the error of naive Bayes and logistic regression is {:.3f} and {:.3f} with {:.0f} images, "
      "{:.3f} and "
      "{:.3f} with {:.0f}; they cross {}",
      c.first(0), c.second(0), c.sizes[0], c.first(c.sizes.size() - 1), c.second(c.sizes.size() - 1),
      c.sizes.back(), c.crossing_text());

  // ---- 2. hidden pixels: integrate them out, or guess what stood there ------------------------------------
  BernoulliNaiveBayes bayes;
  GaussianDiscriminant gaussian({.shrinkage = 0.2});
  LogisticRegression line({.steps = 150, .lr = 0.1, .penalty = Real(0.01) / static_cast<Real>(train.y.numel())});
  bayes.fit(train.x, train.y, classes);
  gaussian.fit(train.x, train.y, classes);
  line.fit(train.x, train.y, classes);
  const Tensor average = mean(train.x, {0});
  std::vector<double> hidden = {0, 0.25, 0.5, 0.75};
  std::vector<double> by_bayes, by_gaussian, by_line_zeros, by_line_means;  // mean accuracy over three masks
  for (const double share : hidden) {
    std::vector<double> b, g, zeros, means;
    for (int mask = 0; mask < 3; ++mask) {
      Rng hiding = lesson.rng(fmt::format("hiding {}", mask));
      const Tensor seen = hiding.bernoulli(Tensor::full({pixels}, static_cast<Real>(1 - share)));
      b.push_back(bayes.accuracy(test.x, test.y, seen));
      g.push_back(gaussian.accuracy(test.x, test.y, seen));
      zeros.push_back(line.accuracy(where(seen, test.x, Tensor::scalar(0)), test.y));
      means.push_back(line.accuracy(where(seen, test.x, average), test.y));
    }
    by_bayes.push_back(spread(b).mean), by_gaussian.push_back(spread(g).mean);
    by_line_zeros.push_back(spread(zeros).mean), by_line_means.push_back(spread(means).mean);
  }
  Chart missing({.title = "pixels hidden at test time", .x = "share of pixels hidden", .y = "accuracy"});
  missing.line("naive Bayes, integrated out", hidden, by_bayes)
      .line("Gaussian, integrated out", hidden, by_gaussian);
  missing.line("logistic regression, zeros put in", hidden, by_line_zeros)
      .line("logistic regression, means put in", hidden, by_line_means);
  lesson.picture("hidden_pixels.png", missing, "accuracy when pixels are hidden");
  const double generative_loss = std::max(by_bayes[0] - by_bayes[3], by_gaussian[0] - by_gaussian[3]);
  const double line_loss = by_line_zeros[0] - std::max(by_line_zeros[3], by_line_means[3]);
  lesson.claim("G2", "hidden pixels: generative models integrate them out and lose less", generative_loss,
               generative_loss < line_loss,
               fmt::format("75 % hidden: naive Bayes {:.2f} -> {:.2f}, Gaussian {:.2f} -> {:.2f}; logistic regression "
                           "{:.2f} -> {:.2f} (zeros), {:.2f} (means)", by_bayes[0], by_bayes[3], by_gaussian[0],
                           by_gaussian[3], by_line_zeros[0], by_line_zeros[3], by_line_means[3]));

  // ---- 3. drawing -----------------------------------------------------------------------------------------
  // p(x | y) can be drawn from. Of p(y | x) all one can ask is which x it is surest about: for a linear model, ink
  // wherever the weight of y is above the other classes' mean.
  Rng drawing = lesson.rng("drawing");
  const Tensor weight = line.net->parameters()[0].value();
  std::vector<Tensor> drawn, surest;
  for (std::int32_t y = 0; y < 10; ++y) {
    drawn.push_back(bayes.sample(1, y, drawing));
    surest.push_back(greater(weight.slice(0, y, y + 1), mean(weight, {0})));
  }
  const Tensor drawings = concatenate(drawn, 0), sure = concatenate(surest, 0);
  const Tensor real_ones = index_select(test.x, 0, one_of_each(test.y, classes));
  const Tensor sure_p = line.predict_proba(sure);
  double least_sure = 1;
  for (Index y = 0; y < 10; ++y) least_sure = std::min<double>(least_sure, sure_p.at({y, y}));
  const Shape shape = {30, 1, train_set.images.size(2), train_set.images.size(3)};
  const Image rows = grid(concatenate({real_ones, drawings, sure}, 0).reshape(shape),
                          {.columns = 10, .row_titles = {"held out", "p(x|y)", "argmax p(y|x)"}});
  lesson.picture("drawn.png", rows,
                 "held-out images; naive Bayes draws 0 to 9; what logistic regression is surest is 0 to 9");
  const double drawn_nats = mean(bayes.log_prob(drawings)).item(), sure_nats = mean(bayes.log_prob(sure)).item();
  const double real_nats = mean(bayes.log_prob(test.x)).item();
  lesson.claim("G2", "only the generative model can draw: what the other is surest about is no digit",
               real_nats - sure_nats, real_nats - sure_nats > 5 * std::abs(real_nats - drawn_nats),
               fmt::format("logistic regression is {:.1f} % sure of images {:.0f} nats less likely than real ones; "
                           "naive Bayes' own are {:.0f} nats off",
                           100 * least_sure, real_nats - sure_nats, std::abs(real_nats - drawn_nats)));

  // ---- 4. noise -------------------------------------------------------------------------------------------
  const Tensor noise = drawing.bernoulli(Tensor::full(test.x.shape(), mean(test.x).item()));  // a digit's amount of ink
  const Tensor confidence = max(line.predict_proba(noise), {1});
  const double sure_of_noise = mean(greater(confidence, Tensor::scalar(Real(0.99)))).item();
  const double noise_nats = mean(bayes.log_prob(noise)).item();
  const double likeliest_noise = max(bayes.log_prob(noise)).item();
  lesson.claim("G2", "only the generative model says that noise is unlikely", real_nats - noise_nats,
               noise_nats < real_nats - 50,
               fmt::format("{:.0f} nats less likely than digits (the likeliest of it {:.0f}); logistic regression is "
                           "over 99 % sure of its class for {:.0f} % of it",
                           real_nats - noise_nats, real_nats - likeliest_noise, 100 * sure_of_noise));
  return lesson.close();
}
