// t-SNE as a whole: what it is for, its three ways to the same map, and input that trips it.
#include "manifold/tsne.h"

#include "manifold/affinities.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "manifold/tsne_forces.h"
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

TEST_CASE("the start: the first components, 1e-4 large, or random numbers of that size") {
  const Tensor x = Rng(1).normal({100, 4}) * Tensor::from({4, 2, 1, 1});
  const auto start = [&](TsneOptions options) {  // at no rate to speak of the map stays there
    options.learning_rate = 1e-20, options.max_iter = 1;
    return Tsne(options).fit_transform(x);
  };
  const Tensor y = start({}), flat = Pca({.n_components = 2}).fit_transform(x);
  const double size = std::sqrt(sum_of_squares(flat.select(1, 0)) / 100);
  CHECK(relative_up_to_signs(y, flat * static_cast<Real>(1e-4 / size)) < 5e-3);  // and noise, a thousandth of it
  const Tensor random = start({.init = TsneOptions::Init::kRandom});
  CHECK(std::sqrt(sum_of_squares(random) / 200) == approx(1e-4, 0.2));
  CHECK(std::abs(correlation(random.select(1, 0), flat.select(1, 0))) < 0.5);
}

TEST_CASE("steps: exaggeration and momentum 0.5 at first, then 1 and 0.8 from rest; gains + 0.2 and x 0.8") {
  const Index n = 20, early = 12, all = 30;
  const Tensor x = Rng(1).normal({n, 3});
  const Neighbors near = nearest_neighbors(x, n - 1);
  TsneOptions options{.perplexity = 5, .early_exaggeration = 4, .exaggeration_iter = early, .learning_rate = 1e-9,
                      .max_iter = 1, .init = TsneOptions::Init::kRandom, .method = Method::kExact};
  Tensor y = Tsne(options).fit_transform(x, near).transpose(0, 1).contiguous();  // its start
  options.learning_rate = 5, options.max_iter = all;
  const Tensor map = Tsne(options).fit_transform(x, near);

  const SparseRows p = joint_probabilities(near, 5);
  Tensor pull(y.shape()), push(y.shape());
  std::vector<double> step, gain;
  int turns = 0;
  for (Index t = 0; t < all; ++t) {
    if (t == 0 || t == early) step.assign(2 * n, 0), gain.assign(2 * n, 1);
    tsne_attraction(p, y, pull);
    const double z = exact_repulsion(y, push);
    for (Index i = 0; i < 2 * n; ++i) {
      const double gradient = (t < early ? 4 : 1) * pull.data()[i] - push.data()[i] / z;
      const bool turned = gradient * step[i] >= 0;
      turns += turned && step[i] != 0;
      gain[i] = std::max(0.01, turned ? 0.8 * gain[i] : gain[i] + 0.2);
      step[i] = (t < early ? 0.5 : 0.8) * step[i] - 5 * gain[i] * gradient;
      y.data()[i] += static_cast<Real>(step[i]);
    }
    y = y - mean(y, {1}, true);
  }
  CHECK(turns > 50);
  CHECK(largest_error(map, y.transpose(0, 1)) < 1e-3);
}

TEST_CASE("Barnes-Hut: angle 0 is exact, 0.5 nearly and 1 less so") {
  const Tensor x = strokes(150);
  const Neighbors near = nearest_neighbors(x, 149);
  const auto map = [&](Method method, double angle) {
    return Tsne({.perplexity = 10, .exaggeration_iter = 0, .max_iter = 25, .method = method, .angle = angle})
        .fit_transform(x, near);
  };
  const Tensor exact = map(Method::kExact, 0.5);
  const auto error = [&](double angle) { return largest_error(map(Method::kBarnesHut, angle), exact); };
  const double none = error(0), some = error(0.5);
  CHECK(none < 1e-3);
  CHECK(some > 10 * none);
  CHECK(error(1) > 2 * some);
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
