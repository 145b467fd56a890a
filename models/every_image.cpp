#include "models/every_image.h"

#include <bit>
#include <cmath>

#include "tensor/elementwise.h"

namespace gradfold {

Tensor every_binary_image(Index side) {
  require(side >= 1 && side <= 4, "every_binary_image",
          "side is {} but must be 1 .. 4: 4 are 65,536 images already", side);
  const Index pixels = side * side;
  Tensor all({Index{1} << pixels, 1, side, side});
  for (Index i = 0; i < all.numel(); ++i) all.data()[i] = static_cast<Real>(i / pixels >> i % pixels & 1);
  return all;
}

Indices image_numbers(const Tensor& x) {
  check_levels("image_numbers", x, 1, 2);
  const Index pixels = x.size(2) * x.size(3);
  require(pixels <= 16, "image_numbers", "x is {} but must have 16 pixels at most, as 4x4 images do", x.shape());
  const Tensor rows = x.contiguous();
  Indices out(Shape{x.size(0)});
  for (Index i = 0; i < rows.numel(); ++i) out[i / pixels] |= static_cast<std::int32_t>(rows.data()[i]) << i % pixels;
  return out;
}

std::vector<double> joint_table(LikelihoodModel& model, Index side, const Indices& label) {
  std::vector<double> out;
  for (const Real log_p : model.log_prob(every_binary_image(side), label).to_vector())
    out.push_back(std::exp(static_cast<double>(log_p)));
  return out;
}

std::vector<double> share_table(const Tensor& x) {
  const Indices numbers = image_numbers(x);
  require(numbers.numel() > 0 && x.size(2) == x.size(3), "share_table",
          "x is {} but must be [N, 1, side, side], with an image at least", x.shape());
  std::vector<double> out(std::size_t{1} << x.size(2) * x.size(3));
  for (const std::int32_t k : numbers.values) out[static_cast<std::size_t>(k)] += 1;
  for (double& share : out) share /= static_cast<double>(numbers.numel());
  return out;
}

std::vector<double> sum_out_last_pixel(const std::vector<double>& joint) {
  require(joint.size() >= 2 && std::has_single_bit(joint.size()), "sum_out_last_pixel",
          "joint has {} numbers but must have 2^i, one for each way that i >= 1 pixels can be", joint.size());
  const std::size_t half = joint.size() / 2;
  std::vector<double> out(half);
  for (std::size_t k = 0; k < half; ++k) out[k] = joint[k] + joint[k + half];
  return out;
}

double worst_conditional(AutoregressiveModel& model, const Tensor& x, Rng rng) {
  const Indices numbers = image_numbers(x);
  const Index n = x.size(0), pixels = x.size(2) * x.size(3);
  std::vector<double> upto = joint_table(model, x.size(2));  // p(x_1 ... x_i), for i = pixels
  double worst = 0;
  for (Index i = pixels; i > 0; --i) {
    const std::vector<double> before = sum_out_last_pixel(upto);  // p(x_1 ... x_i-1)
    Tensor seen = rng.bernoulli(Tensor::full({n, pixels}, Real(0.5)));
    seen.slice(1, 0, i).copy_from(x.flatten(1).slice(1, 0, i));
    const Tensor of_net = exp(model.log_conditionals(seen.reshape(x.shape()))).flatten(1);
    for (Index image = 0; image < n; ++image) {
      const auto bits = static_cast<std::size_t>(numbers[image]);  // the first i of them say x_1 ... x_i
      const double of_joint = upto[bits % upto.size()] / before[bits % before.size()];
      const double apart = std::abs(of_net.at({image, i - 1}) - of_joint);
      if (!(apart <= worst)) worst = apart;  // written so that a NaN counts
    }
    upto = before;
  }
  return worst;
}

}  // namespace gradfold
