// 3.5  The manifold hypothesis: data of many dimensions lie on a surface of few, where they are dense and mean
//      something.
//
//   sparse       a random image is never like data: log p(x) under a PixelCNN, and which share of all images is likely
//   dense        on a surface of d dimensions N points come within N^(-1/d) of each other; in all of pixel space never
//   few factors  the estimated dimension is the number of factors that the images were made from
//   meaningful   images that lie near each other have nearly the same factors: neighbours predict them
//
// The notes' example is a face: thousands of pixels, and yet expression, angle and lighting explain it. Ours are
// digits and a golfer whose factors are known, so that it can be measured.
#include <algorithm>
#include <cmath>

#include "data/golfer.h"
#include "data/strokes.h"
#include "lessons/lesson.h"
#include "lessons/neighbor_regression.h"
#include "manifold/intrinsic_dimension.h"
#include "manifold/isomap.h"
#include "models/pixel_cnn.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

void train(Lesson& lesson, PixelCnn& model, const Dataset& images) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  Lesson::Epochs epochs = lesson.epochs(images, {.batch = 16, .title = "PixelCNN"});
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = model.nll(batch.images);
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(3e-3 * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
  }
  model.freeze();
}

// Digits of all classes whose first m factors are free.
StrokeDigits digits_with(int m, Index n, const Rng& rng) {
  return stroke_digits(n, rng, StrokeOptions::free_factors(m));
}

// Mean distance from each query to the nearest of the first n points.
double nearest(const Tensor& queries, const Tensor& points, Index n) {
  return mean(nearest_neighbors(queries, points.slice(0, 0, n).contiguous(), 1).distance).item();
}

std::string text(const std::vector<double>& r2) {
  std::string out;
  for (const double v : r2) out += fmt::format("{}{:.2f}", out.empty() ? "" : ", ", v);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "3.5", .title = "The manifold hypothesis",
       .note = "고차원 데이터는 실제로는 저차원 매니폴드 위에 놓여 있다: 고차원 공간에서 데이터는 희소해 보이지만, "
               "저차원 매니폴드로 사상하면 의미 있는 구조가 밀집됨",
       .claim = "Data of many dimensions in truth lie on a manifold of few: in the large space they look sparse, "
                "mapped to the manifold they are dense and what they mean comes out.",
       .look_at = "Look at random.png: would you ever draw a digit by chance? Then at density.png: which lines fall,\n"
                  "and how steeply? map.png is a golfer in two numbers instead of 2,304. Free one more factor in\n"
                  "the neighbours' experiment (digits_with(4, ...)): which of them do the neighbours still know?",
       .epochs = 3, .full_epochs = 10, .train = 2000, .test = 500});

  // ---- sparse: random images are never like data -----------------------------------------------------------
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Index height = test.images.size(2), width = test.images.size(3);
  const double pixels = static_cast<double>(height * width);
  Rng first_values = lesson.rng("first values"), drawing = lesson.rng("random images");
  PixelCnn model({.maps = 16, .blocks = 4}, first_values);
  train(lesson, model, images);
  const Tensor share = mean(images.images, {0}, true);  // of ink, pixel by pixel
  const Tensor coins = drawing.bernoulli(Tensor::full({1000, 1, height, width}, Real(0.5)));
  const Tensor alike = drawing.bernoulli(share.expand({1000, 1, height, width}).contiguous());
  const Tensor of_data = -model.log_prob(test.images), of_coins = -model.log_prob(coins),
               of_alike = -model.log_prob(alike);
  const double nats = mean(of_data).item(), worst_digit = max(of_data).item();
  const auto range = [](const Tensor& x) { return fmt::format("{:.0f} to {:.0f}", min(x).item(), max(x).item()); };
  lesson.say("  nats: held-out digits {}, pixels with the data's own shares of ink {}, coin flips {}\n",
             range(of_data), range(of_alike), range(of_coins));
  lesson.picture("random.png",
                 grid(concatenate({test.images.slice(0, 0, 12), alike.slice(0, 0, 12), coins.slice(0, 0, 12)}, 0),
                      {.columns = 12, .zoom = 2,
                       .row_titles = {fmt::format("digits {:.0f}", nats),
                                      fmt::format("own ink {:.0f}", mean(of_alike).item()),
                                      fmt::format("coins {:.0f}", mean(of_coins).item())}}),
                 "held-out digits; each pixel ink as often as in the data; fair coins: nats under the PixelCNN");
  const double gap = std::min(min(of_coins).item(), min(of_alike).item()) - worst_digit;
  lesson.claim("M5", "random images never look like data: the likeliest of 2,000 is less likely than any digit", gap,
               gap > 0 && mean(of_alike).item() > nats + 100,
               fmt::format("held-out digits {:.0f} nats, random with the data's own ink {:.0f}, coin flips {:.0f}; "
                           "the closest two are {:.0f} nats apart",
                           nats, mean(of_alike).item(), mean(of_coins).item(), gap));
  const double log10_share = (nats - pixels * std::log(2.0)) / std::log(10.0);
  lesson.claim("M5", "the space is all but empty: likely images are a vanishing part of the 2^pixels", log10_share,
               log10_share < -100,
               fmt::format("at most e^{:.0f} of the 2^{:.0f} images are as likely as an average digit: one in "
                           "10^{:.0f}",
                           nats, pixels, -log10_share));

  // ---- dense: on the surface, more points come nearer --------------------------------------------------------
  Chart density({.title = "distance from a held-out image to its nearest of N", .x = "N",
                 .y = "distance, over that at 125", .log_x = true, .log_y = true});
  const auto fall = [&](const std::string& name, const Tensor& x) {
    const Tensor queries = x.slice(0, 0, 200).contiguous(), points = x.slice(0, 200, 4200);
    std::vector<double> sizes, distances;
    for (Index n = 125; n <= 4000; n *= 2) {
      sizes.push_back(static_cast<double>(n));
      distances.push_back(nearest(queries, points, n));
    }
    const double first = distances.front(), last = distances.back();
    for (double& d : distances) d /= first;
    density.line(name, sizes, distances);
    return first / last;
  };
  const auto one_class = [&](int m) {
    StrokeOptions options = StrokeOptions::free_factors(m);
    options.classes = {3};
    return stroke_digits(4200, lesson.rng(m == 2 ? "two" : "four"), options).images.flatten(1);
  };
  const double with_two = fall("a digit with 2 free factors", one_class(2)), with_four = fall("with 4", one_class(4));
  const Tensor all = stroke_digits(4200, lesson.rng("all")).images.flatten(1);
  const double as_they_come = fall("stroke digits as they come", all);
  const double in_space = fall("random images", lesson.rng("random").uniform({4200, height * width}));
  lesson.picture("density.png", density, "the fewer the dimensions, the nearer do more points come");
  lesson.claim("M5", "on the surface data get dense, in the space never", with_two,
               with_two > 4 && with_four > 1.9 && with_four < with_two && in_space < 1.05,
               fmt::format("32 times as many images bring the nearest one {:.1f} times nearer with 2 factors "
                           "(32^(1/2) = 5.7), {:.1f} with 4 (2.4), {:.2f} for digits as they come, {:.3f} for random "
                           "images",
                           with_two, with_four, as_they_come, in_space));

  // ---- few factors: the dimension is their number ------------------------------------------------------------
  std::vector<double> factors, estimate;
  double worst = 0, least_step = 1e9;
  for (int m = 1; m <= 7; ++m) {
    const Index n = lesson.full() ? 10000 : 3000;
    const Tensor x = digits_with(m, n, lesson.rng(fmt::format("{} factors", m))).images.flatten(1);
    factors.push_back(m), estimate.push_back(two_nn(x));
    worst = std::max(worst, std::abs(estimate.back() / m - 1));
    if (m > 1) least_step = std::min(least_step, estimate.back() - estimate[estimate.size() - 2]);
  }
  Chart tracking({.title = "digits of ten classes, 784 pixels", .x = "factors that are free",
                  .y = "dimension (TwoNN)"});
  tracking.line("as many dimensions as factors", factors, factors).scatter("estimated", factors, estimate);
  lesson.picture("factors.png", tracking, "slant, rotation, thickness, size, aspect, x and y are freed one by one");
  lesson.claim("M5", "a few factors explain an image: the dimension is their number", worst,
               worst < 0.25 && least_step > 0.2,
               fmt::format("1 to 7 factors free: {}; at most {:.0f} % off", text(estimate), 100 * worst));

  // ---- meaningful: neighbours have the same factors ----------------------------------------------------------
  const Index n = 4000;
  const StrokeDigits known = digits_with(3, n, lesson.rng("known")), asked = digits_with(3, 500, lesson.rng("asked"));
  const Tensor known_factors = known.factors.slice(1, 0, 3).contiguous();
  const Tensor asked_factors = asked.factors.slice(1, 0, 3).contiguous();
  const Tensor points = known.images.flatten(1), queries = asked.images.flatten(1);
  const std::vector<double> r2 = neighbor_r2(queries, asked_factors, points, known_factors, 5);
  const Tensor of_others = index_select(known_factors, 0, lesson.rng("others").permutation(n));
  const std::vector<double> control = neighbor_r2(queries, asked_factors, points, of_others, 5);
  lesson.claim("M5", "neighbours are alike in meaning: the factors of 5 nearest images predict a held-out one's (R^2)",
               std::ranges::min(r2), std::ranges::min(r2) > 0.75 && std::ranges::max(control) < 0.1,
               fmt::format("slant, rotation, thickness: {}; with other images' factors {}", text(r2), text(control)));
  const Indices near = nearest_neighbors(queries.slice(0, 0, 4).contiguous(), points, 11).index;
  std::vector<Tensor> rows;
  for (Index i = 0; i < 4; ++i) {
    rows.push_back(asked.images.slice(0, i, i + 1));
    rows.push_back(index_select(known.images, 0, near.slice(11 * i, 11 * (i + 1))));
  }
  lesson.picture("neighbors.png", grid(concatenate(rows, 0), {.columns = 12, .zoom = 2}),
                 "first a held-out image, then its 11 nearest of 4,000");

  // ---- a map of two numbers -----------------------------------------------------------------------------------
  const GolferOptions both{.camera = {-40, 40}};
  const Golfers seen = golfers(1500, lesson.rng("golfers"), both), unseen = golfers(300, lesson.rng("unseen"), both);
  Isomap isomap({.n_neighbors = 8});
  const Tensor map = isomap.fit_transform(seen.images.flatten(1)), placed = isomap.transform(unseen.images.flatten(1));
  const std::vector<double> from_map = neighbor_r2(placed, unseen.factors, map, seen.factors, 5);
  Chart mapped({.title = "1,500 golfers on an Isomap of two dimensions", .x = "1", .y = "2", .equal_axes = true,
                .color = "swing"});
  mapped.scatter_colored("", values(map.select(1, 0)), values(map.select(1, 1)), values(seen.factors.select(1, 0)));
  lesson.picture("map.png", mapped, "2,304 pixels became two numbers; the swing runs along the map");
  lesson.claim("M5", "mapped to the manifold the structure comes out: two numbers tell what 2,304 pixels showed (R^2)",
               from_map[0], from_map[0] > 0.9,
               fmt::format("swing {:.3f}, camera {:.2f}, of held-out golfers placed on the map", from_map[0],
                           from_map[1]));
  return lesson.close();
}
