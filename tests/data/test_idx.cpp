
#include <cstdlib>

#include "data/idx.h"
#include "tensor/random.h"
#include "tests/data/idx_bytes.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

std::string images_message(const std::string& bytes) {
  return message_of_reading("train-images", bytes, [](const std::filesystem::path& file) { read_idx_images(file); });
}

}  // namespace

TEST_CASE("idx: images and labels, plain and gzip, told apart by content") {
  const Scratch folder;
  for (const bool packed : {false, true}) {
    put(folder / "i", packed ? gzipped(idx_images(5)) : idx_images(5));
    put(folder / "l", packed ? gzipped(idx_labels(5)) : idx_labels(5));
    const Tensor x = read_idx_images(folder / "i");
    CHECK(x.shape() == Shape{5, 1, 2, 2});
    CHECK(x.at({4, 0, 1, 1}) == Real(19) / 255);
    CHECK(read_idx_shape(folder / "i") == Shape{5, 2, 2});
    CHECK(read_idx_labels(folder / "l").values == std::vector<std::int32_t>{0, 1, 2, 3, 4});
  }
}

TEST_CASE("idx: a range of rows is the same as those rows of the whole") {
  const Scratch folder;
  put(folder / "i", idx_images(20));
  put(folder / "l", idx_labels(20));
  CHECK(identical(read_idx_images(folder / "i", {5, 12}),
                  read_idx_images(folder / "i").slice(0, 5, 12).contiguous()));
  CHECK(read_idx_labels(folder / "l", {18, -1}).values == std::vector<std::int32_t>{8, 9});
  CHECK(read_idx_images(folder / "i", {3, 3}).shape() == Shape{0, 1, 2, 2});
  CHECK(contains(message_of([&] { read_idx_images(folder / "i", {5, 21}); }), "rows 5 to 21 of"));
  CHECK(contains(message_of([&] { read_idx_labels(folder / "l", {-1, 2}); }), "were asked for, but it has 20"));
}

TEST_CASE("idx: bytes 0 and 1 are kept, others are divided by 255; colour images keep their channels") {
  const Scratch folder;
  put(folder / "bits", idx_bytes({1, 2, 2}, {0, 1, 1, 0}));
  CHECK(read_idx_images(folder / "bits").to_vector() == std::vector<Real>{0, 1, 1, 0});
  put(folder / "grey", idx_bytes({1, 2, 2}, {0, 1, 1, static_cast<char>(255)}));
  CHECK(read_idx_images(folder / "grey").to_vector() == std::vector<Real>{0, Real(1) / 255, Real(1) / 255, 1});
  // The scale is the file's, not that of the rows that were asked for.
  put(folder / "two", idx_bytes({2, 1, 1}, {1, 2}));
  CHECK(read_idx_images(folder / "two", {0, 1}).item() == Real(1) / 255);
  put(folder / "rgb", idx_bytes({1, 3, 2, 2}, std::string(12, '\x33')));
  CHECK(read_idx_images(folder / "rgb").shape() == Shape{1, 3, 2, 2});
}

TEST_CASE("idx: what is written is read again: 256 levels, 0 and 1, colour, packed by the name's ending") {
  const Scratch folder;
  Rng rng(1);
  for (const Shape& shape : {Shape{300, 1, 3, 2}, {20, 3, 2, 2}, {1, 1, 1, 1}}) {
    for (const Index levels : {2, 256}) {
      Tensor x(shape);
      for (Index i = 0; i < x.numel(); ++i)
        x.data()[i] = static_cast<Real>(rng.below(levels)) / static_cast<Real>(levels - 1);
      x.data()[0] = 1;
      for (const char* name : {"x.idx", "x-ubyte.gz"}) {
        write_idx_images(folder / name, x);
        CHECK(identical(read_idx_images(folder / name), x));
      }
      CHECK(contents(folder / "x-ubyte.gz").starts_with("\x1f\x8b"));
    }
  }
  CHECK(read_idx_shape(folder / "x.idx") == Shape{1, 1, 1});
  CHECK(contains(message_of([&] { write_idx_images(folder / "no", Tensor::full({1, 1, 1, 1}, 2)); }), "x holds 2"));
  CHECK(contains(message_of([&] { write_idx_images(folder / "no", Tensor::zeros({1, 2, 2})); }), "[N, C, H, W]"));
  CHECK_FALSE(std::filesystem::exists(folder / "no"));
}

TEST_CASE("idx: a file that is truncated, corrupt or of another kind is refused in one clear sentence") {
  const std::string good = idx_images(5), packed = gzipped(idx_images(200));
  const auto changed = [](std::string bytes, std::size_t at, char to) { return bytes[at] = to, bytes; };
  struct Case {
    std::string bytes, message;
  };
  const Case cases[] = {
      {"", "is empty\n  hint: the file is truncated or corrupt: get it again (MNIST: ./gf data mnist)"},
      {"<html>Not found</html>",
       "is no IDX file: it does not begin with two zero bytes and a type\n  hint: IDX files are named like "
       "train-images"},
      {changed(good, 2, 13), "holds elements of IDX type 13; only 8 (unsigned byte) can be read"},
      {good.substr(0, 10), "ends after 10 bytes, inside its header of 16"},
      {changed(good, 3, 9), "has 9 dimensions; at most 6 are supported"},
      {good.substr(0, 30), "is 30 bytes long, but [5, 2, 2] of one byte each and their header take 36"},
      {good + "x",
       "is 37 bytes long, but [5, 2, 2] of one byte each and their header take 36\n  hint: the file is "
       "truncated or "
       "corrupt: get it again (MNIST: ./gf data mnist)"},
      {idx_bytes({4000000000, 4000000000, 4000000000}, ""), "more elements than any file holds"},
      {gzipped(idx_bytes({100000, 2000, 2000}, "abc")), "promises [100000, 2000, 2000], but its "},
      {gzipped(good + "x"), "unpacks to more than 36 bytes, but [5, 2, 2]"},
      {gzipped(good.substr(0, 30)), "unpacks to only 30 bytes, but [5, 2, 2]"},
      {packed.substr(0, packed.size() / 2), "is truncated: its compressed data stop after"},
      {packed.substr(0, packed.size() - 3), "is truncated: its compressed data stop after"},
      {changed(packed, packed.size() - 8, 'x'), "are corrupt after 816 bytes (incorrect data check)"},
      {packed + "junk", "goes on for 4 bytes after the end of its compressed data"},
      {"\x1f\x8b", "is truncated: its compressed data stop after 0 bytes"},
      {idx_labels(5),
       "is [5], but images are [N, rows, columns] or [N, channels, rows, columns]\n  hint: this looks like a "
       "file of labels"},
  };
  for (const Case& c : cases) {
    INFO(c.message);
    const std::string message = images_message(c.bytes);
    CHECK_MESSAGE(contains(message, c.message), message);
  }
  const Scratch folder;
  put(folder / "l", good);
  CHECK(contains(message_of([&] { read_idx_labels(folder / "l"); }), "is [5, 2, 2], but labels are [N]"));
  CHECK(contains(message_of([] { read_idx_images("no/file.gz"); }),
                 "read_idx_images: cannot read no/file.gz: No such file or directory"));
}

TEST_CASE("idx: no damaged file crashes the reader") {
  const Scratch folder;
  for (const std::string& valid : {idx_images(30), gzipped(idx_images(30))}) {
    const int refused = refused_when_damaged(valid, 1500, [&](const std::string& bytes) {
      put(folder / "x", bytes);
      read_idx_images(folder / "x");
    });
    CHECK(refused > 700);
  }
}
