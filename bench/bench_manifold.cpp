// Maps of data: the work of scikit-learn and umap-learn (./gf bench manifold --vs). MNIST as it is, or its 50 principal
// components; the Swiss roll for what unrolls it. How time grows with the points: bench_manifold_cost.cpp.
#include "bench/compare.h"
#include "data/load.h"
#include "data/manifolds.h"
#include "manifold/isomap.h"
#include "manifold/lle.h"
#include "manifold/pca.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"

namespace gradfold::bench {
namespace {

using Work = std::function<void(const Tensor&)>;
using Points = std::function<Tensor(Index)>;

// The first n images of MNIST's training files, then of its test files, [n, 784].
Tensor images(Index n) {
  static const Tensor all = load_dataset("mnist", Split::kAll).images.flatten(1).contiguous();
  return all.slice(0, 0, n).contiguous();
}

Tensor components(Index n) {
  static const Tensor all = [] {
    const Tensor x = images(70000);
    return Pca({.n_components = 50}).fit_transform(x);
  }();
  return all.slice(0, 0, n).contiguous();
}

Tensor roll(Index n) { return swiss_roll(n, Rng(1)).points; }

void find_neighbors(const Tensor& x) { nearest_neighbors(x, 90); }
void fit_pca(const Tensor& x) { Pca({.n_components = 50}).fit(x); }
void fit_isomap(const Tensor& x) { Isomap({.n_neighbors = 10}).fit(x); }
void fit_lle(const Tensor& x) { Lle({.n_neighbors = 12}).fit(x); }
void fit_tsne(const Tensor& x) { Tsne().fit_transform(x); }
void fit_umap(const Tensor& x) { Umap().fit(x); }

void bench_method(benchmark::State& state, Work work, Points points, Index n) {
  Tensor x;
  try {
    x = points(n);  // before anything is timed
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
    return;
  }
  compare(state, {.unit = "points/s", .threads = 2, .ways = {{"ours", double(n), [&] { work(x); }}}});
}

const bool registered = [] {
  const auto add = [](const std::string& name, Work work, Points points, Index n) {
    const std::string full = "manifold/" + name + "/" + std::to_string(n) + "/threads:2";
    benchmark::RegisterBenchmark(full.c_str(), bench_method, work, points, n)
        ->UseManualTime()
        ->Iterations(3)
        ->Unit(benchmark::kMillisecond);
  };
  for (const Index n : {10000, 60000}) add("neighbors", find_neighbors, components, n);
  add("pca", fit_pca, images, 60000);
  for (const Index n : {2000, 5000}) add("isomap", fit_isomap, roll, n);
  for (const Index n : {2000, 5000}) add("lle", fit_lle, roll, n);
  add("tsne", fit_tsne, components, 10000);
  for (const Index n : {10000, 60000}) add("umap", fit_umap, components, n);
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
