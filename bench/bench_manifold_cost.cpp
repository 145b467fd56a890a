// How time and memory of each method of manifold/ grow with the number of points, one case for each number:
//   ./gf bench manifold/cost --processes 1 --plot cost.png
// The points are MNIST's images (where it is not there, as many stroke digits), their 50 principal components, or the
// Swiss roll for the methods that unroll it. All cores, unless --threads says otherwise.
#include <functional>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/memory.h"
#include "data/load.h"
#include "data/manifolds.h"
#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/mds.h"
#include "manifold/nn_descent.h"
#include "manifold/pca.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"

namespace gradfold::bench {
namespace {

constexpr Index kCostNeighbors = 15;  // of the two searches; UMAP's own number

struct CostPoints {
  std::string name;
  Tensor x;        // [N, D]
  Indices labels;  // [N], of digits
};
using CostSource = std::function<CostPoints(Index)>;
using CostWork = std::function<void(const CostPoints&)>;

// The first n of MNIST's 70,000 images, [n, 784]. A copy, lest the rest of the file stay in memory.
CostPoints digits(Index n) {
  const auto load = [n](const char* name, const char* set) {
    const Dataset some = load_dataset(set, Split::kAll, {.limit = n});
    return CostPoints{name, some.images.flatten(1).clone(), some.labels};
  };
  try {
    return load("MNIST", "mnist");
  } catch (const Error&) {
    return load("stroke digits", "strokes");
  }
}

CostPoints digits_components(Index n) {
  CostPoints all = digits(n);
  return {"50 components of " + all.name, Pca({.n_components = 50}).fit_transform(all.x), all.labels};
}

CostPoints cost_roll(Index n) { return {"Swiss roll", swiss_roll(n, Rng(1)).points, {}}; }

void bench_cost(benchmark::State& state, CostWork work, CostSource source, Index n, std::string end) {
  try {
    const CostPoints points = source(n);
    const bool forgotten = forget_peak_memory();
    for (auto _ : state) work(points);
    state.counters["peak_MB"] = peak_memory();
    state.SetLabel(points.name + end + (forgotten ? "" : "; the peak may be that of making these points"));
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}

// `end` says why a method's last case has fewer points than the others'.
void add_cost(const std::string& method, CostSource source, CostWork work, Index most = 70000,
              const std::string& end = {}) {
  for (const Index n : {1000, 3000, 10000, 30000, 70000}) {
    if (n > most) return;
    const std::string name = "manifold/cost/" + method + "/" + std::to_string(n);
    benchmark::RegisterBenchmark(name.c_str(), bench_cost, work, source, n, end)
        ->Iterations(1)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

const bool costs_registered = [] {
  add_cost("pca", digits, [](const CostPoints& p) { Pca({.n_components = 50}).fit(p.x); });
  add_cost("lda", digits, [](const CostPoints& p) { Lda().fit(p.x, p.labels); });
  add_cost("mds", digits_components, [](const CostPoints& p) { ClassicalMds().fit_transform(p.x); }, 10000,
           "; all N x N distances are held, 3.6 GB at 30000");
  add_cost("isomap", cost_roll, [](const CostPoints& p) { Isomap({.n_neighbors = 10}).fit(p.x); }, 10000,
           "; all N x N paths and their squares are held, 7.2 GB at 30000");
  add_cost("lle", cost_roll, [](const CostPoints& p) { Lle({.n_neighbors = 12}).fit(p.x); });
  add_cost("neighbors", digits_components, [](const CostPoints& p) { nearest_neighbors(p.x, kCostNeighbors); });
  add_cost("nn_descent", digits_components, [](const CostPoints& p) { nn_descent(p.x, kCostNeighbors); });
  // What would change with N by itself is held fixed: t-SNE's way to sum what repels, UMAP's number of epochs.
  using Method = TsneOptions::Method;
  add_cost("tsne_fft", digits_components,
           [](const CostPoints& p) { Tsne({.method = Method::kFft}).fit_transform(p.x); });
  add_cost("tsne_barnes_hut", digits_components,
           [](const CostPoints& p) { Tsne({.method = Method::kBarnesHut}).fit_transform(p.x); });
  add_cost("umap", digits_components, [](const CostPoints& p) { Umap({.n_epochs = 200}).fit(p.x); });
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
