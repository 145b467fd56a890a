#include "viz/png_size.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <png.h>
#include <zlib.h>

#include "tensor/check.h"

namespace gradfold {
namespace {

constexpr std::size_t kOneChunk = std::size_t{1} << 26;  // bytes: a file in pieces would carry twelve more for each
constexpr png_uint_32 kAnySize = 0x7fffffff;

// A picture as PNG lays it out: rows of whole bytes, the first pixel in the highest bits.
struct Packed {
  Index width, height;
  int depth;  // bits of a number
  bool colour;
  std::size_t row_bytes;
  std::vector<std::uint8_t> bytes;

  Packed rows(Index from, Index to) const {
    const auto at = [this](Index row) { return bytes.begin() + row * static_cast<std::ptrdiff_t>(row_bytes); };
    return {width, to - from, depth, colour, row_bytes, {at(from), at(to)}};
  }
};

int depth_for(Index levels, bool colour) {
  for (const int depth : {1, 2, 4, 8}) {
    if (levels <= Index{1} << depth && !(colour && depth < 8)) return depth;
  }
  return 16;
}

Packed packed(const Tensor& images, Index levels) {
  const Index n = images.size(0), channels = images.size(1), height = images.size(2), width = images.size(3);
  const int depth = depth_for(levels, channels == 3);
  const std::size_t row_bytes = (static_cast<std::size_t>(width * channels * depth) + 7) / 8;
  Packed out{width, n * height, depth, channels == 3, row_bytes, {}};
  out.bytes.resize(row_bytes * static_cast<std::size_t>(out.height));
  const Tensor in_rows = images.permute({0, 2, 3, 1}).contiguous();
  const Real* value = in_rows.data();
  for (Index row = 0; row < out.height; ++row) {
    std::uint8_t* to = out.bytes.data() + static_cast<std::size_t>(row) * row_bytes;
    for (Index i = 0; i < width * channels; ++i) {
      const auto level = static_cast<unsigned>(std::lround(*value++ * static_cast<Real>(levels - 1)));
      if (depth == 16) {
        to[2 * i] = static_cast<std::uint8_t>(level >> 8);
        to[2 * i + 1] = static_cast<std::uint8_t>(level);
      } else {
        to[i * depth / 8] |= static_cast<std::uint8_t>(level << (8 - depth - i * depth % 8));
      }
    }
  }
  return out;
}

void count(png_structp png, png_bytep, png_size_t n) { *static_cast<std::size_t*>(png_get_io_ptr(png)) += n; }
void flush(png_structp) {}

struct Way {
  int filters, strategy;
};
constexpr Way kWays[] = {{PNG_FILTER_NONE, Z_DEFAULT_STRATEGY}, {PNG_ALL_FILTERS, Z_FILTERED},
                         {PNG_ALL_FILTERS, Z_DEFAULT_STRATEGY}};

// 0 if libpng refuses. It reports an error by longjmp, over which no destructor is called: nothing here has one.
std::size_t size_one_way(const Packed& picture, const Way& way, png_bytep* rows) {
  std::size_t size = 0;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return 0;
  }
  png_set_write_fn(png, &size, count, flush);
  png_set_user_limits(png, kAnySize, kAnySize);
  png_set_compression_level(png, Z_BEST_COMPRESSION);
  png_set_compression_mem_level(png, MAX_MEM_LEVEL);
  png_set_compression_strategy(png, way.strategy);
  png_set_compression_buffer_size(png, std::min(kOneChunk, picture.bytes.size() + 1024));
  png_set_filter(png, PNG_FILTER_TYPE_BASE, way.filters);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height),
               picture.depth, picture.colour ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_image(png, rows);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return size;
}

std::size_t size_of(Packed picture) {
  std::vector<png_bytep> rows;
  for (Index y = 0; y < picture.height; ++y)
    rows.push_back(picture.bytes.data() + static_cast<std::size_t>(y) * picture.row_bytes);
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const Way& way : kWays) {
    const std::size_t size = size_one_way(picture, way, rows.data());
    require(size > 0, "png_size", "libpng refuses a picture of {} x {} pixels", picture.width, picture.height);
    least = std::min(least, size);
  }
  return least;
}

}  // namespace

PngSize png_size(const Tensor& images, Index levels) {
  check_shape("png_size", "images", images.shape(), {"N", "C", "H", "W"});
  const Index n = images.size(0), channels = images.size(1), height = images.size(2);
  require((channels == 1 || channels == 3) && n > 0 && n * height <= Index{kAnySize} && levels >= 2 && levels <= 65536,
          "png_size", "images is {} of {} levels; a PNG has 1 or 3 channels, 1 row to 2^31 - 1, and 2 to 65536 levels",
          images.shape(), levels);
  const Packed all = packed(images, levels);
  PngSize size;
  for (Index i = 0; i < n; ++i) size.one_each += size_of(all.rows(i * height, (i + 1) * height));
  size.column = size_of(all);
  return size;
}

}  // namespace gradfold
