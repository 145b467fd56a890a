#include "lessons/other_coders.h"

#include "tensor/random.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("noise stays as long as its bits, blank images are next to nothing") {
  Rng rng(5);
  const double bytes = 50 * 28 * 28 / 8;
  const OtherCoders noise = other_coders(rng.bernoulli(Tensor::full({50, 1, 28, 28}, Real(0.5))), 2);
  const OtherCoders blank = other_coders(Tensor::zeros({50, 1, 28, 28}), 2);
  CHECK(static_cast<double>(noise.gzip_packed.value()) > bytes);
  CHECK(static_cast<double>(noise.gzip_packed.value()) < 1.02 * bytes);
  CHECK(static_cast<double>(noise.png.value()) > bytes);
  CHECK(noise.png.value() < 50 * 28 * 5);  // a row as it stands: 28 pixels in four bytes, and one for its filter
  CHECK(noise.gzip > noise.gzip_packed.value());
  CHECK(blank.gzip_packed.value() < 50);
}

TEST_CASE("what a coder cannot take is left out") {
  const OtherCoders two_channels = other_coders(Tensor::zeros({1, 2, 4, 4}), 256);
  CHECK_FALSE(two_channels.png);
  CHECK_FALSE(two_channels.gzip_packed);
}
