#include "manifold/umap_loss.h"

#include <cmath>

#include "manifold/umap.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/map_fixture.h"

using namespace gradfold;

namespace {

// Three points: 0 and 1 hold each other near to 0.25, 1 and 2 for certain. Row 0 is filled up with an entry that joins
// nothing.
const SparseRows kChain{{0, 2, 4, 5}, {0, 1, 0, 2, 1}, {0, 0.25f, 0.25f, 1, 1}};
const UmapLayoutOptions kLayout{.curve = {1.6, 0.9}, .negative_sample_rate = 5, .repulsion_strength = 0.5};

double near(double d, const UmapCurve& c) { return 1 / (1 + c.a * std::pow(d, 2 * c.b)); }

double cross_entropy(double v, double w) {
  return (v > 0 ? v * std::log(v / w) : 0) + (v < 1 ? (1 - v) * std::log((1 - v) / (1 - w)) : 0);
}

}  // namespace

TEST_CASE("the losses of three points are the definitions' sums over three pairs") {
  const Tensor y = Tensor::from({0, 0, 3, 4, 3, 6}, {3, 2});
  const double w01 = near(5, kLayout.curve), w12 = near(2, kLayout.curve), w02 = near(std::sqrt(45.0), kLayout.curve);
  const UmapLoss loss = umap_loss(kChain, y, kLayout);
  CHECK(loss.cross_entropy ==
        approx((cross_entropy(0.25, w01) + cross_entropy(1, w12) + cross_entropy(0, w02)) / 3, 1e-6));
  const double pull = -0.25 * std::log(w01) - std::log(w12);
  const double push =
      -(0.25 + 1.25) * std::log(1 - w01) - (1.25 + 1) * std::log(1 - w12) - (0.25 + 1) * std::log(1 - w02);
  CHECK(loss.sampled == approx((pull + 5 * 0.5 / (4 * 3) * push) / 3, 1e-6));
}

TEST_CASE("a map that says just what the graph says costs 0, and meeting points cost a finite sum") {
  const SparseRows pair{{0, 1, 2}, {1, 0}, {0.2f, 0.2f}};
  const auto cost = [&](Real d) { return umap_loss(pair, Tensor::from({0, d}, {2, 1}), {}).cross_entropy; };
  CHECK(std::abs(cost(2)) < 1e-6);  // 1 / (1 + 2^2) = 0.2
  CHECK(cost(1) > 0.01);
  CHECK(cost(4) > 0.01);
  CHECK(std::isfinite(cost(0)));
}

TEST_CASE("the layout lowers the loss of its own steps; by the cross entropy points scattered at random do better") {
  const Tensor x = strokes(900);
  Umap begun({.n_epochs = 1}), done;
  const double begin = begun.fit(x).loss().sampled;
  const UmapLoss end = done.fit(x).loss();
  CHECK(end.sampled < 0.9 * begin);
  const UmapLoss scattered = umap_loss(done.graph, Rng(1).uniform({900, 2}, 0, 10), {.curve = done.curve}, 900);
  CHECK(end.sampled < 0.5 * scattered.sampled);
  CHECK(end.cross_entropy > scattered.cross_entropy);
  CHECK(end.sampled == umap_loss(done.graph, done.embedding, {.curve = done.curve}).sampled);
}

TEST_CASE("rows chosen stand for all; the same bits for any thread count") {
  Umap umap({.n_epochs = 50});
  umap.fit(strokes(900));
  const auto loss = [&](Index rows) { return umap_loss(umap.graph, umap.embedding, {.curve = umap.curve}, rows); };
  const UmapLoss all = loss(900), some = loss(300);
  CHECK(some.sampled != all.sampled);
  CHECK(some.sampled == approx(all.sampled, 0.1));
  CHECK(some.cross_entropy == approx(all.cross_entropy, 0.1));
  const int before = num_threads();
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    CHECK(loss(300).sampled == some.sampled);
    CHECK(loss(300).cross_entropy == some.cross_entropy);
  }
  set_num_threads(before);
}

TEST_CASE("the losses name what is wrong") {
  CHECK(message_of([] { umap_loss(kChain, Tensor::zeros({2, 2}), {}); }) ==
        "umap_loss: y is [2, 2] but the graph has 3 points; y must have a row for each");
  CHECK(contains(message_of([] { umap_loss(kChain, Tensor::zeros({3, 2}), {}, 0); }), "rows is 0"));
  CHECK(contains(message_of([] { Umap().loss(); }), "loss before fit"));
}
