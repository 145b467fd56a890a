// Maps of data: the work of scikit-learn and umap-learn (./gf bench manifold --vs), and how the time of each method
// grows with the number of points. MNIST as it is, or its 50 principal components; the Swiss roll for what unrolls it.
#include <sys/resource.h>

#include <chrono>
#include <cmath>

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

// Reads the data before anything is timed; says so where they are not there.
bool prepare(benchmark::State& state, const Points& points, Index n, Tensor& x) {
  try {
    x = points(n);
    return true;
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
    return false;
  }
}

void bench_method(benchmark::State& state, Work work, Points points, Index n) {
  Tensor x;
  if (!prepare(state, points, n, x)) return;
  compare(state, {.unit = "points/s", .threads = 2, .ways = {{"ours", double(n), [&] { work(x); }}}});
}

// One run for each number of points: the seconds as counters, "exponent" the slope of log seconds over log points, and
// "peak_MB" the most memory that the process has held so far, its data included.
void bench_cost(benchmark::State& state, Work work, Points points, std::vector<Index> sizes) {
  Tensor x;
  if (!prepare(state, points, sizes.back(), x)) return;
  for (auto _ : state) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (const Index n : sizes) {
      const Tensor some = points(n);
      const auto start = std::chrono::steady_clock::now();
      work(some);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      state.counters["s_" + std::to_string(n)] = seconds;
      const double a = std::log(static_cast<double>(n)), b = std::log(seconds);
      sx += a, sy += b, sxx += a * a, sxy += a * b;
    }
    const double k = static_cast<double>(sizes.size());
    state.counters["exponent"] = (k * sxy - sx * sy) / (k * sxx - sx * sx);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_MB"] = static_cast<double>(usage.ru_maxrss) / 1024;
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

  const auto grow = [](const std::string& name, Work work, Points points, std::vector<Index> sizes) {
    benchmark::RegisterBenchmark(("manifold/cost/" + name).c_str(), bench_cost, work, points, sizes)
        ->Iterations(1)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  const std::vector<Index> many{1000, 3000, 10000, 30000, 70000}, fewer{1000, 3000, 10000, 30000},
      few{1000, 2000, 4000, 8000};
  grow("neighbors", find_neighbors, components, many);
  grow("pca", fit_pca, images, many);
  grow("isomap", fit_isomap, roll, few);  // memory grows with the square
  grow("lle", fit_lle, roll, fewer);
  grow("tsne", fit_tsne, components, many);
  grow("umap", fit_umap, components, many);
  return true;
}();

}  // namespace
}  // namespace gradfold::bench
