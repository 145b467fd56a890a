#include "lessons/pixel_tests.h"

#include <algorithm>

#include "autograd/dependency_map.h"
#include "data/strokes.h"
#include "lessons/lesson.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor shuffle_pixels(const Tensor& images, bool one_order, Rng& rng) {
  check_shape("shuffle_pixels", "images", images.shape(), {"N", "C", "H", "W"});
  Indices order = rng.permutation(images.size(2) * images.size(3));
  std::vector<Tensor> out;
  for (Index i = 0; i < images.size(0); ++i) {
    if (!one_order && i > 0) order = rng.permutation(order.numel());
    out.push_back(index_select(images.slice(0, i, i + 1).flatten(2), 2, order));
  }
  return concatenate(out, 0).reshape(images.shape());
}

std::vector<std::pair<std::string, Tensor>> digits_and_not(const Tensor& digits, Rng& rng) {
  check_shape("digits_and_not", "digits", digits.shape(), {"N", 1, "H", "W"});
  const Index n = digits.size(0), height = digits.size(2), width = digits.size(3);
  const Tensor next = concatenate({digits.slice(0, 1, n), digits.slice(0, 0, 1)}, 0);
  const Tensor halves = concatenate({digits.slice(2, 0, height / 2), next.slice(2, height / 2, height)}, 2);
  const StrokeOptions thin = {.side = std::max(height, width), .slant = {-45, -30}, .thickness = {1.2, 1.8}};
  const Tensor other = binarize(stroke_digits(n, rng.fork("another hand"), thin).images);
  Tensor small = Tensor::zeros(digits.shape());
  const Index top = height / 4, left = width / 4;
  small.slice(2, top, top + height / 2).slice(3, left, left + width / 2).copy_from(binarize(shrink(digits, 2)));
  return {{"held out", digits},
          {"upside down", digits.flip(2).contiguous()},
          {"mirrored", digits.flip(3).contiguous()},
          {"another hand", other.slice(2, 0, height).slice(3, 0, width).contiguous()},
          {"two halves", halves},
          {"one shuffle", shuffle_pixels(digits, true, rng)},
          {"same ink", shuffle_pixels(digits, false, rng)},
          {"half size", small},
          {"blank", Tensor::zeros({8, 1, height, width})}};
}

std::vector<double> influence_by_rows(AutoregressiveModel& model, const Tensor& images, Rng& rng) {
  check_shape("influence_by_rows", "images", images.shape(), {"N", "C", "H", "W"});
  const Index row = images.size(2) * 3 / 4, width = images.size(3);
  std::vector<double> share(static_cast<std::size_t>(row + 1), 0);
  double total = 0;
  for (Index col = width / 4; col <= width * 3 / 4; col += 2) {
    const Tensor field = receptive_field([&](const Var& x) { return model(x); }, images, row, col, rng);
    for (Index up = 0; up <= row; ++up) share[static_cast<std::size_t>(up)] += sum(field.select(0, row - up)).item();
    total += sum(field).item();
  }
  for (double& s : share) s /= total;
  return share;
}

Tensor copied_dots(Index apart) {
  require(apart >= 2, "copied_dots", "the rows are {} apart but must be 2 or more", apart);
  Tensor x = Tensor::zeros({2, 1, apart + 1, 3});
  x.slice(2, apart - 1, apart).fill(1);
  for (const Index row : {Index{0}, apart}) x.set({0, 0, row, 0}, 1), x.set({1, 0, row, 2}, 1);
  return x;
}

double nats_of_copy(AutoregressiveModel& model, const Tensor& dots) {
  return -mean(model.log_conditionals(dots).select(3, 0).select(2, dots.size(2) - 1)).item();
}

}  // namespace gradfold
