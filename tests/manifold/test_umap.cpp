// UMAP as a whole: what it is for, new points, labels, and input that trips it.
#include "manifold/umap.h"

#include "manifold/fuzzy_graph.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"
#include "tests/files.h"
#include "tests/manifold/map_fixture.h"
#include "tests/manifold/procrustes.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

// Share of the points of y whose nearest neighbour on the map has the same label.
double nearest_label_agrees(const Tensor& y, const Indices& labels, const Tensor& map, const Indices& known) {
  const Neighbors nearest = nearest_neighbors(y, map, 1);
  double right = 0;
  for (Index i = 0; i < y.size(0); ++i) right += labels[i] == known[nearest.index[i]];
  return right / static_cast<double>(y.size(0));
}

}  // namespace

TEST_CASE("UMAP of the 8 x 8 digits: within 0.005 of umap-learn's 10-NN 0.987, trust 0.989 and continuity 0.985") {
  const Tensor x = stored("digits/x");
  for (const std::uint64_t seed : {1, 2}) {
    const Tensor y = Umap({.random_state = seed}).fit_transform(x);
    CHECK(knn_accuracy(y, stored_indices("digits/y")) > 0.982);
    CHECK(trustworthiness(x, y) > 0.985);
    CHECK(continuity(x, y) > 0.98);
  }
}

TEST_CASE("the map of a flat sheet is umap-learn's, turned, from every seed") {
  const Tensor x = stored_map("umap/flat"), theirs = stored_map("umap/flat_map");
  for (const std::uint64_t seed : {1, 2, 3})
    CHECK(procrustes_disparity(Umap({.n_neighbors = 40, .random_state = seed}).fit_transform(x), theirs) < 0.03);
  CHECK(procrustes_disparity(Umap({.n_neighbors = 40, .n_epochs = 1}).fit_transform(x), theirs) > 0.03);
}

TEST_CASE("a bent sheet: the maps' loss is within 4 % of that of umap-learn's") {
  const Tensor x = stored_map("tsne/sheet"), maps = stored_map("umap/bent_maps");
  double ours = 0, theirs = 0;
  for (Index seed = 0; seed < 3; ++seed) {
    Umap umap({.random_state = static_cast<std::uint64_t>(seed)});
    ours += umap.fit(x).loss().sampled;
    theirs += umap_loss(umap.graph, maps.slice(0, seed, seed + 1).squeeze(0), {.curve = umap.curve}).sampled;
  }
  CHECK(ours < 1.04 * theirs);
}

TEST_CASE("stroke digits: classes apart that PCA draws on one another") {
  Indices labels;
  const Tensor x = strokes(800, &labels), flat = Pca({.n_components = 2}).fit_transform(x);
  const Tensor y = Umap().fit_transform(x);
  CHECK(trustworthiness(x, y) > trustworthiness(x, flat) + 0.1);
  CHECK(knn_accuracy(y, labels) > knn_accuracy(flat, labels) + 0.2);
  for (Index c : {1, 3}) {
    const Tensor other = Umap({.n_components = c}).fit_transform(x);
    CHECK(other.shape() == Shape{800, c});
    CHECK(trustworthiness(x, other) > 0.85);
  }
}

TEST_CASE("new points go to their own class, and the map stays as it is") {
  const Tensor x = stored("digits/x");
  const Tensor known = x.slice(0, 0, 1400).contiguous(), fresh = x.slice(0, 1400, 1797).contiguous();
  const Indices y = stored_indices("digits/y"), known_y = y.slice(0, 1400), fresh_y = y.slice(1400, 1797);
  Umap umap;
  umap.fit(known);
  const Tensor map = umap.embedding.clone(), placed = umap.transform(fresh);
  CHECK(identical(umap.embedding, map));
  CHECK(identical(umap.transform(fresh), placed));
  const double in_pixels = nearest_label_agrees(fresh, fresh_y, known, known_y);
  CHECK(nearest_label_agrees(placed, fresh_y, map, known_y) > in_pixels - 0.04);
  CHECK(umap.transform(fresh.slice(0, 0, 0)).shape() == Shape{0, 2});
  // A fitted point, asked again, lands near itself.
  const Neighbors back = nearest_neighbors(umap.transform(known.slice(0, 0, 200)), map, 30);
  Index found = 0;
  for (Index i = 0; i < 200; ++i)
    for (Index j = 0; j < 30; ++j) found += back.index[i * 30 + j] == i;
  CHECK(found > 170);
}

TEST_CASE("labels draw classes apart; points without label join theirs") {
  Indices labels;
  const Tensor x = strokes(800, &labels);
  const double alone = knn_accuracy(Umap().fit_transform(x), labels);
  double by_labels = 0;
  for (const std::uint64_t seed : {0, 1, 2})
    by_labels += knn_accuracy(Umap({.random_state = seed}).fit(x, labels).embedding, labels) / 3;
  CHECK(by_labels > std::max(0.99, alone));
  Indices some = labels;
  Indices hidden_labels, known_labels, hidden, known;
  for (Index i = 0; i < 800; ++i) {
    const bool hide = i % 5 == 0;
    if (hide) some[i] = -1;
    (hide ? hidden : known).values.push_back(static_cast<std::int32_t>(i));
    (hide ? hidden_labels : known_labels).values.push_back(labels[i]);
  }
  hidden.shape = Shape{hidden.numel()}, known.shape = Shape{known.numel()};
  const Tensor y = Umap().fit(x, some).embedding;
  CHECK(nearest_label_agrees(index_select(y, 0, hidden), hidden_labels, index_select(y, 0, known), known_labels) > 0.8);
  // target_weight 0 is as without labels.
  CHECK(identical(Umap({.n_epochs = 20, .target_weight = 0}).fit(x, labels).embedding,
                  Umap({.n_epochs = 20}).fit(x).embedding));
}

TEST_CASE("the same bits for a seed, any number of threads and every time; another seed, another map") {
  const Tensor x = strokes(700), fresh = strokes(760).slice(0, 700, 760).contiguous();
  const int before = num_threads();
  set_num_threads(1);
  Umap umap({.n_epochs = 50, .random_state = 1});
  const Tensor one = umap.fit(x).embedding, placed = umap.transform(fresh);
  for (int threads : {2, 3}) {
    set_num_threads(threads);
    CHECK(identical(umap.fit(x).embedding, one));
    CHECK(identical(umap.transform(fresh), placed));
  }
  set_num_threads(before);
  CHECK(!identical(Umap({.n_epochs = 50, .random_state = 2}).fit(x).embedding, one));
  CHECK(identical(Umap({.n_epochs = 50, .random_state = 1}).fit(x, nearest_neighbors(x, 20)).embedding, one));
}

TEST_CASE("the same bits for any number of threads, of as many points as threads share between them") {
  const Tensor x = Rng(1).normal({2000, 3});  // above 1,024: below, one thread makes all the moves of a wave
  const Neighbors near = nearest_neighbors(x, 4);
  const int before = num_threads();
  set_num_threads(1);
  // Many pushes a move, so that a wave is long enough for a second thread to take part.
  Umap umap({.n_neighbors = 5, .n_epochs = 2, .negative_sample_rate = 150, .init = UmapOptions::Init::kRandom});
  const Tensor one = umap.fit(x, near).embedding;
  for (int threads : {2, 3}) {
    set_num_threads(threads);
    CHECK(identical(umap.fit(x, near).embedding, one));
  }
  set_num_threads(before);
}

TEST_CASE("options of the graph: local_connectivity, set_op_mix_ratio, target_weight") {
  // 2 holds 1 near, which holds 0 near, and 0 holds 1.
  const Tensor line = Tensor::from({0, 1, 3}, {3, 1});
  for (const double mix : {1.0, 0.25, 0.0}) {
    Umap umap({.n_neighbors = 2, .n_epochs = 1, .set_op_mix_ratio = mix});
    const Tensor w = dense(umap.fit(line).graph);
    CHECK(w.at({0, 1}) == 1);
    CHECK(w.at({1, 2}) == mix);
    CHECK(w.at({0, 2}) == 0);
  }
  Indices labels;
  const Tensor x = strokes(60, &labels);
  const auto graph = [&](UmapOptions options, const Indices& of = {}) {
    options.n_neighbors = 6, options.n_epochs = 1, options.init = UmapOptions::Init::kRandom;
    Umap umap(options);
    return dense(umap.fit(x, of).graph);
  };
  const auto fewest_sure = [&](double connectivity) {  // edges of weight 1, of the point that has the fewest
    const Tensor w = graph({.local_connectivity = connectivity});
    Index fewest = 60;
    for (Index i = 0; i < 60; ++i)
      fewest = std::min<Index>(fewest, std::count(w.data() + i * 60, w.data() + (i + 1) * 60, Real(1)));
    return fewest;
  };
  CHECK(fewest_sure(1) == 1);
  CHECK(fewest_sure(3) == 3);
  const auto unlike = [&](double weight) {
    const Tensor w = graph({.target_weight = weight}, labels);
    double total = 0;
    for (Index i = 0; i < 60; ++i)
      for (Index j = 0; j < 60; ++j)
        if (labels[i] != labels[j]) total += w.at({i, j});
    return total;
  };
  CHECK(unlike(0.2) > 1.1 * unlike(0.5));
  CHECK(unlike(0.5) > 0);
  CHECK(unlike(1) == 0);
}

TEST_CASE("options of the layout: min_dist, spread, learning_rate, and what repels") {
  const Tensor x = Rng(1).normal({100, 4});
  const auto map = [&](UmapOptions options) {
    options.n_epochs = 50;
    return Umap(options).fit_transform(x);
  };
  const auto nearest = [&](const UmapOptions& options) {  // mean distance to the nearest on the map
    return mean(nearest_neighbors(map(options), 1).distance).item();
  };
  const auto width = [&](const UmapOptions& options) {
    const Tensor y = map(options);
    return std::sqrt(sum_of_squares(y - mean(y, {0}, true)) / 100);
  };
  CHECK(nearest({.min_dist = 0.8}) > 1.5 * nearest({}));
  const double usual = width({});
  CHECK(width({.spread = 3}) > 1.5 * usual);
  CHECK(width({.negative_sample_rate = 20}) > 1.2 * usual);
  CHECK(width({.repulsion_strength = 4}) > 1.2 * usual);
  // At no rate to speak of the map stays at its start, which fills [0, 10].
  const Tensor start = map({.learning_rate = 1e-12});
  CHECK(std::abs(min(start).item()) < 1e-6);
  CHECK(max(start).item() == approx(10, 1e-6));
}

TEST_CASE("a new point starts between its neighbours, the nearest of which is no surer than its distance says") {
  // 1 lies between 0 and 3: their degrees r and r^2 add up to log2(2), so r is the golden ratio.
  Umap umap({.n_neighbors = 2, .n_epochs = 2});  // a third of 2 epochs is none: new points stay at their start
  umap.fit(Tensor::from({0, 3, 100}, {3, 1}));
  const Tensor fresh = Tensor::ones({1, 1}), y = umap.transform(fresh), map = umap.embedding;
  const double r = (std::sqrt(5.0) - 1) / 2;
  for (Index c = 0; c < 2; ++c)
    CHECK(y.at({0, c}) == approx(r * map.at({0, c}) + r * r * map.at({1, c}), 1e-4));
  // With a second neighbour sure for the map's own points, the nearest is for new ones. Ten epochs, at no rate.
  Umap sure({.n_neighbors = 2, .n_epochs = 30, .learning_rate = 1e-12, .local_connectivity = 2});
  sure.fit(Tensor::from({0, 3, 100}, {3, 1}));
  for (Index c = 0; c < 2; ++c)
    CHECK(std::abs(sure.transform(fresh).at({0, c}) - sure.embedding.at({0, c})) < 1e-3);  // of a map of [0, 10]
}

TEST_CASE("graphs in several parts: each is drawn, and apart") {
  Rng rng(4);
  Tensor x = rng.normal({330, 5});
  for (Index i = 0; i < 330; ++i) x.data()[i * 5] += i < 100 ? 0 : i < 300 ? Real(100) : Real(300);
  Indices part(Shape{330});
  for (Index i = 0; i < 330; ++i) part[i] = i < 100 ? 0 : i < 300 ? 1 : 2;
  Umap umap;
  const Tensor y = umap.fit_transform(x);
  CHECK(connected_components(umap.graph).count() == 3);
  CHECK(all_finite(y));
  CHECK(knn_accuracy(y, part, 5) == 1);
}

TEST_CASE("duplicates, constant columns, equal points and three points give a map without NaN") {
  Tensor x = strokes(320).clone();
  for (Index i = 0; i < 100; ++i) x.slice(0, i, i + 1).copy_from(x.slice(0, 100, 101));
  CHECK(all_finite(Umap({.n_epochs = 50}).fit_transform(x)));
  CHECK(all_finite(Umap({.n_epochs = 50}).fit_transform(Tensor::ones({320, 4}))));
  CHECK(all_finite(Umap({.n_neighbors = 3, .n_epochs = 50}).fit_transform(Rng(1).normal({3, 2}))));
  CHECK(all_finite(Umap({.n_neighbors = 2, .n_epochs = 50, .init = UmapOptions::Init::kRandom}).fit_transform(x)));
  Tensor line = Tensor::zeros({100, 5});
  for (Index i = 0; i < 100; ++i) line.set({i, 2}, static_cast<Real>(i));
  CHECK(trustworthiness(line, Umap().fit_transform(line), 5) > 0.97);
}

TEST_CASE("UMAP names what is wrong") {
  const Tensor x = Rng(1).normal({20, 3});
  CHECK(message_of([&] { Umap({.n_neighbors = 21}).fit(x); }) ==
        "Umap: n_neighbors is 21 but must be from 2 to 20, the number of points (a point counts as its own neighbour)");
  CHECK(contains(message_of([&] { Umap().fit(x.slice(0, 0, 2)); }), "at least 3 points"));
  CHECK(message_of([&] { Umap().fit(x, Indices(Shape{19})); }) ==
        "Umap: there are 19 labels for 20 points; one each is needed");
  Tensor bad = x.clone();
  bad.set({3, 1}, std::nanf(""));
  CHECK(contains(message_of([&] { Umap().fit(bad); }), "x has nan in row 3, column 1"));
  CHECK(contains(message_of([&] { Umap({.min_dist = 2}).fit(x); }), "min_dist is 2 and spread is 1"));
  CHECK(contains(message_of([&] { Umap({.n_components = 4}).fit(x); }), "maps have 1, 2 or 3"));
  CHECK(contains(message_of([&] { Umap().transform(x); }), "transform before fit"));
  Umap umap({.n_epochs = 10});
  umap.fit(x);
  CHECK(contains(message_of([&] { umap.transform(x.slice(1, 0, 2)); }), "fitted to points of 3 columns"));
  CHECK(contains(message_of([&] { umap.transform(bad); }), "x has nan"));
}
