#include "models/image_model.h"

#include <atomic>
#include <cmath>
#include <numbers>
#include <numeric>

#include "models/every_image.h"
#include "tensor/parallel.h"

namespace gradfold {

double bits_per_dim(double nats_per_image, const Shape& image) {
  require(image.rank() == 4, "bits_per_dim", "image is {} but must be [N, C, H, W]", image);
  return nats_per_image / (std::numbers::ln2 * static_cast<double>(image[1] * image[2] * image[3]));
}

double total_probability(ImageModel& model, Index side, const Indices& label) {
  const std::vector<double> p = joint_table(model, side, label);
  return std::accumulate(p.begin(), p.end(), 0.0);
}

void check_levels(std::string_view who, const Tensor& x, int channels, int levels) {
  check_shape(who, "x", x.shape(), {"N", channels, "H", "W"});
  const Tensor rows = x.contiguous();
  const Real* values = rows.data();
  const Real top = static_cast<Real>(levels - 1);
  std::atomic<Index> wrong{-1};
  parallel_for(rows.numel(), 1 << 16, [&](Index begin, Index end) {
    // One flag for the chunk, so that the loop has no branch and runs at memory speed.
    bool fine = true;
    for (Index i = begin; i < end; ++i) {
      const Real level = values[i] * top;
      fine &= values[i] >= 0 && values[i] <= 1 && std::abs(level - std::nearbyint(level)) < Real(1e-3);
    }
    if (!fine) wrong = begin;
  });
  if (wrong < 0) return;
  Index at = wrong;
  while (values[at] >= 0 && values[at] <= 1 &&
         std::abs(values[at] * top - std::nearbyint(values[at] * top)) < 1e-3)
    ++at;
  if (levels == 2) {
    require(false, who,
            "x holds {:.4g} at element {} but this model's pixels are 0 or 1; hint: binarize the images first, "
            "or make a "
            "model of 256 levels",
            values[at], at);
  }
  require(false, who, "x holds {:.4g} at element {} but this model's pixels are k / {} with k = 0 .. {}",
          values[at], at, levels - 1, levels - 1);
}

Indices expand_labels(std::string_view who, const Indices& labels, Index n, Index classes) {
  const Index given = labels.numel();
  if (classes == 0) {
    require(given == 0, who, "labels are given but the model knows no classes; hint: leave them out, or make a model "
            "with classes");
    return {};
  }
  require(given > 0, who, "labels are missing: the model has {} classes and must be told which", classes);
  require(given == n || given == 1, who, "there are {} labels for {} images; give one for each, or one for all",
          given, n);
  for (Index i = 0; i < given; ++i)
    require(labels[i] >= 0 && labels[i] < classes, who, "label {} at position {} must be one of 0..{}", labels[i], i,
            classes - 1);
  Indices out(Shape{n});
  for (Index i = 0; i < n; ++i) out[i] = labels[given == 1 ? 0 : i];
  return out;
}

}  // namespace gradfold
