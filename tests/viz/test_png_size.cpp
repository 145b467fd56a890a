#include "viz/png_size.h"

#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "viz/grid.h"
#include "viz/png.h"

using namespace gradfold;

namespace {

Tensor noise(const Shape& shape, Index levels) {
  Rng rng(1);
  Tensor x(shape);
  for (Index i = 0; i < x.numel(); ++i)
    x.data()[i] = static_cast<Real>(rng.below(levels)) / static_cast<Real>(levels - 1);
  return x;
}

// What cannot be compressed shows how many bits a pixel takes: 1 row of 4096 numbers, and 60 to 110 bytes about them.
Index bytes_for(Index levels, Index channels) {
  return static_cast<Index>(png_size(noise({1, channels, 64, 64}, levels), levels).least());
}

}  // namespace

TEST_CASE("a PNG takes the bits that its levels need: 1 for two") {
  for (const auto& [levels, bits] : {std::pair<Index, Index>{2, 1}, {4, 2}, {16, 4}, {256, 8}, {65536, 16}}) {
    CAPTURE(levels);
    const Index pixels = 64 * 64 * bits / 8;
    CHECK(bytes_for(levels, 1) > pixels);
    CHECK(bytes_for(levels, 1) < pixels + 64 + 120);  // a byte a row for its filter
  }
  CHECK(bytes_for(256, 3) > 3 * 4096);
  CHECK(bytes_for(256, 3) < 3 * 4096 + 200);
}

TEST_CASE("like images are cheaper in one column, and never dearer than what write_png makes of them") {
  const Tensor one = noise({1, 1, 28, 28}, 256);
  const PngSize same = png_size(one.expand({50, 1, 28, 28}).contiguous(), 256);
  CHECK(same.column < same.one_each / 10);
  CHECK(same.least() == same.column);
  const Scratch folder;
  Tensor ramp(Shape{1, 1, 40, 40});  // what filters are for
  for (Index i = 0; i < 1600; ++i) ramp.data()[i] = static_cast<Real>(3 * (i % 40) + 2 * (i / 40)) / 255;
  for (const Tensor& x : {one, ramp, Tensor::zeros({1, 1, 30, 5})}) {
    write_png(folder / "x.png", to_image(x.select(0, 0)));
    CHECK(png_size(x, 256).one_each <= std::filesystem::file_size(folder / "x.png"));
    CHECK(png_size(x, 256).column == png_size(x, 256).one_each);
  }
}

TEST_CASE("2,000,000 rows are a picture; four channels are not") {
  CHECK(png_size(Tensor::zeros({1000, 1, 2000, 1}), 2).column < 10000);
  CHECK(contains(message_of([] { png_size(Tensor::zeros({1, 4, 2, 2}), 2); }), "a PNG has 1 or 3 channels"));
}
