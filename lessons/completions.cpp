#include "lessons/completions.h"

#include "tensor/indexing.h"

namespace gradfold {

Tensor draw_lower_half(ImageModel& model, const Tensor& images, Rng& rng) {
  check_shape("draw_lower_half", "images", images.shape(), {"N", "C", "H", "W"});
  Tensor known = Tensor::zeros({images.size(2), images.size(3)});
  known.slice(0, 0, images.size(2) / 2).fill(1);
  return model.sample(images.shape(), rng, {.image = images, .known = known});
}

Tensor completions(ImageModel& model, const Tensor& images, Index ways, Rng& rng) {
  check_shape("completions", "images", images.shape(), {"N", "C", "H", "W"});
  std::vector<Tensor> rows;
  for (Index i = 0; i < images.size(0); ++i) {
    const Tensor image = images.slice(0, i, i + 1);
    rows.push_back(image);
    rows.push_back(draw_lower_half(model, image.expand({ways, image.size(1), image.size(2), image.size(3)}), rng));
  }
  return concatenate(rows, 0);
}

}  // namespace gradfold
