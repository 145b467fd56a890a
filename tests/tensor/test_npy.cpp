
#include <fmt/format.h>

#include "tensor/npy.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

const std::filesystem::path kArrays = GRADFOLD_SOURCE_DIR "/tests/fixtures/arrays";

// A .npy file of version 1 with this header text and these bytes after it.
std::string npy(const std::string& header, const std::string& elements = "") {
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size() & 255) +
         static_cast<char>(header.size() >> 8) + header + elements;
}

std::string npy_message(const std::string& bytes) {
  return message_of_reading("x.npy", bytes, [](const std::filesystem::path& file) { read_npy(file); });
}

}  // namespace

TEST_CASE("npy: every number type and byte order that NumPy writes reads right") {
  const std::vector<Real> is_signed = {-2, -1, 0, 1, 2, 3}, is_unsigned = {0, 1, 2, 3, 4, 5};
  for (const char* type : {"little_i1", "little_i2", "big_i2", "little_i4", "big_i4", "little_i8", "little_f2",
                           "little_f4", "big_f4", "little_f8", "big_f8", "version_2", "version_3"}) {
    INFO(type);
    const Tensor x = read_npy(kArrays / fmt::format("{}.npy", type));
    CHECK(x.shape() == Shape{2, 3});
    CHECK(x.to_vector() == is_signed);
  }
  for (const char* type : {"u1", "little_u2", "little_u4", "big_u8"}) {
    INFO(type);
    CHECK(read_npy(kArrays / fmt::format("{}.npy", type)).to_vector() == is_unsigned);
  }
  CHECK(read_npy(kArrays / "bool.npy").to_vector() == std::vector<Real>{0, 0, 0, 1, 1, 1});
}

TEST_CASE("npy: Fortran order, scalars and empty arrays keep NumPy's shape and order") {
  const Tensor fortran = read_npy(kArrays / "fortran.npy");
  CHECK(identical(fortran, Tensor::arange(24).reshape({2, 3, 4})));
  CHECK(read_npy(kArrays / "scalar.npy").item() == Real(2.5));
  CHECK(read_npy(kArrays / "scalar.npy").rank() == 0);
  CHECK(read_npy(kArrays / "one_dimension.npy").to_vector() == std::vector<Real>{1.5, -0.25, 3});
  CHECK(read_npy(kArrays / "empty.npy").shape() == Shape{0, 3});
}

TEST_CASE("npy: integer arrays read as indices; others and large ones are refused") {
  CHECK(read_npy_indices(kArrays / "little_i8.npy").values == std::vector<std::int32_t>{-2, -1, 0, 1, 2, 3});
  CHECK(read_npy_indices(kArrays / "big_u8.npy").shape == Shape{2, 3});
  CHECK(contains(message_of([] { read_npy_indices(kArrays / "little_f4.npy"); }),
                 "holds floating-point numbers, not integers\n  hint: save a.astype('int32')"));
  const Scratch folder;
  put(folder / "x.npy", npy("{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", std::string(8, '\xff')));
  CHECK(contains(message_of([&] { read_npy_indices(folder / "x.npy"); }),
                 "is 9223372036854775807, which does not fit 32 bits"));
}

TEST_CASE("npy: what we write, we read back bit for bit") {
  const Scratch folder;
  for (const Shape& shape :
       {Shape{}, Shape{1}, Shape{5}, Shape{0, 4}, Shape{2, 3, 4}, Shape{1, 2, 1, 2, 1, 2}}) {
    INFO(shape.str());
    const Tensor x = Tensor::arange(shape.numel()).reshape(shape);
    write_npy(folder / "x.npy", x);
    CHECK(identical(read_npy(folder / "x.npy"), x));
    CHECK((contents(folder / "x.npy").size() - sizeof(Real) * static_cast<std::size_t>(x.numel())) % 64 == 0);
  }
  const Tensor turned = Tensor::arange(6).reshape({2, 3}).transpose(0, 1);
  write_npy(folder / "x.npy", turned);
  CHECK(read_npy(folder / "x.npy").to_vector() == std::vector<Real>{0, 3, 1, 4, 2, 5});
  const Indices labels{3, -1, 7};
  write_npy(folder / "i.npy", labels);
  CHECK(read_npy_indices(folder / "i.npy").values == labels.values);
  CHECK(read_npy_indices(folder / "i.npy").shape == labels.shape);
  CHECK(contains(message_of([&] { write_npy(folder / "i.npy", Indices()); }), "are 0 numbers of shape []"));
}

TEST_CASE("npz: archives by NumPy, stored and compressed, and our own") {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    INFO(name);
    const auto arrays = read_npz(kArrays / name);
    REQUIRE(arrays.size() == 3);
    CHECK(arrays.at("a").to_vector() == std::vector<Real>{-2, -1, 0, 1, 2, 3});
    CHECK(identical(arrays.at("labels"), Tensor::arange(4)));
    CHECK(identical(arrays.at("zeros"), Tensor::zeros({50, 4})));
  }
  const Scratch folder;
  const std::map<std::string, Tensor> arrays = {
      {"w", Tensor::arange(6).reshape({2, 3})}, {"none", Tensor({0})}, {"s", Tensor::scalar(3)}};
  write_npz(folder / "x.npz", arrays);
  const auto again = read_npz(folder / "x.npz");
  REQUIRE(again.size() == 3);
  for (const auto& [name, x] : arrays) CHECK(identical(again.at(name), x));
  write_npz(folder / "y.npz", arrays);
  CHECK(contents(folder / "x.npz") == contents(folder / "y.npz"));
  write_npz(folder / "empty.npz", {});
  CHECK(read_npz(folder / "empty.npz").empty());
}

TEST_CASE("npy and npz: NumPy reads what we write") {
  const std::string python = python_with("numpy");
  if (python.empty()) return skip("no Python with NumPy here");
  const Scratch folder;
  write_npy(folder / "x.npy", Tensor::arange(6).reshape({2, 3}));
  write_npy(folder / "i.npy", Indices{4, 5, -6});
  write_npz(folder / "x.npz", {{"a", Tensor::arange(4)}, {"b", Tensor::scalar(Real(1.5))}});
  const ShellResult result = shell(python + R"( -c '
import numpy as np
x, i, z = np.load("x.npy"), np.load("i.npy"), np.load("x.npz")
print(x.dtype, x.tolist(), i.dtype, i.tolist(), sorted(z.files), z["a"].tolist(), z["b"].shape, float(z["b"]))')",
                                   folder.path());
  CHECK(result.output ==
        "float32 [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]] int32 [4, 5, -6] ['a', 'b'] [0.0, 1.0, 2.0, 3.0] () 1.5\n");
}

TEST_CASE("npy: a file that is no valid array is refused in one clear sentence") {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
  CHECK(npy_message(npy(good, std::string(8, '\0'))) == "no error");
  struct Case {
    std::string bytes, message;
  };
  const Case cases[] = {
      {"", "does not begin with the bytes \\x93NUMPY of a .npy file\n  hint: write it with np.save"},
      {"PK\x03\x04 something else", "does not begin with the bytes \\x93NUMPY"},
      {"\x93NUMPY", "is truncated: it ends after 6 bytes, inside the header"},
      {"\x93NUMPY\x07\x01", "is of .npy version 7; versions 1 to 3 can be read"},
      {npy(good).substr(0, 40), "is truncated: its header is 55 bytes long, but 30 follow"},
      {npy(good, "1234567"),
       "has 7 bytes of elements, but [2] of 4 bytes each take 8\n  hint: the file is truncated, get it again"},
      {npy(good, "123456789"),
       "has 9 bytes of elements, but [2] of 4 bytes each take 8\n  hint: the file is corrupt"},
      {npy("{'descr': '<f4', 'fortran_order': False}"), "lacks one of 'descr', 'fortran_order' and 'shape'"},
      {npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}"), "lacks True or False"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -1)}"),
       "lacks a size, a whole number of 0 or more"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}"), "lacks a comma between two sizes"},
      {npy("{'descr': '<f4' 'fortran_order': False}"), "lacks a comma between its entries"},
      {npy("{'descr': '<f4"), "ends inside a quoted text"},
      {npy("{'descr': 7}"), "lacks a quoted text"},
      {npy("{'colour': 'red'}"), "has the unknown key 'colour'"},
      {npy("('descr')"), "lacks '{'"},
      {npy("{'descr': '<c8', 'fortran_order': False, 'shape': ()}"),
       "holds elements of type '<c8'; only bool, integers and float16, 32 and 64"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1)}"),
       "has 7 dimensions; at most 6 are supported"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}"),
       "more elements than any file holds"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999, 99999999999)}"),
       "more elements than any file holds"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}"),
       "has a size beyond 2^58"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (200000000000,)}", "1234"),
       "[200000000000] of 4 bytes each take 800000000000"},
  };
  for (const Case& c : cases) {
    INFO(c.message);
    const std::string message = npy_message(c.bytes);
    CHECK_MESSAGE(contains(message, c.message), message);
  }
  CHECK(contains(message_of([] { read_npy(kArrays / "records.npy"); }), "holds records with named fields"));
  CHECK(contains(message_of([] { read_npy(kArrays / "complex.npy"); }), "holds elements of type '<c16'"));
  CHECK(contains(message_of([] { read_npy("no/such.npy"); }),
                 "read_npy: cannot read no/such.npy: No such file or directory\n  hint: check the path"));
  CHECK(contains(message_of([] { read_npy(kArrays); }), "it is a folder"));
}

TEST_CASE("npz: a damaged archive is refused in one clear sentence") {
  const Scratch folder;
  const std::string stored = contents(kArrays / "stored.npz"), deflated = contents(kArrays / "deflated.npz");
  const auto message = [&](std::string bytes) {
    put(folder / "x.npz", bytes);
    const std::string text = message_of([&] { read_npz(folder / "x.npz"); });
    CHECK_MESSAGE(contains(text, "x.npz"), text);
    return text;
  };
  const auto changed = [](std::string bytes, std::size_t at, char to) { return bytes[at] = to, bytes; };
  CHECK(contains(message("\x93NUMPY"), "does not begin as a .npz archive does"));
  CHECK(
      contains(message(stored.substr(0, 700)), "is truncated: the archive's directory at its end is missing"));
  CHECK(contains(message(changed(stored, 200, 'x')), "is corrupt (its CRC-32 is "));
  const std::size_t directory = stored.find("PK\x01\x02");
  CHECK(contains(message(changed(stored, directory + 8, 1)), "is encrypted, which cannot be read"));
  CHECK(contains(message(changed(stored, directory + 10, 12)), "is packed by zip method 12"));
  CHECK(contains(message(changed(stored, directory + 23, '\x7f')), "reaches beyond its"));
  CHECK(contains(message(changed(stored, directory, 'X')), "its directory is damaged"));
  CHECK(contains(message(changed(stored, directory + 42, 5)), "is not where its directory says"));
  // A size that a few packed bytes cannot unpack to is never allocated: what comes out is compared with it.
  const std::size_t packed_directory = deflated.find("PK\x01\x02");
  CHECK(contains(message(changed(deflated, packed_directory + 27, '\x7f')), "but the archive says 2130706"));
}

TEST_CASE("npy and npz: no damaged file crashes the readers") {
  const Scratch folder;
  const auto fuzz = [&](const char* name, auto read) {
    return refused_when_damaged(contents(kArrays / name), 1500, [&](const std::string& bytes) {
      put(folder / "x", bytes);
      read(folder / "x");
    });
  };
  CHECK(fuzz("fortran.npy", [](const auto& path) { read_npy(path); }) > 500);
  CHECK(fuzz("stored.npz", [](const auto& path) { read_npz(path); }) > 500);
  CHECK(fuzz("deflated.npz", [](const auto& path) { read_npz(path); }) > 500);
}
