#include "lessons/skewing.h"

#include <cmath>

#include "nn/diagonal_bilstm.h"
#include "tensor/elementwise.h"
#include "viz/grid.h"

namespace gradfold {

Tensor on_coloured_diagonals(const Tensor& image) {
  check_shape("on_coloured_diagonals", "image", image.shape(), {1, 1, "H", "W"});
  Tensor coloured = image.expand({1, 3, image.size(2), image.size(3)}).clone();
  for (Index i = 0; i < coloured.numel(); ++i) {
    const Index channel = i / image.numel(), r = i % image.numel() / image.size(3), s = i % image.size(3);
    const double paper = 0.76 + 0.24 * std::cos(0.9 * double(r + s) - 2.1 * double(channel));
    coloured.data()[i] = coloured.data()[i] > Real(0.5) ? Real(0.1) : static_cast<Real>(paper);
  }
  return coloured;
}

Image skewing(const Tensor& x) {
  const Tensor skewed = skew(Var(x)).value(), back = unskew(Var(skewed)).value();
  const Tensor in_image = skew(Var(Tensor::ones(x.shape()))).value();  // 0 where skewing puts in zeros
  const Tensor on_grey = where(in_image, skewed, Tensor::scalar(Real(0.4)));
  return side_by_side({grid(x, {.zoom = 6, .column_titles = {"image"}}),
                       grid(on_grey, {.zoom = 6, .column_titles = {"skewed"}}),
                       grid(back.contiguous(), {.zoom = 6, .column_titles = {"unskewed"}})});
}

}  // namespace gradfold
