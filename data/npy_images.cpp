#include "data/npy_images.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "data/grey.h"
#include "tensor/npy_format.h"

namespace gradfold {
namespace {

constexpr std::string_view kNpyReader = "read_npy_images";

Shape image_shape(const Shape& shape, const std::string& name) {
  require(shape.numel() > 0, kNpyReader, "{} is {}, which holds nothing", name, shape);
  require(shape.rank() != 4 || shape[3] > 4 || shape[1] <= 4, kNpyReader,
          "{} is {}, but images are [N, C, H, W]; hint: these have their channels last, a.transpose(0, 3, 1, 2) puts "
          "them first", name, shape);
  if (shape.rank() == 4) return shape;
  if (shape.rank() == 3) return {shape[0], 1, shape[1], shape[2]};
  const Index pixels = shape.rank() == 2 ? shape[1] : 0;
  const auto side = static_cast<Index>(std::sqrt(static_cast<double>(pixels)));
  require(shape.rank() == 2 && side * side == pixels, kNpyReader,
          "{} is {}, but images are [N, side*side], [N, H, W] or [N, C, H, W]; hint: reshape it, a.reshape(-1, "
          "1, height, width)",
          name, shape);
  return {shape[0], 1, side, side};
}

}  // namespace

Tensor read_npy_images(const std::filesystem::path& path) {
  const std::string name = path.string();
  const Bytes bytes = read_file(path, kNpyReader);
  const NpyArray array = parse_npy(bytes, kNpyReader, name);
  Tensor x = to_tensor(array).reshape(image_shape(array.shape, name));
  const Real most = is_integer(array.type) ? 255 : 1;
  const Real* v = x.data();
  const Real* wrong = std::find_if_not(v, v + x.numel(), [most](Real g) { return g >= 0 && g <= most; });
  require(wrong == v + x.numel(), kNpyReader, "{} holds {}, but grey levels are from 0 to {}; hint: {}", name,
          wrong == v + x.numel() ? Real(0) : *wrong, most,
          most == 255 ? "save bytes (uint8) or numbers from 0 to 1"
          : wrong != v + x.numel() && *wrong > 1 && std::isfinite(*wrong) ? "divide by the largest level"
                                                                          : "mend it before it is saved");
  if (std::any_of(v, v + x.numel(), [](Real g) { return g > 1; })) divide_by_255(x);
  return x;
}

}  // namespace gradfold
