// 3.7  A reasonable distance: a straight line leaves the surface, the way along it does not.
//
//   Euclid      |x - y|: straight through the space, whatever lies between
//   geodesic    the shortest way from neighbour to neighbour; on a curve that is its arc length
//
//   in between  pixels     (1 - t) x + t y: a double exposure of the two images
//               latent     decode((1 - t) encode(x) + t encode(y)), by an autoencoder
//               graph      images that are passed on the shortest way from x to y
//
// On a spiral the true distance is known. A golfer and digits show what it is good for: what lies between two images.
#include <algorithm>
#include <cmath>

#include "data/golfer.h"
#include "data/manifolds.h"
#include "lessons/curve_points.h"
#include "lessons/interpolation.h"
#include "lessons/lesson.h"
#include "manifold/distances.h"
#include "manifold/isomap.h"
#include "manifold/quality.h"
#include "models/autoencoder.h"
#include "models/net_classifier.h"
#include "models/pixel_cnn.h"
#include "nn/activations.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "nn/sequential.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

template <class Model, class Loss>
void train(Lesson& lesson, Model& model, const Dataset& images, TrainOptions options, double lr, Loss loss_of) {
  Adam optimizer(model.parameters(), {.lr = lr});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = loss_of(batch.images);
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(lr * rate(step++));
    optimizer.step();
    lesson.show("loss", loss.item());
  }
}

void train_autoencoder(Lesson& lesson, Autoencoder& model, const Dataset& images, Index epochs, std::string title) {
  train(lesson, model, images, {.batch = 32, .epochs = epochs, .title = std::move(title)}, 1e-3, [&](const Tensor& x) {
    return mse_loss(model.decoded(model.encoded(x)), x, Reduction::kMean);
  });
}

// What lies half-way between two points of the spiral, and how far it is from the curve (mean over pairs): the middle
// of the straight line, and of the codes, decoded. A point's code is one number, Isomap's; a net is trained to give
// the point back.
struct Midpoints {
  double straight, decoded;
};
Midpoints spiral_midpoints(Lesson& lesson, const Tensor& points) {
  const Index n = points.size(0), half = n / 2;
  const Tensor map = Isomap({.n_neighbors = 16, .n_components = 1}).fit_transform(points);
  const Tensor code = map / max(abs(map)).item(), reach = max(abs(points));
  Rng start = lesson.rng("spiral decoder");
  Sequential decoder;
  decoder.add<Linear>(1, 128).add<ReLU>().add<Linear>(128, 128).add<ReLU>().add<Linear>(128, 2);
  decoder.reset_parameters(start);
  const Tensor rows = concatenate({code, points / reach}, 1).reshape({n, 1, 1, 3});  // code, x, y
  train(lesson, decoder, Dataset{.name = "spiral", .images = rows, .labels = {}, .factors = {}},
        {.batch = 50, .epochs = 200, .title = "decoder, spiral"}, 3e-3, [&](const Tensor& batch) {
          const Tensor row = batch.flatten(1);
          return mse_loss(decoder(row.slice(1, 0, 1).contiguous()), row.slice(1, 1, 3).contiguous(), Reduction::kMean);
        });
  const auto middle = [&](const Tensor& x) { return (x.slice(0, 0, half) + x.slice(0, half, 2 * half)) / Real(2); };
  const Tensor curve = spiral(5000, lesson.rng("curve")).points;
  const auto off = [&](const Tensor& x) { return static_cast<double>(mean(distance_to_curve(x, curve)).item()); };
  return {off(middle(points)), off(decoder(middle(code)).value() * reach)};
}

constexpr Index kFrames = 9, kPairs = 20;  // frames of a way; pairs of images that are gone between
enum Way { kPixels, kLatent, kGraph, kWays };
const std::vector<std::string> kNames{"pixels", "latent", "graph"};

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "3.7", .title = "A reasonable distance",
       .note = "두 점 A, B는 고차원 유클리드 공간에서는 가까워 보이지만 실제 매니폴드 위에서는 멀리 떨어져 있음 / 픽셀 "
               "공간에서 단순 보간 -> 중간 이미지가 부자연스러움, 매니폴드 위에서 보간 -> 자연스러운 동작 변화",
       .claim = "A and B look near in Euclidean space and are far apart on the manifold. Interpolated in pixels, "
                "images in between are unnatural; along the manifold the movement is natural.",
       .look_at = "Look at golfer.png and digits.png: which frames could be photographs? Then at neighbours.png: too\n"
                  "few neighbours and the spiral falls apart, too many and the way jumps across. Add noise to the\n"
                  "spiral (.noise = 0.5): which k still work?",
       .labels = true, .epochs = 3, .full_epochs = 10, .train = 4000, .test = 200});

  // ---- the spiral: A looks near to B ------------------------------------------------------------------------
  const PointCloud curve = spiral(1000, lesson.rng("spiral"));
  const Tensor euclid = sqrt(squared_distances(curve.points)), along = sqrt(squared_distances(curve.chart));
  const Graph graph = neighbor_graph(nearest_neighbors(curve.points, 16));
  const Tensor geodesic = geodesic_distances(graph);
  const auto [a, b, c] = near_and_far(curve.chart, euclid, along, 20);  // B is on the next arm, C on A's own
  Chart drawn({.title = "from A to B: straight, and along the spiral", .x = "x", .y = "y", .equal_axes = true});
  const Tensor walked = index_select(curve.points, 0, shortest_path(graph, a, b));
  drawn.scatter("points", values(curve.points.select(1, 0)), values(curve.points.select(1, 1)));
  drawn.line(fmt::format("along, {:.0f} (truth {:.0f})", geodesic.at({a, b}), along.at({a, b})),
             values(walked.select(1, 0)), values(walked.select(1, 1)));
  drawn.line(fmt::format("straight, {:.1f}", euclid.at({a, b})), {curve.points.at({a, 0}), curve.points.at({b, 0})},
             {curve.points.at({a, 1}), curve.points.at({b, 1})});
  lesson.picture("spiral.png", drawn, "the straight line jumps across, the graph's way stays on the points");
  lesson.claim("M7", "A and B look near and are far along the surface; C, which looks farther, is nearer",
               geodesic.at({a, b}) / geodesic.at({a, c}),
               euclid.at({a, b}) < euclid.at({a, c}) && geodesic.at({a, b}) > 3 * geodesic.at({a, c}),
               "A to B: straight {:.1f}, along {:.1f}; A to C: straight {:.1f}, along {:.1f}", euclid.at({a, b}),
               geodesic.at({a, b}), euclid.at({a, c}), geodesic.at({a, c}));
  const double by_euclid = distance_agreement(euclid, curve.chart).spearman,
               by_graph = distance_agreement(geodesic, curve.chart).spearman;
  const double wrong_euclid = wrong_order(euclid, along, 100000, lesson.rng("comparisons")),
               wrong_graph = wrong_order(geodesic, along, 100000, lesson.rng("comparisons"));
  lesson.claim("M7", "distances along the graph are the true ones, Euclid's are not (Spearman with arc length)",
               by_graph, by_graph > 0.999 && by_euclid < 0.8 && wrong_euclid > 0.15 && wrong_graph < 0.02,
               "Euclid {:.2f}, graph {:.4f}; which of two pairs is farther apart: Euclid is wrong in {:.0f} %, the "
               "graph in {:.2f} %",
               by_euclid, by_graph, 100 * wrong_euclid, 100 * wrong_graph);

  const Midpoints half_way = spiral_midpoints(lesson, curve.points);
  lesson.say("  half-way between two points of the spiral, distance to the curve: straight {:.2f}, decoded {:.2f}",
             half_way.straight, half_way.decoded);

  // ---- how many neighbours -----------------------------------------------------------------------------------
  std::vector<double> ks, agreement;
  Index parts_of_two = 0;
  double worst_good = 1, with_most = 1;
  for (const Index k : {1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192}) {
    const Graph of_k = neighbor_graph(nearest_neighbors(curve.points, k));
    const Components parts = connected_components(of_k);
    if (k == 2) parts_of_two = parts.count();
    if (parts.count() > 1) {
      lesson.say("  {:2} neighbours: {}", k, parts.str());
      continue;
    }
    ks.push_back(static_cast<double>(k));
    agreement.push_back(distance_agreement(geodesic_distances(of_k), curve.chart).spearman);
    lesson.say("  {:2} neighbours: Spearman {:.4f}", k, agreement.back());
    if (k >= 12 && k <= 24) worst_good = std::min(worst_good, agreement.back());
    with_most = agreement.back();
  }
  Chart sweep({.title = "the graph's distances on the spiral, by its number of neighbours", .x = "neighbours",
               .y = "Spearman with arc length", .log_x = true});
  sweep.line("graph", ks, agreement).line("Euclid", {ks.front(), ks.back()}, {by_euclid, by_euclid});
  lesson.picture("neighbours.png", sweep,
                 "from 12 on: with fewer the spiral falls apart; with more the way jumps across");
  lesson.claim("M7", "with too few neighbours the surface falls apart, with too many the way jumps across", with_most,
               parts_of_two > 1 && worst_good > 0.999 && with_most < 0.95,
               "2 neighbours: {} parts; 12 to 24: at least {:.4f}; 192: {:.3f}", parts_of_two, worst_good, with_most);

  // ---- the golfer: what lies between two poses -----------------------------------------------------------------
  const GolferOptions small{.side = 32};
  const Golfers seen = golfers(2000, lesson.rng("golfers"), small), fresh = golfers(2000, lesson.rng("fresh"), small);
  const Dataset swings{.name = "golfers", .images = seen.images, .labels = {}, .factors = {}};
  Rng golfer_start = lesson.rng("golfer code"), digit_start = lesson.rng("digit code");
  Autoencoder of_golfers({.code = 3, .hidden = 256, .height = small.side, .width = small.side}, golfer_start);
  train_autoencoder(lesson, of_golfers, swings, 50, "autoencoder, golfers");
  const Graph swing_graph = image_graph(seen.images, 16);
  std::vector<double> off(kWays), grey(kWays), pose_error(kWays);
  const auto swing = [&](Index i) { return static_cast<double>(seen.factors.at({i, 0})); };
  Index poses = 0;
  for (Index i = 0; i + 1 < seen.images.size(0) && poses < kPairs; i += 2) {
    if (std::abs(swing(i) - swing(i + 1)) < 90) continue;  // poses so near that anything lies between
    const std::vector<Tensor> all = three_ways(of_golfers, swing_graph, seen.images, i, i + 1, kFrames);
    for (std::size_t w = 0; w < kWays; ++w) {
      const Tensor inside = between(all[w]);
      const Neighbors real = nearest_neighbors(inside.flatten(1), fresh.images.flatten(1), 1);
      off[w] += static_cast<double>(mean(real.distance).item());
      grey[w] += mean(grey_share(inside)).item();
      for (Index f = 1; f + 1 < kFrames; ++f) {
        const double t = static_cast<double>(f) / (kFrames - 1), asked = (1 - t) * swing(i) + t * swing(i + 1);
        pose_error[w] += std::abs(fresh.factors.at({real.index[f - 1], 0}) - asked) / (kFrames - 2);
      }
    }
    if (poses++ == 0) {
      lesson.picture("golfer.png", grid(concatenate(all, 0), {.columns = kFrames, .zoom = 3, .row_titles = kNames}),
                     "from one pose to another: mixed pixels, a line in the code, along the graph");
    }
  }
  for (std::vector<double>* sums : {&off, &grey, &pose_error})
    for (double& of_way : *sums) of_way /= static_cast<double>(poses);
  lesson.claim("M8", "the golfer: mixed pixels are no golfer, frames along the graph are (distance to a real one)",
               off[kPixels] / off[kGraph], off[kPixels] > 3 * off[kGraph] && grey[kPixels] > 1.15 * grey[kGraph],
               "pixels {:.2f}, graph {:.2f}; grey share of the ink {:.2f}, {:.2f}; shown only: a small net's code "
               "{:.2f}, {:.2f}", off[kPixels], off[kGraph], grey[kPixels], grey[kGraph], off[1], grey[1]);
  lesson.claim("M8", "and they move: the pose goes evenly from one to the other (error in degrees)",
               pose_error[kGraph], pose_error[kGraph] < 0.5 * pose_error[kPixels],
               "pixels {:.0f}, latent {:.0f}, graph {:.0f} degrees off an even swing, {} pairs of poses",
               pose_error[0], pose_error[1], pose_error[2], poses);

  // ---- digits: what a PixelCNN thinks of the frames -------------------------------------------------------------
  const Dataset all_images = lesson.train_images(), test = lesson.test_images();
  // The judge must not have seen what it judges: one half is for it, the other for codes and graph.
  const Index half = all_images.size() / 2;
  const Dataset of_judge = slice(all_images, 0, half), images = slice(all_images, half, 2 * half);
  Autoencoder of_digits({.code = 16, .hidden = 256, .height = test.images.size(2), .width = test.images.size(3)},
                        digit_start);
  train_autoencoder(lesson, of_digits, images, 20, "autoencoder, digits");
  Rng first = lesson.rng("PixelCNN"), ink = lesson.rng("ink");
  PixelCnn judge({.maps = 16, .blocks = 4}, first);
  train(lesson, judge, of_judge, {.batch = 16, .title = "PixelCNN"}, 3e-3,
        [&](const Tensor& x) { return judge.nll(ink.bernoulli(x)); });
  judge.freeze();
  ConvClassifier reader({1, test.images.size(2), test.images.size(3)},
                        {.steps = 600, .batch = 64, .lr = 3e-3, .seed = lesson.seed()});
  reader.fit(of_judge.images.flatten(1), of_judge.labels, 10);
  const auto sure = [&](const Tensor& x, const auto& label_of) {  // mean probability of the images' own class
    const Tensor p = reader.predict_proba(x.flatten(1));
    double sum = 0;
    for (Index i = 0; i < x.size(0); ++i) sum += p.at({i, label_of(i)});
    return sum / static_cast<double>(x.size(0));
  };
  const Graph digit_graph = image_graph(images.images, 10);
  const auto nats = [&](const Tensor& x) { return -mean(judge.log_prob(ink.bernoulli(clamp(x, 0, 1)))).item(); };
  std::vector<double> cost(kWays), ghost(kWays), confidence(kWays);
  Index pairs = 0;
  for (Index i = 0; i + 1 < images.size() && pairs < kPairs; i += 2) {
    if (images.labels[i] != images.labels[i + 1]) continue;
    const std::vector<Tensor> all = three_ways(of_digits, digit_graph, images.images, i, i + 1, kFrames);
    for (std::size_t w = 0; w < kWays; ++w) {
      cost[w] += nats(between(all[w])), ghost[w] += mean(grey_share(between(all[w]))).item();
      confidence[w] += sure(between(all[w]), [&](Index) { return images.labels[i]; });
    }
    if (pairs++ == 0) {
      lesson.picture("digits.png", grid(concatenate(all, 0), {.columns = kFrames, .row_titles = kNames}),
                     "two digits of one class, and three ways from one to the other");
    }
  }
  require(pairs > 0, "lesson 3.7", "no two images after one another are of one class; hint: their order must be mixed");
  for (std::vector<double>* sums : {&cost, &ghost, &confidence})
    for (double& of_way : *sums) of_way /= static_cast<double>(pairs);
  const double real_nats = nats(test.images);
  lesson.say("  what a classifier gives to the digits' own class: pixels {:.3f}, latent {:.3f}, graph {:.3f}; held-out "
             "digits {:.3f}",
             confidence[kPixels], confidence[kLatent], confidence[kGraph],
             sure(test.images, [&](Index i) { return test.labels[i]; }));
  lesson.claim("M8", "digits: a PixelCNN that has seen none of them finds mixed pixels unnatural (nats a frame)",
               cost[kPixels] - cost[kGraph],
               cost[kPixels] > cost[kGraph] + 15 && std::abs(cost[kGraph] - real_nats) < 25,
               "pixels {:.0f}, graph {:.0f}, held-out digits {:.0f}; grey share {:.2f}, {:.2f}; shown only: a small "
               "net's code {:.0f}, {:.2f}",
               cost[kPixels], cost[kGraph], real_nats, ghost[kPixels], ghost[kGraph], cost[1], ghost[1]);
  return lesson.close();
}
