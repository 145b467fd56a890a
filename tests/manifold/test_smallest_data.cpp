// One point, two points, one column, as many neighbours or components as there cannot be: every method draws a map or
// says in one sentence what came and what it needs, and whose fault it is.
#include <algorithm>

#include "manifold/check_option.h"
#include "manifold/intrinsic_dimension.h"
#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/mds.h"
#include "manifold/pca.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"
#include "tensor/elementwise.h"
#include "tensor/random.h"
#include "tests/files.h"
#include "tests/manifold/map_fixture.h"

using namespace gradfold;

namespace {

// A map of x in c dimensions by k neighbours (t-SNE: of that perplexity).
using MapOf = Tensor (*)(const Tensor& x, Index k, Index c);

Tensor pca(const Tensor& x, Index, Index c) { return Pca({.n_components = c}).fit_transform(x); }
Tensor randomized(const Tensor& x, Index, Index c) {
  return Pca({.n_components = c, .svd_solver = PcaOptions::Solver::kRandomized}).fit_transform(x);
}
Tensor lda(const Tensor& x, Index, Index c) {  // two classes, by turns
  Indices labels(Shape{x.size(0)});
  for (Index i = 0; i < x.size(0); ++i) labels[i] = static_cast<std::int32_t>(i % 2);
  return Lda({.n_components = c}).fit_transform(x, labels);
}
Tensor mds(const Tensor& x, Index, Index c) { return ClassicalMds({.n_components = c}).fit_transform(x); }
Tensor isomap(const Tensor& x, Index k, Index c) {
  return Isomap({.n_neighbors = k, .n_components = c}).fit_transform(x);
}
Tensor lle(const Tensor& x, Index k, Index c) { return Lle({.n_neighbors = k, .n_components = c}).fit_transform(x); }
Tensor tsne(const Tensor& x, Index k, Index c) {
  return Tsne({.n_components = c, .perplexity = static_cast<double>(k), .max_iter = 50}).fit_transform(x);
}
Tensor umap(const Tensor& x, Index k, Index c) {
  return Umap({.n_neighbors = k, .n_components = c, .n_epochs = 20}).fit_transform(x);
}
// Dimensions, one after the other, as a map of one number.
Tensor dimension(const Tensor& x, Index k, Index) {
  const double all[] = {two_nn(x), levina_bickel(x, 2, k), mackay_ghahramani(x, 2, k)};
  return Tensor::from({Real(all[0]), Real(all[1]), Real(all[2])}, {3, 1});
}

enum class Blame { kNone, kPoints, kOption };

struct SmallCase {
  const char* name;
  MapOf method;
  Index n, d, k, c;
  Blame blame = Blame::kNone;
  std::string says = {};
};

void check_small(const SmallCase& row) {
  CAPTURE(row.name);
  CAPTURE(row.n);
  CAPTURE(row.d);
  CAPTURE(row.k);
  CAPTURE(row.c);
  const Tensor x = Rng(1).normal({row.n, row.d});
  Blame blame = Blame::kNone;
  std::string message;
  try {
    const Tensor y = row.method(x, row.k, row.c);
    CHECK(y.size(1) == row.c);
    CHECK(all_finite(y));
  } catch (const OptionError& error) {
    blame = Blame::kOption, message = error.message();
  } catch (const Error& error) {
    blame = Blame::kPoints, message = error.message();
  }
  CHECK(blame == row.blame);
  CHECK_MESSAGE(contains(message, row.says), message);
  CHECK(std::count(message.begin(), message.end(), '\n') == 0);
}

}  // namespace

TEST_CASE("one point and two: who needs more says how many") {
  for (const SmallCase& row : std::vector<SmallCase>{
           {"pca", pca, 1, 3, 0, 1, Blame::kPoints, "Pca: x is [1, 3]; at least 2 points"},
           {"randomized", randomized, 1, 3, 0, 1, Blame::kPoints, "Pca: x is [1, 3]; at least 2 points"},
           {"lda", lda, 1, 3, 0, 1, Blame::kPoints, "Lda: x is [1, 3]; at least 2 points"},
           {"mds", mds, 1, 3, 0, 1, Blame::kPoints, "ClassicalMds: x is [1, 3]; at least 2 points"},
           {"isomap", isomap, 1, 3, 1, 1, Blame::kPoints, "Isomap: x is [1, 3]; at least 3 points"},
           {"lle", lle, 1, 3, 1, 1, Blame::kPoints, "Lle: x is [1, 3]; at least 4 points"},
           {"tsne", tsne, 1, 3, 1, 1, Blame::kPoints, "Tsne: x is [1, 3]; at least 3 points"},
           {"umap", umap, 1, 3, 2, 1, Blame::kPoints, "Umap: x is [1, 3]; at least 3 points"},
           {"dimension", dimension, 1, 3, 2, 1, Blame::kPoints, "two_nn: x is [1, 3]; at least 3 points"},
           {"pca", pca, 2, 3, 0, 2},
           {"randomized", randomized, 2, 3, 0, 2},
           {"lda", lda, 2, 3, 0, 1, Blame::kPoints, "2 points in 2 classes; it takes more points than classes"},
           {"mds", mds, 2, 3, 0, 1},
           {"isomap", isomap, 2, 3, 1, 1, Blame::kPoints, "at least 3 points"},
           {"lle", lle, 2, 3, 1, 1, Blame::kPoints, "at least 4 points"},
           {"tsne", tsne, 2, 3, 1, 1, Blame::kPoints, "Tsne: x is [2, 3]; at least 3 points"},
           {"umap", umap, 2, 3, 2, 1, Blame::kPoints, "Umap: x is [2, 3]; at least 3 points"},
           {"dimension", dimension, 2, 3, 2, 1, Blame::kPoints, "at least 3 points"}})
    check_small(row);
}

TEST_CASE("the fewest points that a method takes make a map") {
  for (const SmallCase& row : std::vector<SmallCase>{{"lda", lda, 3, 3, 0, 1},
                                         {"isomap", isomap, 3, 3, 2, 2},
                                         {"lle", lle, 4, 3, 3, 1},
                                         {"tsne", tsne, 3, 3, 1, 2},
                                         {"umap", umap, 3, 3, 2, 2},
                                         {"dimension", dimension, 3, 3, 2, 1}})
    check_small(row);
}

TEST_CASE("as many neighbours as points: the option is to blame, and told its range") {
  for (const SmallCase& row : std::vector<SmallCase>{
           {"isomap", isomap, 9, 3, 8, 2},
           {"isomap", isomap, 9, 3, 9, 2, Blame::kOption, "there are 9 points; it must be from 1 to 8"},
           {"lle", lle, 9, 3, 8, 2},
           {"lle", lle, 9, 3, 9, 2, Blame::kOption, "there are 9 points; it must be from 1 to 8"},
           {"tsne", tsne, 9, 3, 7, 2},
           {"tsne", tsne, 9, 3, 8, 2, Blame::kOption, "perplexity is 8 but must be from 1 to below 8"},
           {"umap", umap, 9, 3, 9, 2},  // a point is one of its neighbours
           {"umap", umap, 9, 3, 10, 2, Blame::kOption, "n_neighbors is 10 but must be from 2 to 9"},
           {"umap", umap, 9, 3, 1, 2, Blame::kOption, "n_neighbors is 1 but must be from 2 to 9"},
           {"dimension", dimension, 9, 3, 8, 1},
           {"dimension", dimension, 9, 3, 9, 1, Blame::kOption, "k2 is 9 but there are 9 points; it must be"}})
    check_small(row);
}

TEST_CASE("one column: linear maps have one coordinate, the others as many as asked") {
  for (const SmallCase& row : std::vector<SmallCase>{
           {"pca", pca, 30, 1, 0, 1},
           {"pca", pca, 30, 1, 0, 2, Blame::kOption, "n_components is 2 but x is [30, 1]; it must be from 1 to 1"},
           {"randomized", randomized, 30, 1, 0, 1},
           {"randomized", randomized, 30, 1, 0, 2, Blame::kOption, "n_components is 2 but x is [30, 1]"},
           {"lda", lda, 30, 1, 0, 1},
           {"lda", lda, 30, 1, 0, 2, Blame::kOption, "have 1 discriminants; it must be from 1 to 1"},
           {"mds", mds, 30, 1, 0, 3},
           {"isomap", isomap, 30, 1, 5, 3},
           {"lle", lle, 30, 1, 5, 2},
           {"tsne", tsne, 30, 1, 5, 3},
           {"umap", umap, 30, 1, 5, 3},
           {"dimension", dimension, 30, 1, 5, 1}})
    check_small(row);
}

TEST_CASE("more components than there can be: the option is to blame, and told its range") {
  for (const SmallCase& row : std::vector<SmallCase>{
           {"pca", pca, 9, 3, 0, 4, Blame::kOption, "x is [9, 3]; it must be from 1 to 3, min(N, D)"},
           {"pca", pca, 3, 9, 0, 4, Blame::kOption, "x is [3, 9]; it must be from 1 to 3, min(N, D)"},
           {"randomized", randomized, 9, 3, 0, 4, Blame::kOption, "it must be from 1 to 3, min(N, D)"},
           {"randomized", randomized, 3, 9, 0, 4, Blame::kOption, "it must be from 1 to 3, min(N, D)"},
           {"lda", lda, 9, 3, 0, 2, Blame::kOption, "have 1 discriminants; it must be from 1 to 1"},
           {"mds", mds, 9, 3, 0, 8},
           {"mds", mds, 9, 3, 0, 9, Blame::kOption, "there are 9 points; it must be from 1 to 8"},
           {"isomap", isomap, 9, 3, 4, 8},
           {"isomap", isomap, 9, 3, 4, 9, Blame::kOption, "there are 9 points; it must be from 1 to 8"},
           {"lle", lle, 9, 3, 4, 6},
           {"lle", lle, 9, 3, 4, 7, Blame::kOption, "n_components is 7 but there are 9 points; it must be from 1 to 6"},
           {"tsne", tsne, 9, 2, 3, 3},
           {"tsne", tsne, 9, 9, 3, 4, Blame::kOption, "n_components is 4; maps have 1, 2 or 3"},
           {"umap", umap, 9, 2, 3, 3},
           {"umap", umap, 9, 9, 3, 4, Blame::kOption, "n_components is 4; maps have 1, 2 or 3"}})
    check_small(row);
}

TEST_CASE("no columns, and numbers whose squares are too large: the points are to blame") {
  const std::pair<const char*, MapOf> methods[] = {
      {"pca", pca}, {"randomized", randomized}, {"lda", lda}, {"mds", mds}, {"isomap", isomap}, {"lle", lle},
      {"tsne", tsne}, {"umap", umap}, {"dimension", dimension}};
  for (const auto& [name, method] : methods)
    check_small({name, method, 30, 0, 5, 1, Blame::kPoints, "x is [30, 0]; points need at least one coordinate"});
  // The whole decomposition, and Lanczos.
  for (const Index n : {30, 300})
    for (const MapOf method : {pca, randomized, mds}) {
      const Tensor x = Rng(1).normal({n, n}) * Real(1e19);
      CHECK(contains(message_of([&] { method(x, 0, 1); }), "hint: data above 1e18 have no finite squares"));
    }
}
