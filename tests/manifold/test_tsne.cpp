// t-SNE as a whole: what it is for, its three ways to the same map, and input that trips it.
#include "manifold/tsne.h"

#include "manifold/pca.h"
#include "manifold/quality.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"
#include "tests/files.h"
#include "tests/manifold/map_fixture.h"
#include "tests/manifold/procrustes.h"
#include "tests/manifold/spectral_fixture.h"

using namespace gradfold;

namespace {

using Method = TsneOptions::Method;

}  // namespace

TEST_CASE("t-SNE of the 8 x 8 digits: scikit-learn's KL 0.754 + 1 % at most; within 0.005 of its 10-NN and trust") {
  const Tensor x = stored("digits/x");
  Tsne tsne;
  const Tensor y = tsne.fit_transform(x);
  CHECK(tsne.kl_divergence < 0.754 * 1.01);
  CHECK(tsne.n_iter == 1000);
  CHECK(knn_accuracy(y, stored_indices("digits/y")) > 0.987 - 0.005);
  CHECK(trustworthiness(x, y) > 0.992 - 0.003);
  CHECK(continuity(x, y) > 0.982);
}

TEST_CASE("the map of a bent sheet is scikit-learn's, turned") {
  Tsne tsne({.learning_rate = 4 * 50, .method = Method::kExact});
  const Tensor y = tsne.fit_transform(stored_map("tsne/sheet"));
  CHECK(tsne.kl_divergence == approx(stored_map("tsne/sheet_kl").item(), 1e-5));
  CHECK(procrustes_disparity(y, stored_map("tsne/sheet_map")) < 1e-6);
  CHECK(procrustes_disparity(y, stored_map("tsne/sheet").slice(1, 0, 2)) > 1e-3);  // which is not so of any map
}

TEST_CASE("the learning rate by itself is N / early_exaggeration, and 200 for few points") {
  const auto map_of = [](const Tensor& x, double rate) {
    return Tsne({.perplexity = 5, .exaggeration_iter = 3, .learning_rate = rate, .max_iter = 6}).fit_transform(x);
  };
  const Tensor many = Rng(1).normal({3000, 4}), few = many.slice(0, 0, 300).contiguous();
  CHECK(identical(map_of(many, 0), map_of(many, 250)));
  CHECK_FALSE(identical(map_of(many, 0), map_of(many, 200)));
  CHECK(identical(map_of(few, 0), map_of(few, 200)));
}

TEST_CASE("stroke digits: classes apart that PCA draws on one another, by all three methods; fast ones end alike") {
  Indices labels;
  const Tensor x = strokes(800, &labels), flat = Pca({.n_components = 2}).fit_transform(x);
  double least = 1e9, most = 0;
  for (const Method method : {Method::kExact, Method::kBarnesHut, Method::kFft}) {
    Tsne tsne({.max_iter = 600, .method = method});
    // Exact gradients take all pairs for P, so their divergence is another one, not to be compared.
    const Tensor y = tsne.fit_transform(x, nearest_neighbors(x, method == Method::kExact ? 799 : 90));
    CHECK(trustworthiness(x, y) > trustworthiness(x, flat) + 0.1);
    CHECK(knn_accuracy(y, labels) > knn_accuracy(flat, labels) + 0.2);
    if (method == Method::kExact) continue;
    least = std::min(least, tsne.kl_divergence), most = std::max(most, tsne.kl_divergence);
  }
  CHECK(most < 1.1 * least);  // each ends in a minimum of its own
}

TEST_CASE("without exaggeration, momentum or luck: the divergence falls") {
  double before = 1e9;
  int reports = 0;
  Tsne({.exaggeration_iter = 0, .max_iter = 300, .progress = [&](Index, double kl) {
          CHECK(kl < before);
          before = kl, ++reports;
        }}).fit_transform(strokes(350));
  CHECK(reports == 6);
}

TEST_CASE("the same bits for any number of threads and every time") {
  const Tensor x = strokes(400);
  const int before = num_threads();
  for (const Method method : {Method::kExact, Method::kBarnesHut, Method::kFft}) {
    set_num_threads(1);
    const Tensor one = Tsne({.max_iter = 60, .method = method}).fit_transform(x);
    for (int threads : {2, 3}) {
      set_num_threads(threads);
      CHECK(identical(Tsne({.max_iter = 60, .method = method}).fit_transform(x), one));
    }
  }
  set_num_threads(before);
  const TsneOptions random{.max_iter = 20, .init = TsneOptions::Init::kRandom, .random_state = 1};
  TsneOptions other = random;
  other.random_state = 2;
  CHECK(identical(Tsne(random).fit_transform(x), Tsne(random).fit_transform(x)));
  CHECK(!identical(Tsne(random).fit_transform(x), Tsne(other).fit_transform(x)));
}

TEST_CASE("maps of 1 and 3 dimensions") {
  const Tensor x = strokes(200);
  for (Index c : {1, 3}) {
    const Tensor y = Tsne({.n_components = c, .max_iter = 600}).fit_transform(x);
    CHECK(y.shape() == Shape{200, c});
    CHECK(trustworthiness(x, y) > 0.85);
  }
}

TEST_CASE("duplicates, constant columns, equal points and three points give a map without NaN") {
  Tensor x = strokes(320).clone();
  for (Index i = 0; i < 100; ++i) x.slice(0, i, i + 1).copy_from(x.slice(0, 100, 101));  // a hundred and one the same
  const Tensor y = Tsne({.perplexity = 10, .max_iter = 300}).fit_transform(x);
  CHECK(all_finite(y));
  CHECK(all_finite(Tsne({.perplexity = 10, .max_iter = 300}).fit_transform(Tensor::ones({320, 4}))));
  CHECK(all_finite(Tsne({.perplexity = 1.5, .max_iter = 300}).fit_transform(Rng(1).normal({3, 2}))));
  Tensor line = Tensor::zeros({100, 5});  // one column varies
  for (Index i = 0; i < 100; ++i) line.set({i, 2}, static_cast<Real>(i));
  CHECK(trustworthiness(line, Tsne({.perplexity = 10}).fit_transform(line), 5) > 0.98);
}

TEST_CASE("t-SNE names what is wrong") {
  const Tensor x = Rng(1).normal({20, 3});
  CHECK(message_of([&] { Tsne().fit_transform(x); }) ==
        "Tsne: perplexity is 30 but must be from 1 to below 19, one less than the number of points\n  hint: 2");
  CHECK(contains(message_of([&] { Tsne().fit_transform(x.slice(0, 0, 2)); }), "at least 3 points"));
  CHECK(contains(message_of([&] { Tsne({.n_components = 4}).fit_transform(x); }), "maps have 1, 2 or 3"));
  CHECK(contains(message_of([&] {
          Tsne({.n_components = 3, .perplexity = 5, .method = Method::kFft}).fit_transform(x);
        }), "hint: method exact draws 1, 2 or 3"));
  CHECK(contains(message_of([&] { Tsne({.perplexity = 5}).fit_transform(x, nearest_neighbors(x, 10)); }),
                 "each needs 19"));
  Tensor bad = x.clone();
  bad.set({3, 1}, std::nanf(""));
  CHECK(contains(message_of([&] { Tsne({.perplexity = 5}).fit_transform(bad); }), "x has nan in row 3, column 1"));
  CHECK(contains(message_of([&] { Tsne({.perplexity = 5, .learning_rate = -1}).fit_transform(x); }), "learning_rate"));
  CHECK(contains(message_of([&] { Tsne({.perplexity = 5, .max_iter = 0}).fit_transform(x); }), "max_iter"));
}
