#include "viz/png.h"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <ostream>
#include <string>

#include "tensor/atomic_file.h"
#include "tensor/deflate.h"

namespace gradfold {
namespace {

static_assert(sizeof(Color) == 3, "an Image's memory is handed to libpng as it is");

bool is_grey(const Image& image) {
  return std::all_of(image.pixels().begin(), image.pixels().end(),
                     [](Color c) { return c.r == c.g && c.g == c.b; });
}

// libpng's "simplified API": one struct, freed by png_image_free whatever happens.
struct PngFile {
  png_image image{};
  PngFile() { image.version = PNG_IMAGE_VERSION; }
  ~PngFile() { png_image_free(&image); }
};

std::string encode(const Image& picture) {
  PngFile png;
  png.image.width = static_cast<png_uint_32>(picture.width());
  png.image.height = static_cast<png_uint_32>(picture.height());
  std::vector<png_byte> grey;
  const void* memory = picture.pixels().data();
  png.image.format = PNG_FORMAT_RGB;
  if (is_grey(picture)) {
    for (Color c : picture.pixels()) grey.push_back(c.r);
    memory = grey.data();
    png.image.format = PNG_FORMAT_GRAY;
  }
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(png.image), '\0');
  png_alloc_size_t size = bytes.size();
  const int ok = png_image_write_to_memory(&png.image, bytes.data(), &size, 0, memory, 0, nullptr);
  require(ok != 0, "write_png", "libpng says: {}", png.image.message);
  bytes.resize(size);
  return bytes;
}

void append(png_structp png, png_bytep data, png_size_t size) {
  Bytes& out = *static_cast<Bytes*>(png_get_io_ptr(png));
  out.insert(out.end(), data, data + size);
}

// libpng leaves by longjmp when something goes wrong, so nothing here has a destructor. False then.
bool encode_bits(png_structp png, png_infop info, Index width, Index height, const png_byte* rows, Bytes* out) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(png, out, append, nullptr);
  png_set_compression_level(png, 9);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 1, PNG_COLOR_TYPE_GRAY,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (Index y = 0; y < height; ++y) png_write_row(png, rows + y * ((width + 7) / 8));
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

Bytes one_bit_png(const Tensor& x) {
  check_shape("one_bit_png", "x", x.shape(), {"H", "W"});
  const Bytes rows = pack_bits(x);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  Bytes out;
  const bool ok = info && encode_bits(png, info, x.size(1), x.size(0), rows.data(), &out);
  png_destroy_write_struct(&png, &info);
  require(ok, "one_bit_png", "libpng could not write {} x {} pixels", x.size(0), x.size(1));
  return out;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  require(image.width() > 0 && image.height() > 0, "write_png", "{} would have no pixels ({} x {})",
          path.string(), image.width(), image.height());
  const std::string bytes = encode(image);
  write_atomically(path, [&](std::ostream& out) { out << bytes; });
}

Image read_png(const std::filesystem::path& path) {
  PngFile png;
  int ok = png_image_begin_read_from_file(&png.image, path.string().c_str());
  require(ok != 0, "read_png", "{}: {}", path.string(), png.image.message);
  require(Index{png.image.width} * png.image.height <= Index{1} << 28, "read_png",
          "{} is {} x {} pixels, more than can be meant", path.string(), png.image.width, png.image.height);
  png.image.format = PNG_FORMAT_RGB;
  std::vector<Color> pixels(static_cast<std::size_t>(png.image.width) * png.image.height);
  const png_color black{0, 0, 0};
  ok = png_image_finish_read(&png.image, &black, pixels.data(), 0, nullptr);
  require(ok != 0, "read_png", "{}: {}", path.string(), png.image.message);
  const auto width = static_cast<Index>(png.image.width);
  Image image(width, png.image.height);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    image.at(static_cast<Index>(i) % width, static_cast<Index>(i) / width) = pixels[i];
  }
  return image;
}

}  // namespace gradfold
