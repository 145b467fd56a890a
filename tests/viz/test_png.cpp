#include "viz/png.h"

#include <cmath>

#include <fmt/format.h>

#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

Image colourful(Index width, Index height) {
  Image image(width, height);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      image.at(x, y) = {std::uint8_t(7 * x), std::uint8_t(11 * y), std::uint8_t(x * y + 3)};
    }
  }
  return image;
}

}  // namespace

TEST_CASE("a PNG comes back pixel for pixel, in colour and in grey") {
  const Scratch folder;
  for (const Image& image : {colourful(31, 17), colourful(1, 1), Image(5, 3, {80, 80, 80})}) {
    write_png(folder / "a.png", image);
    const Image back = read_png(folder / "a.png");
    CHECK(back.width() == image.width());
    CHECK(back.height() == image.height());
    CHECK(back.pixels() == image.pixels());
  }
}

TEST_CASE("a grey picture is stored with one channel") {
  const Scratch folder;
  write_png(folder / "grey.png", Image(4, 4, {9, 9, 9}));
  write_png(folder / "colour.png", Image(4, 4, {9, 9, 10}));
  constexpr std::size_t kColorType = 25;  // of the IHDR chunk: 0 is grey, 2 is RGB
  CHECK(contents(folder / "grey.png")[kColorType] == 0);
  CHECK(contents(folder / "colour.png")[kColorType] == 2);
}

TEST_CASE("tensors become pictures and back within half a step of 255") {
  const Tensor x = Tensor::from({Real(0), Real(0.25), Real(0.5), Real(1)}, {1, 2, 2});
  CHECK(allclose(to_tensor(to_image(x), 1), x, 0, 0.5 / 255 + 1e-6));
  const Tensor rgb = Tensor::from({Real(1), Real(0), Real(0.2)}, {3, 1, 1});
  CHECK(to_image(rgb).at(0, 0) == Color{255, 0, 51});
  CHECK(allclose(to_tensor(to_image(rgb), 3), rgb, 0, 1e-6));
  CHECK(to_tensor(to_image(rgb), 1).item() == doctest::Approx(0.4));
  // A view is taken as it is seen, not as it lies in memory.
  CHECK(to_image(x.transpose(1, 2)).at(1, 0) == to_image(x).at(0, 1));
}

TEST_CASE("values outside 0..1 are clipped and NaN shows") {
  const Image image = to_image(Tensor::from({Real(-1), Real(2), Real(NAN)}, {1, 3}));
  CHECK(image.at(0, 0) == kBlack);
  CHECK(image.at(1, 0) == kWhite);
  CHECK(image.at(2, 0) == Color{255, 0, 255});
}

TEST_CASE("drawing outside a picture is cut off") {
  Image image(4, 4);
  image.fill(-2, -2, 3, 3, kBlack);
  image.fill(3, 3, 100, 100, kBlack);
  image.paste(Image(3, 3, {1, 2, 3}), 3, -2);
  CHECK(image.at(0, 0) == kBlack);
  CHECK(image.at(1, 1) == kWhite);
  CHECK(image.at(3, 3) == kBlack);
  CHECK(image.at(3, 0) == Color{1, 2, 3});
}

TEST_CASE("PNG errors name the file and the reason") {
  const Scratch folder;
  CHECK(message_of([&] { read_png(folder / "none.png"); }) ==
        fmt::format("read_png: {} is no PNG picture that can be read (No such file or directory)\n"
                    "  hint: name a .png file that is there", (folder / "none.png").string()));
  put(folder / "text.png", "this is no picture");
  CHECK(message_of([&] {
          read_png(folder / "text.png");
        }).find("read_png: " + (folder / "text.png").string()) == 0);
  const std::string unwritable = message_of([&] { write_png(folder / "missing" / "a.png", Image(2, 2)); });
  CHECK(unwritable.find("cannot write " + (folder / "missing" / "a.png").string()) == 0);
  CHECK(unwritable.find("hint: ") != std::string::npos);
  CHECK(message_of([&] { write_png(folder / "a.png", Image(0, 2)); }).find("would have no pixels (0 x 2)") !=
        std::string::npos);
  CHECK(message_of([] {
          to_image(Tensor::zeros({2, 4, 4}));
        }) == "to_image: x is [2, 4, 4] but must be [H, W], [1, H, W] or [3, H, W]");
  CHECK(message_of([] { to_tensor(Image(1, 1), 2); }) == "to_tensor: channels is 2 but must be 1 or 3");
}

TEST_CASE("a damaged PNG is refused or read, never more") {
  const Scratch folder;
  write_png(folder / "good.png", colourful(40, 30));
  const int refused = refused_when_damaged(contents(folder / "good.png"), 200, [&](const std::string& bytes) {
    put(folder / "bad.png", bytes);
    read_png(folder / "bad.png");
  });
  CHECK(refused > 100);
}
