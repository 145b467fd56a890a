// 3.3  Visualization: 784 dimensions on a sheet of paper, and what such a map does not say.
//
//   PCA     the flat shadow in which the points lie widest
//   t-SNE   places points so that whom each would pick as a neighbour is as in the data: KL(P || Q), all pairs
//   UMAP    draws the graph of neighbours: edges pull their ends together, random points push each other away
//
// Two experiments on digits: who keeps the neighbours, and where digits go that the map has never seen. Then four on
// data whose truth is known, in which a reader of the map goes wrong: the size of a cluster, the distance between two,
// clusters that are not there, and where on the paper a cluster lies. And the same points with one perplexity after
// another.
#include <algorithm>
#include <cmath>
#include <functional>

#include "lessons/lesson.h"
#include "lessons/perplexity_strip.h"
#include "manifold/groups.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"
#include "models/factor_measures.h"
#include "tensor/elementwise.h"

using namespace gradfold;

namespace {

// One series of dots for each label.
Chart draw(const std::string& title, const Tensor& y, const Indices& labels, const std::vector<std::string>& names) {
  Chart chart({.title = title, .equal_axes = true, .width = 640, .height = 560});
  for (std::size_t label = 0; label < names.size(); ++label) {
    std::vector<double> a, b;
    for (Index i = 0; i < y.size(0); ++i) {
      if (labels[i] != static_cast<std::int32_t>(label)) continue;
      a.push_back(y.at({i, 0})), b.push_back(y.at({i, 1}));
    }
    chart.scatter(names[label], a, b);
  }
  return chart;
}

// Three sets of points, a map of each perplexity, and a table of what is so and what is drawn.
void perplexity_strip(Lesson& lesson) {
  const std::vector<double> perplexities = {2, 5, 30, 100};
  const Rng rng = lesson.rng("perplexity");
  std::vector<MapRow> rows;
  lesson.say("  {:26} {:>8} {:>6} {:>6} {:>6} {:>6}", "t-SNE, perplexity", "the data", "2", "5", "30", "100");
  const auto line = [&](const std::string& what, int digits, double truth,
                        const std::function<double(const Tensor&)>& of_map) {
    std::string out = fmt::format("  {:26} {:8.{}f}", what, truth, digits);
    for (const DrawnMap& map : rows.back().maps) out += fmt::format(" {:6.{}f}", of_map(map.y), digits);
    lesson.say("{}", out);
  };
  for (const KnownPoints& points : {two_gaussians(30, rng), two_gaussians(90, rng), one_gaussian(rng)}) {
    rows.push_back(perplexity_row(points, perplexities));
    const auto shape = [&](const Tensor& y) { return map_shape(y, points.labels); };
    const MapShape truth = shape(points.x);
    if (truth.widths > 0) {
      line(points.title + ": wide / narrow", 2, truth.widths, [&](const Tensor& y) { return shape(y).widths; });
      line(points.title + ": apart / narrow", 2, truth.apart, [&](const Tensor& y) { return shape(y).apart; });
    }
    line(points.title + ": pieces", 0, static_cast<double>(pieces(points.x)),
         [](const Tensor& y) { return static_cast<double>(pieces(y)); });
    line(points.title + ": trustworthiness", 3, 1, [&](const Tensor& y) { return trustworthiness(points.x, y); });
    line(points.title + ": continuity", 3, 1, [&](const Tensor& y) { return continuity(points.x, y); });
  }
  lesson.say("");
  lesson.picture("perplexity.png", map_grid(rows),
                 "t-SNE of 300 points: a narrow (blue) and a wide Gaussian 30 and 90 apart, and one Gaussian alone");
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "3.3", .title = "Visualization and what a map does not say",
       .note = "고차원 데이터를 2D/3D 매니폴드로 줄여서 사람이 직관적으로 볼 수 있게 함 / 예 : t-SNE, UMAP",
       .claim = "High-dimensional data are reduced to a manifold of two or three dimensions, so that people can see "
                "them: t-SNE, UMAP.",
       .look_at = "Look at pca.png beside tsne.png: same digits. Then at balls_tsne.png: which of the three balls is\n"
                  "wide, and which two are close? noise.png shows one ball of noise: "
                  "raise its perplexity from 3 to 30.\n"
                  "What is left of the clusters?",
       .labels = true, .epochs = 0, .full_epochs = 0, .train = 2000, .test = 500});
  const std::vector<std::string> digits = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

  // ---- three maps of the same digits ----------------------------------------------------------------------
  const Dataset train = lesson.train_images(), test = lesson.test_images();
  const Tensor pixels = train.images.flatten(1), new_pixels = test.images.flatten(1);
  Pca to_50({.n_components = 50});
  const Tensor x = to_50.fit_transform(pixels), x_new = to_50.transform(new_pixels);
  Umap umap({.random_state = lesson.seed()}), umap_3d({.n_components = 3, .random_state = lesson.seed()});
  Tsne tsne;
  struct Map {
    std::string name, file;
    std::function<Tensor()> draw;
    Tensor y = {};
    double trust = 0, continuity = 0, accuracy = 0;
  };
  std::vector<Map> maps = {{"PCA", "pca", [&] { return Pca({.n_components = 2}).fit_transform(x); }},
                           {"t-SNE", "tsne", [&] { return tsne.fit_transform(x); }},
                           {"UMAP", "umap", [&] { return umap.fit_transform(x); }},
                           {"UMAP in 3-D", "", [&] { return umap_3d.fit_transform(x); }}};
  lesson.say("  {:12} {:>16} {:>12} {:>20} {:>9}", "", "trustworthiness", "continuity", "neighbour accuracy",
             "seconds");
  for (Map& m : maps) {
    const double start = lesson.seconds();
    m.y = m.draw();
    const double took = lesson.seconds() - start;
    m.trust = trustworthiness(pixels, m.y), m.continuity = continuity(pixels, m.y);
    m.accuracy = knn_accuracy(m.y, train.labels);
    lesson.say("  {:12} {:16.3f} {:12.3f} {:20.3f} {:9.2f}", m.name, m.trust, m.continuity, m.accuracy, took);
    if (!m.file.empty())
      lesson.picture(m.file + ".png", draw(m.name, m.y, train.labels, digits),
                     fmt::format("{}: trustworthiness {:.3f}, neighbour accuracy {:.3f}", m.name, m.trust, m.accuracy));
  }
  const double in_pixels = knn_accuracy(pixels, train.labels);
  lesson.say("  {:12} {:>16} {:>12} {:20.3f}\n", "784 pixels", "", "", in_pixels);
  const double trust_gain = std::min(maps[1].trust, maps[2].trust) - maps[0].trust;
  const double accuracy_gain = std::min(maps[1].accuracy, maps[2].accuracy) - maps[0].accuracy;
  lesson.claim("M3", "two coordinates show who is near whom in 784: t-SNE and UMAP keep the neighbours that PCA's "
                     "shadow loses",
               trust_gain, trust_gain > 0.1 && accuracy_gain > 0.3,
               fmt::format("trustworthiness PCA {:.3f}, t-SNE {:.3f}, UMAP {:.3f}; accuracy of 10 neighbours {:.3f}, "
                           "{:.3f}, {:.3f} (in pixels {:.3f})",
                           maps[0].trust, maps[1].trust, maps[2].trust, maps[0].accuracy, maps[1].accuracy,
                           maps[2].accuracy, in_pixels));

  // ---- digits that the map has never seen -----------------------------------------------------------------
  const double placed = knn_accuracy(umap.transform(x_new), test.labels, umap.embedding, train.labels);
  const double by_pixels = knn_accuracy(new_pixels, test.labels, pixels, train.labels);
  const Tensor shadow = Pca({.n_components = 2}).fit(x).transform(x_new);
  const double by_shadow = knn_accuracy(shadow, test.labels, maps[0].y, train.labels);
  lesson.claim("M3", "held-out digits, placed into UMAP's finished map, land among their own class", placed,
               placed > by_shadow + 0.2 && placed > by_pixels - 0.1,
               fmt::format("10 neighbours on the map name {:.3f} of them rightly, in PCA's {:.3f}, in pixels {:.3f}",
                           placed, by_shadow, by_pixels));

  // ---- what it does not say: how large a cluster is, how far from another -----------------------------------
  // Three balls of 200 points in 50 dimensions: two narrow ones next to each other, and a wide one far away.
  Rng rng = lesson.rng("balls");
  Tensor balls = rng.normal({600, 50});
  Indices ball(Shape{600});
  for (Index i = 0; i < 600; ++i) {
    ball[i] = static_cast<std::int32_t>(i / 200);
    Tensor row = balls.select(0, i);
    if (ball[i] == 2) row.copy_from(row * Real(5));
    row.set({0}, row.at({0}) + (ball[i] == 1 ? 30 : ball[i] == 2 ? 300 : 0));
  }
  const std::vector<std::string> names = {"narrow", "narrow, 30 away", "wide, 300 away"};
  const Tensor flat_balls = Pca({.n_components = 2}).fit_transform(balls), tsne_balls = Tsne().fit_transform(balls);
  const Tensor umap_balls = Umap({.random_state = lesson.seed()}).fit_transform(balls);
  const Groups truth = groups(balls, ball), flat = groups(flat_balls, ball);
  const Groups by_tsne = groups(tsne_balls, ball), by_umap = groups(umap_balls, ball);
  const auto size_ratio = [](const Groups& g) { return g.spread[2] / g.spread[0]; };
  const auto distance_ratio = [](const Groups& g) { return g.distance(0, 2) / g.distance(0, 1); };
  lesson.picture("balls_tsne.png", draw("three balls, t-SNE", tsne_balls, ball, names),
                 "every ball as wide as the others, and as far from them");
  const double drawn_size = std::max(size_ratio(by_tsne), size_ratio(by_umap));
  lesson.claim("M3", "a map does not say how large a cluster is", drawn_size, drawn_size < 0.5 * size_ratio(truth),
               fmt::format("the wide ball is {:.1f} times as wide; drawn {:.1f} times by t-SNE, {:.1f} by UMAP",
                           size_ratio(truth), size_ratio(by_tsne), size_ratio(by_umap)));
  const double drawn_distance = std::max(distance_ratio(by_tsne), distance_ratio(by_umap));
  lesson.claim("M3", "nor how far it is from another", drawn_distance,
               drawn_distance < 0.5 * distance_ratio(truth) &&
                   std::abs(distance_ratio(flat) / distance_ratio(truth) - 1) < 0.1,
               fmt::format("{:.1f} times as far as the other; drawn {:.1f} times by t-SNE, {:.1f} by UMAP, {:.1f} by "
                           "PCA", distance_ratio(truth), distance_ratio(by_tsne), distance_ratio(by_umap),
                           distance_ratio(flat)));

  // ---- clusters that are not there --------------------------------------------------------------------------
  const Tensor noise = lesson.rng("noise").normal({500, 10});  // one ball
  const Tensor narrow_look = Tsne({.perplexity = 3}).fit_transform(noise);
  const Tensor wide_look = Tsne({.perplexity = 30}).fit_transform(noise);
  const Index there = pieces(noise), seen = pieces(narrow_look), seen_wide = pieces(wide_look);
  lesson.picture("noise.png",
                 draw("one ball of noise, t-SNE with perplexity 3", narrow_look, Indices(Shape{500}), {"noise"}),
                 fmt::format("{} pieces; in its 10 dimensions the ball is {}", seen, there));
  lesson.claim("M3", "and clusters may be the map's own: noise, seen with few neighbours, falls into clumps",
               static_cast<double>(seen), seen >= 20 * there && seen >= 5 * seen_wide,
               fmt::format("joined to their 3 nearest, 500 points of one ball are {} piece; on t-SNE's map with "
                           "perplexity 3 {}, with 30 {}", there, seen, seen_wide));

  // ---- one perplexity after another ------------------------------------------------------------------------
  perplexity_strip(lesson);

  // ---- where on the paper ---------------------------------------------------------------------------------
  constexpr std::size_t kStarts = 4;
  std::vector<Tensor> starts;
  std::vector<double> trust;
  for (std::uint64_t start = 1; start <= kStarts; ++start) {
    Umap random({.init = UmapOptions::Init::kRandom, .random_state = 100 * lesson.seed() + start});
    starts.push_back(random.fit_transform(x));
    trust.push_back(trustworthiness(pixels, starts.back()));
  }
  const auto apart = [&](const Tensor& map) {
    const std::vector<double> d = groups(map, train.labels).distances();
    return Tensor::from(std::vector<Real>(d.begin(), d.end()), {static_cast<Index>(d.size())});
  };
  double agreement = 2;
  std::pair<std::size_t, std::size_t> least;
  for (std::size_t i = 0; i < kStarts; ++i)
    for (std::size_t j = i + 1; j < kStarts; ++j) {
      const double r = correlation(apart(starts[i]), apart(starts[j]));
      if (r < agreement) agreement = r, least = {i, j};
    }
  for (const auto& [file, i] : {std::pair{"start_1.png", least.first}, {"start_2.png", least.second}})
    lesson.picture(file, draw(fmt::format("UMAP from random start {}", i + 1), starts[i], train.labels, digits),
                   fmt::format("trustworthiness {:.3f}", trust[i]));
  const auto [low, high] = std::minmax_element(trust.begin(), trust.end());
  lesson.claim("M3", "where on the paper a cluster lies is an accident of the start; who its neighbours are is not",
               agreement, agreement < 0.9 && *high - *low < 0.01,
               fmt::format("{} random starts of UMAP: trustworthiness {:.3f} to {:.3f}; of the two least alike, "
                           "distances between the ten classes correlate {:.2f}", kStarts, *low, *high, agreement));
  return lesson.close();
}
