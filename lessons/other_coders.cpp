#include "lessons/other_coders.h"

#include "models/image_model.h"
#include "tensor/gzip.h"
#include "viz/png_size.h"

namespace gradfold {
namespace {

// The levels' numbers, each in `bits` bits.
Bytes packed(const Tensor& images, Index levels, std::size_t bits) {
  const Tensor x = images.contiguous();
  const auto n = static_cast<std::size_t>(x.numel());
  Bytes out((n * bits + 7) / 8);
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = static_cast<unsigned>(level_of(x.data()[i], levels));
    if (bits == 1) out[i / 8] |= static_cast<std::uint8_t>(level << (7 - i % 8));
    if (bits >= 8) out[i * bits / 8] = static_cast<std::uint8_t>(level);
    if (bits == 16) out[2 * i + 1] = static_cast<std::uint8_t>(level >> 8);
  }
  return out;
}

}  // namespace

OtherCoders other_coders(const Tensor& images, Index levels) {
  OtherCoders out;
  if (images.size(1) == 1 || images.size(1) == 3) out.png = png_size(images, levels).least();
  out.gzip = gzip(packed(images, levels, levels > 256 ? 16 : 8)).size();
  if (levels == 2) out.gzip_packed = gzip(packed(images, levels, 1)).size();
  return out;
}

}  // namespace gradfold
