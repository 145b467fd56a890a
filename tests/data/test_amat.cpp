
#include <cmath>

#include "data/amat.h"
#include "data/npy_images.h"
#include "tensor/npy.h"
#include "tests/data/idx_bytes.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

Dataset read_text(const std::string& text) {
  const Scratch folder;
  put(folder / "x.amat", text);
  return read_amat(folder / "x.amat");
}

std::string amat_message(const std::string& text) {
  const std::string message = message_of([&] { read_text(text); });
  CHECK_MESSAGE((message == "no error" || contains(message, "x.amat")), message);
  return message;
}

// A .npy of bytes, as np.save writes an array of uint8.
std::string npy_bytes(const std::string& shape, const std::string& elements) {
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + shape + ")}";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + elements;
}

}  // namespace

TEST_CASE("amat: rows of zeros and ones, with any blanks and line ends, plain and gzip") {
  const Dataset x = read_text("0 1 1 0 \n1 1 0 0\r\n\n0\t0 0  1");
  CHECK(x.images.shape() == Shape{3, 1, 2, 2});
  CHECK(x.images.to_vector() == std::vector<Real>{0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1});
  CHECK_FALSE(x.has_labels());
  CHECK(identical(read_text(gzipped("0 1 1 0\n")).images, x.images.slice(0, 0, 1)));
}

TEST_CASE("amat: grey levels and a column of labels") {
  const Dataset x = read_text("0.25 1.0000 1e-1 0 7\n0 0 0 0 3.0\n");
  CHECK(x.images.shape() == Shape{2, 1, 2, 2});
  CHECK(x.images.at({0, 0, 0, 0}) == Real(0.25));
  CHECK(x.images.at({0, 0, 1, 0}) == Real(0.1));
  CHECK(x.labels.values == std::vector<std::int32_t>{7, 3});
  CHECK(x.labels.shape == Shape{2});
}

TEST_CASE("amat: anything else is refused in one clear sentence that names the line") {
  struct Case {
    const char *text, *message;
  };
  const Case cases[] = {
      {"", "holds no numbers"},
      {"\n \n", "holds no numbers"},
      {"0 1 1 0\n0 1 1\n", "line 2 of "},
      {"0 1 1 0\n0 1 1\n", "has 3 numbers, but the first line has 4\n  hint: the file is truncated or corrupt"},
      {"0 1 1 0\n\n0 1 x1 0\n", "line 3 of "},
      {"0 1 1 0\n0 1 x1 0\n", "holds 'x1', which is no number\n  hint: an .amat file is text"},
      {"0 1 2 0\n", "holds 2; pixels are grey levels from 0 to 1\n  hint: divide bytes by 255"},
      {"0 1 -1 0\n", "holds -1; pixels"},
      {"0 1 nan 0\n", "holds nan; pixels"},
      {"0 1 1\n", "line 1 of "},
      {"0 1 1\n", "has 3 numbers, which are neither a square image's pixels nor those and a label"},
      {"0 1 1 0 2.5\n", "ends in the label 2.5, which is no whole number"},
      {"0 1 1 0 -2\n", "ends in the label -2"},
      {"0 1 1 0 1e300\n", "ends in the label 1e+300"},
  };
  for (const Case& c : cases) {
    INFO(c.message);
    const std::string message = amat_message(c.text);
    CHECK_MESSAGE(contains(message, c.message), message);
  }
  CHECK(contains(amat_message(std::string("0 1\0 1 0\n", 9)), "holds '1?', which is no number"));
  CHECK(contains(amat_message(gzipped("0 1 1 0\n").substr(0, 15)), "is truncated"));
}

TEST_CASE("amat: no damaged file crashes the reader") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += i % 3 == 0 ? "0 1 1 0 0 1 0.5 1 0 \n" : "1 1 1 0 0 1 0 1 0 \n";
  const Scratch folder;
  const int refused = refused_when_damaged(text, 2000, [&](const std::string& bytes) {
    put(folder / "x.amat", bytes);
    read_amat(folder / "x.amat");
  });
  CHECK(refused > 500);
}

TEST_CASE("npy images: flat, grey and colour arrays; bytes are scaled, grey levels kept") {
  const Scratch folder;
  const auto images = [&](const Tensor& x) {
    write_npy(folder / "x.npy", x);
    return read_npy_images(folder / "x.npy");
  };
  CHECK(images(Tensor::zeros({3, 16})).shape() == Shape{3, 1, 4, 4});
  CHECK(images(Tensor::zeros({3, 2, 5})).shape() == Shape{3, 1, 2, 5});
  CHECK(images(Tensor::full({3, 3, 2, 5}, Real(0.5))).at({2, 1, 1, 4}) == Real(0.5));
  put(folder / "b.npy", npy_bytes("1, 4", {0, 1, 51, static_cast<char>(255)}));
  CHECK(read_npy_images(folder / "b.npy").to_vector() ==
        std::vector<Real>{0, Real(1) / 255, Real(51) / 255, 1});
  put(folder / "b.npy", npy_bytes("1, 4", {0, 1, 1, 0}));
  CHECK(read_npy_images(folder / "b.npy").to_vector() == std::vector<Real>{0, 1, 1, 0});
}

TEST_CASE("npy images: wrong shapes and levels are refused in one clear sentence") {
  const Scratch folder;
  const auto message = [&](const Tensor& x) {
    write_npy(folder / "x.npy", x);
    return message_of([&] { read_npy_images(folder / "x.npy"); });
  };
  CHECK(
      contains(message(Tensor::zeros({3, 15})),
               "x.npy is [3, 15], but images are [N, side*side], [N, H, W] or [N, C, H, W]\n  hint: reshape"));
  CHECK(contains(message(Tensor::zeros({4})), "x.npy is [4], but images are"));
  CHECK(contains(message(Tensor::full({1, 4}, 200)),
                 "x.npy holds 200, but grey levels are from 0 to 1\n  hint: divide by the largest level"));
  CHECK(contains(message(Tensor::full({2, 4}, -1)),
                 "x.npy holds -1, but grey levels are from 0 to 1\n  hint: mend it"));
  CHECK(contains(message(Tensor::zeros({2, 8, 8, 3})),
                 "hint: these have their channels last, a.transpose(0, 3, 1, 2)"));
  CHECK(contains(message(Tensor::zeros({2, 1, 0, 8})), "x.npy is [2, 1, 0, 8], which holds nothing"));
  CHECK(contains(message(Tensor::full({1, 4}, NAN)), "x.npy holds nan"));
}
