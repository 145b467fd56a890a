#include "lessons/denoising_rivals.h"

#include "models/median_filter.h"
#include "models/psnr.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

// The best of what came so far and of one result more.
struct Best {
  const Tensor& clean;
  Tensor images = {};
  double decibels = 0;

  void offer(const Tensor& y) {
    const double its = mean_psnr(y, clean);
    if (images.defined() && its <= decibels) return;
    images = clamp(y, 0, 1), decibels = its;
  }
};

}  // namespace

double mean_psnr(const Tensor& y, const Tensor& x) { return mean(psnr(clamp(y, 0, 1), x)).item(); }

Tensor best_median(const Tensor& damaged, const Tensor& clean) {
  Best best{clean};
  for (const Index window : {3, 5}) best.offer(median_filter(damaged, window));
  return best.images;
}

Tensor best_projection(const Pca& pca, const Tensor& damaged, const Tensor& clean) {
  Best best{clean};
  for (const Index k : {8, 16, 24, 32, 48, 64, 96}) {
    if (k > pca.components.size(0)) break;
    Pca first = pca;
    first.components = pca.components.slice(0, 0, k).contiguous();
    best.offer(first.inverse_transform(first.transform(damaged.flatten(1))).reshape(clean.shape()));
  }
  require(best.images.defined(), "best_projection", "pca has {} components but must have 8 or more",
          pca.components.size(0));
  return best.images;
}

}  // namespace gradfold
