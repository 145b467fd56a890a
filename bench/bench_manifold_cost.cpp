// How time and memory of each method of manifold/ grow with the number of points, one run a point:
//   ./gf bench manifold/cost --processes 1 --plot cost.png
// Every case has a process of its own, whose memory is the case's. MNIST's 50 principal components, or its pixels for
// PCA itself; the Swiss roll for what unrolls it. All cores.
#include <functional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/memory.h"
#include "data/load.h"
#include "data/manifolds.h"
#include "manifold/isomap.h"
#include "manifold/lle.h"
#include "manifold/mds.h"
#include "manifold/nn_descent.h"
#include "manifold/pca.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"

namespace gradfold::bench {
namespace {

using Work = std::function<void(const Tensor&)>;
using Points = std::function<Tensor(Index)>;

// The first n of MNIST's 70,000 images, [n, 784], and their components, [n, 50].
Tensor pixels(Index n) {
  return load_dataset("mnist", Split::kAll, {.limit = n}).images.flatten(1).contiguous();
}
Tensor components(Index n) { return Pca({.n_components = 50}).fit_transform(pixels(n)); }
Tensor roll(Index n) { return swiss_roll(n, Rng(1)).points; }

void bench_cost(benchmark::State& state, Work work, Points points, Index n, std::string remark) {
  Tensor x;
  try {
    x = points(n);  // before anything is timed
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
    return;
  }
  forget_peak_memory();
  for (auto _ : state) work(x);
  state.counters["peak_MB"] = peak_memory();
  state.SetLabel(remark);
}

// Where a method stops before 70,000, `why` says what stops it.
void add(const std::string& method, Work work, Points points, std::vector<Index> sizes, const std::string& why = {}) {
  for (const Index n : sizes) {
    const std::string name = "manifold/cost/" + method + "/" + std::to_string(n);
    benchmark::RegisterBenchmark(name.c_str(), bench_cost, work, points, n, why)
        ->Iterations(1)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

const bool registered = [] {
  const std::vector<Index> all{1000, 3000, 10000, 30000, 70000}, most{1000, 3000, 10000, 30000},
      few{1000, 2000, 4000, 8000}, fewest{1000, 2000, 4000};
  add("pca", [](const Tensor& x) { Pca({.n_components = 50}).fit(x); }, pixels, all);
  add("neighbors", [](const Tensor& x) { nearest_neighbors(x, 15); }, components, all);
  add("nn_descent", [](const Tensor& x) { nn_descent(x, 15); }, components, all);
  add("tsne", [](const Tensor& x) { Tsne().fit_transform(x); }, components, all);
  add("tsne_exact", [](const Tensor& x) { Tsne({.method = TsneOptions::Method::kExact}).fit_transform(x); },
      components, fewest, "all pairs in every iteration");
  add("umap", [](const Tensor& x) { Umap().fit(x); }, components, all);
  add("lle", [](const Tensor& x) { Lle({.n_neighbors = 12}).fit(x); }, roll, most, "factors a sparse [N, N] matrix");
  add("isomap", [](const Tensor& x) { Isomap({.n_neighbors = 10}).fit(x); }, roll, few, "holds all [N, N] paths");
  add("mds", [](const Tensor& x) { ClassicalMds().fit_transform(x); }, components, few,
      "holds all [N, N] distances");
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
