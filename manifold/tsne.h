#pragma once
#include <cstdint>
#include <functional>

#include "manifold/neighbors.h"
#include "tensor/tensor.h"

namespace gradfold {

// Names and meanings are scikit-learn's, except that learning rates follow FIt-SNE and openTSNE: gradients without the
// factor 4, so that a rate here is 4 times the same rate there.
struct TsneOptions {
  Index n_components = 2;             // 1, 2 or 3
  double perplexity = 30;             // how many neighbours a point looks at, smoothly; below N - 1
  double early_exaggeration = 12;     // P is multiplied by this at first, which lets clusters find their places
  Index exaggeration_iter = 250;      // for so many iterations
  double learning_rate = 0;           // 0: N / early_exaggeration, at least 200 (Belkina et al. 2019)
  Index max_iter = 1000;              // all iterations together
  enum class Init { kPca, kRandom } init = Init::kPca;  // pca keeps the large scale (Kobak & Berens 2019)
  // kAuto is whichever approximation is quicker for the map at hand, or kExact for few points and for maps that are
  // not two-dimensional.
  enum class Method { kAuto, kExact, kBarnesHut, kFft } method = Method::kAuto;
  double angle = 0.5;                 // of Barnes-Hut: 0 is exact, above 0.8 coarse
  std::uint64_t random_state = 0;     // of the init: all of it, or what is added to PCA's to part equal points
  // Called every 50 iterations and at the end, if set, with their number and the divergence.
  std::function<void(Index iteration, double kl_divergence)> progress = {};
};

// t-SNE (van der Maaten & Hinton 2008): a map whose neighbours are those of the data. It keeps who is near whom; how
// far apart clusters are drawn, and how large, says little.
//
//   1  P: each point's 3 * perplexity nearest neighbours, weighed by a Gaussian as wide as its density asks
//      (manifold/affinities.h); exact: all others
//   2  the map starts as the first principal components, 1e-4 large
//   3  Q: the same of the map, by Student's t with one degree of freedom, whose heavy tail leaves room between clusters
//   4  gradient descent on KL(P || Q) with momentum and a gain for every coordinate (manifold/tsne_forces.h):
//      neighbours attract, all others repel; the latter by a tree or a grid (manifold/barnes_hut.h, fft_repulsion.h)
//
// The same bits every time, for any number of threads. There is no transform(): the map is of these points alone.
class Tsne {
 public:
  explicit Tsne(TsneOptions options = {}) : options_(options) {}

  // x [N, D], N >= 3 -> map [N, n_components]. Throws if a number is not finite or an option has no meaning.
  Tensor fit_transform(const Tensor& x);
  // With neighbours found before; at least 3 * perplexity of them, or all.
  Tensor fit_transform(const Tensor& x, const Neighbors& neighbors);

  // Throws what fit_transform(x) would, at once: an OptionError (manifold/check_option.h), or an Error about x. For
  // those who look for neighbours first.
  void check(const Tensor& x) const;
  // How many neighbours n points need.
  Index neighbors_needed(Index n) const;

  double kl_divergence = 0;  // of the map, in nats, without exaggeration
  Index n_iter = 0;

 private:
  bool exact(Index n) const;
  Tensor start(const Tensor& x) const;

  TsneOptions options_;
};

}  // namespace gradfold
