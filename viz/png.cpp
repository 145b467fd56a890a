#include "viz/png.h"

#include <png.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "tensor/atomic_file.h"

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

}  // namespace

void write_png(const std::filesystem::path& path, const Image& image) {
  require(image.width() > 0 && image.height() > 0, "write_png", "{} would have no pixels ({} x {})",
          path.string(), image.width(), image.height());
  const std::string bytes = encode(image);
  write_atomically(path, [&](std::ostream& out) { out << bytes; });
}

Image read_png(const std::filesystem::path& path) {
  PngFile png;
  int ok = png_image_begin_read_from_file(&png.image, path.string().c_str());
  require(ok != 0, "read_png", "{} is no PNG picture that can be read ({}); hint: name a .png file "
          "that is there", path.string(), png.image.message);
  require(Index{png.image.width} * png.image.height <= Index{1} << 28, "read_png",
          "{} is {} x {} pixels, more than can be meant", path.string(), png.image.width, png.image.height);
  png.image.format = PNG_FORMAT_RGB;
  std::vector<Color> pixels(static_cast<std::size_t>(png.image.width) * png.image.height);
  const png_color black{0, 0, 0};
  ok = png_image_finish_read(&png.image, &black, pixels.data(), 0, nullptr);
  require(ok != 0, "read_png", "{} is damaged ({}); hint: it may have been cut off on its way, get or make "
          "it again", path.string(), png.image.message);
  const auto width = static_cast<Index>(png.image.width);
  Image image(width, png.image.height);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    image.at(static_cast<Index>(i) % width, static_cast<Index>(i) / width) = pixels[i];
  }
  return image;
}

}  // namespace gradfold
