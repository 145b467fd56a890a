// 3.1  What a manifold is: points in a space of many dimensions that lie on a surface of few.
//
//   dimension   in d dimensions a ball of twice the radius holds 2^d times the points, so the k-th nearest neighbour's
//               distance grows as k^(1/d): distances alone tell d
//   TwoNN       from the ratio of the second nearest to the nearest (Facco et al. 2017)
//   MLE         from the 10 to 20 nearest (Levina & Bickel 2004, MacKay & Ghahramani 2005)
//
// First where the truth is known, a spiral, a Swiss roll, cubes; then images whose number of factors is known; then
// images as they come; then the same pixels with everything that ties them together taken away.
#include <algorithm>
#include <cmath>

#include "data/golfer.h"
#include "data/manifolds.h"
#include "data/strokes.h"
#include "lessons/lesson.h"
#include "lessons/shuffle_columns.h"
#include "manifold/intrinsic_dimension.h"
#include "manifold/pca.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"

using namespace gradfold;

namespace {

struct Dimensions {
  double two_nn, mle;
  double farthest_from(double truth) const {  // as a share of it
    return std::max(std::abs(two_nn / truth - 1), std::abs(mle / truth - 1));
  }
};

// Mean distance to the 1st, 2nd, 4th, ... nearest neighbour, over that to the first.
void draw_growth(Chart& chart, const std::string& name, const Neighbors& near) {
  std::vector<double> ks, growth;
  for (Index k = 1; k <= near.distance.size(1); k *= 2) {
    double log_ratio = 0;
    for (Index i = 0; i < near.distance.size(0); ++i) {
      log_ratio += std::log(near.distance.at({i, k - 1}) / std::max(Real(1e-6), near.distance.at({i, 0})));
    }
    ks.push_back(static_cast<double>(k));
    growth.push_back(std::exp(log_ratio / static_cast<double>(near.distance.size(0))));
  }
  chart.line(name, ks, growth);
}

// The images of one class whose first m factors are free.
StrokeDigits digits_with(int m, Index n, const Rng& rng) {
  StrokeOptions options = StrokeOptions::free_factors(m);
  options.classes = {3};
  return stroke_digits(n, rng, options);
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "3.1", .title = "What a manifold is",
       .note = "데이터는 고차원 공간에 뿌려져 있지만 사실상 그 안의 저차원 곡면(매니폴드) 위에 놓여있음",
       .claim = "Data are scattered in a space of many dimensions, but in truth they lie on a surface in it that has "
                "few: a manifold.",
       .look_at = "Look at surface.png: images of a digit in 784 dimensions, and the bent sheet they lie on. Then at\n"
                  "growth.png: the flatter a line, the more dimensions. Change the digit (classes = {3}), or give\n"
                  "the golfer's camera another range: does the sheet stay two-dimensional?",
       .epochs = 0, .full_epochs = 0, .train = 4000, .test = 0});
  const Index n = lesson.full() ? 10000 : 4000;
  Chart growth({.title = "distance to the k-th nearest neighbour grows as k^(1 / dimension)", .x = "k",
                .y = "distance, over that to the nearest", .log_x = true, .log_y = true});
  lesson.say("  {:<42} {:>6} {:>7} {:>7}", "points", "space", "TwoNN", "MLE");
  const auto measure = [&](const std::string& name, const Tensor& x, bool show = false) {
    const Neighbors near = nearest_neighbors(x, 64);
    const Dimensions d{two_nn(near), mackay_ghahramani(near)};
    lesson.say("  {:<42} {:>6} {:>7.2f} {:>7.2f}", name, x.size(1), d.two_nn, d.mle);
    if (show) draw_growth(growth, name, near);
    return d;
  };

  // ---- where the truth is known ---------------------------------------------------------------------------
  const PointCloud roll = swiss_roll(n, lesson.rng("Swiss roll"));
  double worst = measure("spiral", spiral(n, lesson.rng("spiral")).points, true).farthest_from(1);
  worst = std::max(worst, measure("Swiss roll", roll.points, true).farthest_from(2));
  for (const Index d : {3, 5}) {
    const Tensor cube = hypercube(n, d, 784, lesson.rng("cube")).points;
    const Dimensions found = measure(fmt::format("cube of {} dimensions", d), cube, d == 5);
    worst = std::max(worst, found.farthest_from(static_cast<double>(d)));
  }
  Chart rolled({.title = "a Swiss roll: three coordinates, two dimensions", .x = "x", .y = "y", .z = "z",
                .color = "arc length"});
  const Tensor some = roll.points.slice(0, 0, 2000);
  rolled.scatter_3d("", values(some.select(1, 0)), values(some.select(1, 1)), values(some.select(1, 2)),
                    values(roll.chart.slice(0, 0, 2000).select(1, 0)));
  lesson.picture("swiss_roll.png", rolled, "points in space that lie on a sheet: two numbers say where");
  lesson.claim("M1", "distances alone tell the dimension of a surface, whatever the space it lies in", worst,
               worst < 0.2,
               fmt::format("spiral, Swiss roll, cubes of 3 and 5 dimensions in 784: at most {:.0f} % off",
                           100 * worst));

  // ---- images whose factors are known ---------------------------------------------------------------------
  std::vector<double> found;
  worst = 0;
  for (const int m : {1, 2, 3, 4, 5}) {
    const Tensor x = digits_with(m, n, lesson.rng("factors")).images.flatten(1);
    const Dimensions d = measure(fmt::format("digit with {} free factor{}", m, m > 1 ? "s" : ""), x, m == 3);
    found.push_back(d.two_nn);
    worst = std::max(worst, d.farthest_from(m));
  }
  const Golfers one = golfers(n / 2, lesson.rng("swing")),
                two = golfers(n / 2, lesson.rng("swing and camera"), {.camera = {-30, 30}});
  const Dimensions of_swing = measure("golfer: swing", one.images.flatten(1));
  const Dimensions of_both = measure("golfer: swing and camera", two.images.flatten(1));
  lesson.claim("M1", "images lie on a surface of as many dimensions as they have factors", worst,
               worst < 0.2 && std::abs(of_swing.two_nn - 1) < 0.25 && std::abs(of_both.two_nn - 2) < 0.5,
               fmt::format("784 pixels, a digit with 1, 2, 3, 4, 5 factors: {:.2f}, {:.2f}, {:.2f}, {:.2f}, {:.2f}; "
                           "2304 pixels, a golfer with 1, 2: {:.2f}, {:.2f}",
                           found[0], found[1], found[2], found[3], found[4], of_swing.two_nn, of_both.two_nn));

  // ---- the sheet, looked at -------------------------------------------------------------------------------
  const StrokeDigits sheet = digits_with(2, 3000, lesson.rng("sheet"));
  Pca three({.n_components = 3});
  const Tensor seen = three.fit_transform(sheet.images.flatten(1));
  Chart surface({.title = "3,000 images of a digit: the three directions in which they vary most", .x = "1", .y = "2",
                 .z = "3", .color = "rotation"});
  surface.scatter_3d("", values(seen.select(1, 0)), values(seen.select(1, 1)), values(seen.select(1, 2)),
                     values(sheet.factor(StrokeFactor::kRotation)));
  lesson.picture("surface.png", surface, "each point is an image of 784 pixels; slant and rotation are free");
  std::vector<Tensor> images;
  for (const double rotation : {-25, -12, 0, 12, 25}) {
    for (const double slant : {-20, -10, 0, 10, 20, 30}) {
      images.push_back(draw_stroke_digit({.digit = 3, .slant = slant, .rotation = rotation}).unsqueeze(0));
    }
  }
  lesson.picture("sheet_of_images.png", grid(concatenate(images, 0), {.columns = 6, .zoom = 2}),
                 "the same sheet: slant to the right, rotation downwards");
  // A curved surface needs more directions than it has dimensions.
  const Index directions = Pca({.n_components = 200}).fit(one.images.flatten(1)).components_for(0.95);
  lesson.claim("M1", "and the surface is curved: straight directions are not its dimensions",
               static_cast<double>(directions), directions >= 10,
               fmt::format("the golfer's swing, one number: {} straight directions for 95 % of the variance",
                           directions));

  // ---- images as they come --------------------------------------------------------------------------------
  const Dataset data = lesson.train_images();
  const Tensor x = data.images.flatten(1);
  const double pixels = static_cast<double>(x.size(1));
  const Dimensions of_data = measure(data.name, x, true);
  lesson.claim("M1", "data are not scattered over all of the space: they follow a structure of few dimensions",
               of_data.two_nn, std::max(of_data.two_nn, of_data.mle) < pixels / 20,
               fmt::format("{} in {} pixels: {:.1f} dimensions (TwoNN), {:.1f} (MLE)", data.name, x.size(1),
                           of_data.two_nn, of_data.mle));
  const Tensor shuffled = shuffle_columns(x, lesson.rng("shuffled"));
  const Dimensions of_shuffled = measure("the same, each pixel shuffled by itself", shuffled, true);
  lesson.picture("growth.png", growth, "the flatter the line, the more dimensions");
  const Shape row = {12, data.images.size(1), data.images.size(2), data.images.size(3)};
  lesson.picture("shuffled.png",
                 grid(concatenate({data.images.slice(0, 0, 12), shuffled.slice(0, 0, 12).reshape(row)}, 0),
                      {.columns = 12, .zoom = 2, .row_titles = {"data", "shuffled"}}),
                 "below, every pixel of every image is a real one's, taken from another image each");
  lesson.claim("M1", "(control) it is the structure: each pixel with its own values, but without the others, has none",
               of_shuffled.mle / of_data.mle, std::min(of_shuffled.two_nn, of_shuffled.mle) > 3 * of_data.mle,
               fmt::format("pixels shuffled: {:.0f} dimensions (TwoNN), {:.0f} (MLE)", of_shuffled.two_nn,
                           of_shuffled.mle));
  return lesson.close();
}
