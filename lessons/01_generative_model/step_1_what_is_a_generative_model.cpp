// 1.1  What a generative model is: it learns the distribution p(x) of the data, and draws new samples from it.
//
// Three models of the same images, from poor to good, and one impostor:
//   independent   p(x) = prod_i p(x_i): every pixel by itself
//   naive Bayes   p(x) = sum_y p(y) prod_i p(x_i | y): a class first, then every pixel by itself
//   PixelCNN      p(x) = prod_i p(x_i | x_1 ... x_i-1): every pixel given those before it (lesson 2.3)
//   impostor      stores the training images and hands out copies with a few pixels flipped
// A good generative model finds images likely that it has never seen (1), draws images that are new (2), and
// that are hard to tell from real ones (3). Images are 12 x 12 here, so that it takes a minute.
#include "lessons/lesson.h"
#include "lessons/two_sample.h"
#include "models/naive_bayes.h"
#include "models/pixel_cnn.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

constexpr int kRuns = 3;       // trainings of the PixelCNN, from different first values
constexpr Index kDrawn = 300;  // samples of each model

// The margin cut off, then half as high and wide: 1 where two fifths of four pixels are ink.
Tensor prepare(const Tensor& x) {
  const Tensor inside = x.slice(2, 2, x.size(2) - 2).slice(3, 2, x.size(3) - 2);
  return greater(shrink(inside, 2), Tensor::scalar(Real(0.4)));
}

void train(Lesson& lesson, PixelCnn& model, const Dataset& images, int run) {
  Adam optimizer(model.parameters(), {.lr = 4e-3});
  const std::string title = fmt::format("PixelCNN {}/{}", run + 1, kRuns);
  Lesson::Epochs epochs =
      lesson.epochs(images, {.batch = 32, .title = title, .stream = static_cast<std::uint64_t>(run)});
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = model.nll(batch.images);  // -log p(x), mean over the batch
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(4e-3 * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
  }
}

// Draws a class for each sample from p(y), that of a label that was learned from, then the sample from p(x | y).
Tensor draw(const GenerativeClassifier& model, const Indices& labels, Rng& rng) {
  std::vector<Tensor> parts;
  for (Index i = 0; i < kDrawn; ++i) parts.push_back(model.sample(1, labels[rng.below(labels.numel())], rng));
  return concatenate(parts, 0);
}

// Copies of training images with one pixel in a hundred flipped.
Tensor impostor(const Tensor& train, Rng& rng) {
  const Tensor shuffled = index_select(train, 0, rng.permutation(train.size(0)));
  const Tensor copies = shuffled.slice(0, 0, kDrawn).contiguous();
  return abs(copies - rng.bernoulli(Tensor::full(copies.shape(), Real(0.01))));
}

// How the distances to the nearest training image are spread: the share of images that are nearer than d.
void add_curve(Chart& chart, const std::string& name, std::vector<double> distance) {
  std::sort(distance.begin(), distance.end());
  const auto n = static_cast<double>(distance.size());
  distance.insert(distance.begin(), distance.front());  // the first stair starts at 0
  std::vector<double> share;
  for (double i = 0; i <= n; ++i) share.push_back(i / n);
  chart.stairs(name, distance, share);
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "1.1", .title = "What a generative model is",
       .note = "데이터를 단순하게 분류/회귀 하는 것이 아니라 데이터 분포를 학습해서 새로운 샘플을 생성할 수 있는 모델",
       .claim = "Not just classification or regression: it learns the distribution of the data and "
                "generates new samples.",
       .look_at = "Look at samples.png: which row is real? Then at nearest.png: is any sample a copy?\n"
                  "Let the impostor flip more pixels and see which of the three tests finds it out then.",
       .labels = true, .epochs = 12, .full_epochs = 15, .train = 4000, .test = 600, .fewest_train = 300,
       .fewest_test = 300});
  const Dataset train_set = lesson.train_images(prepare), test_set = lesson.test_images(prepare);
  const Shape image = {kDrawn, 1, train_set.images.size(2), train_set.images.size(3)};
  const Tensor train_rows = train_set.images.flatten(1), test_rows = test_set.images.flatten(1);
  const Index classes = 10;
  Rng drawing = lesson.rng("drawing");

  // ---- fit ------------------------------------------------------------------------------------------------
  BernoulliNaiveBayes independent, bayes;
  const Indices one_class(Shape{train_set.size()});
  independent.fit(train_rows, one_class, 1);  // each pixel's own share of ink
  bayes.fit(train_rows, train_set.labels, classes);
  std::vector<double> pixel_cnn_nats;
  Tensor pixel_cnn_drawn;
  for (int run = 0; run < kRuns; ++run) {
    Rng first_values = lesson.rng(fmt::format("first values {}", run));
    PixelCnn model({.maps = 16, .blocks = 7}, first_values);
    train(lesson, model, train_set, run);
    pixel_cnn_nats.push_back(-mean(model.log_prob(test_set.images)).item());
    if (run == 0) pixel_cnn_drawn = model.sample(image, drawing).flatten(1);
  }

  // ---- 1. the likelihood of images it has never seen ------------------------------------------------------
  const double independent_nats = -mean(independent.log_prob(test_rows)).item();
  const double bayes_nats = -mean(bayes.log_prob(test_rows)).item();
  const Spread nats = spread(pixel_cnn_nats);
  Chart likelihood({.title = "held-out images: the fewer nats, the better known", .y = "nats per image"});
  likelihood.bars("", {"independent", "naive Bayes", "PixelCNN"}, {independent_nats, bayes_nats, nats.mean});
  lesson.picture("likelihood.png", likelihood, "-log p(x) of held-out images");
  lesson.claim("G1", "it learns the distribution: held-out images are likelier than under independent pixels",
               nats.mean,
               nats.high < 0.8 * independent_nats && bayes_nats < independent_nats,
               fmt::format("independent {:.1f} nats; naive Bayes {:.1f}; PixelCNN {:.1f} ({:.1f} to {:.1f} in {} "
                           "trainings)",
                           independent_nats, bayes_nats, nats.mean, nats.low, nats.high, kRuns));

  // ---- 2. new, not copied: how far is the nearest training image? -----------------------------------------
  const Tensor real = test_rows.slice(0, 0, kDrawn).contiguous();
  const Tensor independent_drawn = draw(independent, one_class, drawing);
  const Tensor bayes_drawn = draw(bayes, train_set.labels, drawing);
  const Tensor copied = impostor(train_rows, drawing);
  const Nearest of_real = nearest(real, train_rows), of_drawn = nearest(pixel_cnn_drawn, train_rows);
  const Nearest of_copied = nearest(copied, train_rows);
  const double real_distance = median(of_real.distance);
  const double drawn_ratio = median(of_drawn.distance) / real_distance;
  const double copied_ratio = median(of_copied.distance) / real_distance;
  Chart distances({.title = "how near is the nearest training image?", .x = "distance", .y = "share of images"});
  add_curve(distances, "held-out images", of_real.distance);
  add_curve(distances, "PixelCNN", of_drawn.distance);
  add_curve(distances, "impostor", of_copied.distance);
  lesson.picture("distances.png", distances, "copies lie left of the held-out images");
  lesson.claim("G1", "its samples are new: no nearer to the training images than held-out images are", drawn_ratio,
               drawn_ratio > 0.75, fmt::format("{:.2f} times the held-out images' distance", drawn_ratio));
  lesson.claim("G1", "(control) the same test finds out an impostor that copies", copied_ratio,
               copied_ratio < 0.6, fmt::format("{:.2f} times", copied_ratio));

  // ---- 3. like the data: can a judge, a discriminative net, tell samples from held-out images? ------------
  const auto ask = [&](const Tensor& rows) { return judge(rows.reshape(image), real.reshape(image), lesson.seed()); };
  const Verdict of_same = ask(test_rows.slice(0, kDrawn, 2 * kDrawn).contiguous()), of_copies = ask(copied);
  const Verdict of_model = ask(pixel_cnn_drawn), of_bayes = ask(bayes_drawn), of_poor = ask(independent_drawn);
  lesson.say("\nA judge learns to tell held-out images from ...      it is right   p if it were guessing");
  const auto report = [&](const char* what, const Verdict& v) {
    lesson.say("  {:<48} {:7.1f} %   {:.2g}", what, 100 * v.accuracy, v.p_value);
  };
  report("other held-out images", of_same);
  report("the impostor's copies", of_copies);
  report("the PixelCNN's samples", of_model);
  report("naive Bayes' samples", of_bayes);
  report("samples of independent pixels", of_poor);
  lesson.claim("G1", "its samples resemble the data: a judge is less sure of them than of a poor model's",
               of_model.accuracy, of_model.accuracy < of_poor.accuracy - 0.05 && of_poor.p_value < 1e-6,
               fmt::format("the judge is right in {:.0f} %; naive Bayes {:.0f} %, independent pixels {:.0f} %; "
                           "real against real {:.0f} %",
                           100 * of_model.accuracy, 100 * of_bayes.accuracy, 100 * of_poor.accuracy,
                           100 * of_same.accuracy));

  // ---- pictures -------------------------------------------------------------------------------------------
  const auto row = [&](const Tensor& rows) { return rows.slice(0, 0, 12).reshape({12, 1, image[2], image[3]}); };
  const auto nearest_row = [&](const Nearest& of) { return row(index_select(train_rows, 0, of.row)); };
  const Tensor drawn = concatenate({row(real), row(pixel_cnn_drawn), row(bayes_drawn), row(independent_drawn)}, 0);
  const std::vector<std::string> sources = {"held out", "PixelCNN", "naive Bayes", "independent"};
  lesson.picture("samples.png", grid(drawn, {.columns = 12, .zoom = 4, .row_titles = sources}),
                 "held-out images, and what the three models draw");
  const Tensor pairs =
      concatenate({row(pixel_cnn_drawn), nearest_row(of_drawn), row(copied), nearest_row(of_copied)}, 0);
  const std::vector<std::string> titles = {"PixelCNN", "nearest", "copies", "nearest"};
  lesson.picture("nearest.png", grid(pairs, {.columns = 12, .zoom = 4, .row_titles = titles}),
                 "each above the training image nearest to it: the PixelCNN's differ, the impostor's do not");
  return lesson.close();
}
