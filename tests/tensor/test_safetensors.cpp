
#include <cmath>
#include <limits>
#include <vector>

#include "tensor/element_type.h"
#include "tensor/npy.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

const std::filesystem::path kFixtures = GRADFOLD_SOURCE_DIR "/tests/fixtures/arrays";

std::string length_of(std::uint64_t n) {
  std::string out;
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(n >> (8 * i) & 255));
  return out;
}

std::string file_of(const std::string& header, const std::string& data = "") {
  return length_of(header.size()) + header + data;
}

std::string safetensors_message(const std::string& bytes) {
  return message_of_reading("x.safetensors", bytes, [](const std::filesystem::path& file) { read_safetensors(file); });
}

}  // namespace

TEST_CASE("safetensors: a file of every type, with PyTorch's own bytes, reads right") {
  const SafeTensors file = read_safetensors(kFixtures / "torch.safetensors");
  const auto values = [&](const char* name) { return file.tensors.at(name).to_vector(); };
  CHECK(file.tensors.size() == 12);
  CHECK(file.metadata == std::map<std::string, std::string>{{"format", "pt"}, {"note", "한글"}});
  CHECK(file.tensors.at("scalar").shape() == Shape{});
  CHECK(file.tensors.at("scalar").item() == 7);
  CHECK(file.tensors.at("f32").shape() == Shape{2, 4});
  CHECK(values("f32") == values("f64"));
  CHECK(values("f32")[3] == 0.1F);
  CHECK(values("i64") == std::vector<Real>{-1, 2, Real(1LL << 40)});
  CHECK(values("i32") == std::vector<Real>{-5, 6});
  CHECK(values("i16") == std::vector<Real>{-300, 300});
  CHECK(values("i8") == std::vector<Real>{-128, 127});
  CHECK(values("u8") == std::vector<Real>{0, 255});
  CHECK(values("bool") == std::vector<Real>{1, 0, 1});
  CHECK(file.tensors.at("empty").shape() == Shape{0, 5});
  const auto halves = read_npz(kFixtures / "torch_halves.npz");
  CHECK(identical(file.tensors.at("f16"), halves.at("f16")));
  CHECK(identical(file.tensors.at("bf16"), halves.at("bf16")));
}

TEST_CASE("half precision: every half survives, and others round to the nearest, ties to even") {
  for (int bits = 0; bits < 1 << 16; ++bits) {
    const double value = from_half(static_cast<std::uint16_t>(bits));
    if (std::isnan(value)) continue;
    REQUIRE(to_half(value) == bits);
  }
  CHECK(std::isnan(from_half(to_half(NAN))));
  CHECK(to_half(1) == 0x3c00);
  CHECK(to_half(-2) == 0xc000);
  CHECK(to_half(1 + std::ldexp(1, -11)) == 0x3c00);      // halfway, down to even
  CHECK(to_half(1 + 3 * std::ldexp(1, -11)) == 0x3c02);  // halfway, up to even
  CHECK(to_half(2047.9) == 0x6800);                      // carries into the exponent
  CHECK(to_half(std::ldexp(1023.7, -24)) == 0x0400);     // the largest subnormals round up to a normal
  CHECK(to_half(std::ldexp(1, -26)) == 0);
  CHECK(to_half(65519) == 0x7bff);
  CHECK(to_half(65520) == 0x7c00);
}

TEST_CASE("safetensors: what we write, we read back; F16 halves the file") {
  const Scratch folder;
  const SafeTensors content = {{{"b", Tensor::arange(6).reshape({2, 3})},
                                {"a.weight", Tensor::scalar(Real(0.1))},
                                {"none", Tensor({0})}},
                               {{"epoch", "3"}, {"text", "\"quoted\" 한글"}}};
  write_safetensors(folder / "x", content);
  const SafeTensors again = read_safetensors(folder / "x");
  CHECK(again.metadata == content.metadata);
  REQUIRE(again.tensors.size() == 3);
  for (const auto& [name, x] : content.tensors) CHECK(identical(again.tensors.at(name), x));

  write_safetensors(folder / "h", content, StoredType::kF16);
  const SafeTensors half = read_safetensors(folder / "h");
  CHECK(identical(half.tensors.at("b"), content.tensors.at("b")));
  CHECK(half.tensors.at("a.weight").item() == static_cast<Real>(from_half(to_half(Real(0.1)))));
  const std::string bytes = contents(folder / "h");
  CHECK(bytes.substr(8).find("{") == 0);
  CHECK((static_cast<unsigned char>(bytes[0]) + 256 * static_cast<unsigned char>(bytes[1])) % 8 == 0);

  write_safetensors(folder / "empty", {});
  CHECK(read_safetensors(folder / "empty").tensors.empty());
}

TEST_CASE("safetensors: another program finds our bytes where the header says") {
  const std::string python = python_with("numpy");
  if (python.empty()) return skip("no Python with NumPy here");
  const Scratch folder;
  write_safetensors(folder / "x",
                    {{{"w", Tensor::arange(4).reshape({2, 2})}, {"b", Tensor::scalar(5)}}, {{"k", "v"}}});
  const ShellResult result = shell(python + R"( -c '
import json, struct, numpy as np
raw = open("x", "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
header, data = json.loads(raw[8:8 + n]), raw[8 + n:]
metadata = header.pop("__metadata__")
print(metadata["k"], len(metadata.pop("crc32")), len(metadata))
for name, t in sorted(header.items()):
    begin, end = t["data_offsets"]
    print(name, t["dtype"], np.frombuffer(data[begin:end], "<f4").reshape(t["shape"]).tolist())')",
                                   folder.path());
  CHECK(result.output == "v 8 1\nb F32 5.0\nw F32 [[0.0, 1.0], [2.0, 3.0]]\n");
}

TEST_CASE("safetensors: a file that breaks the format's rules is refused in one clear sentence") {
  const std::string w = R"("w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  CHECK(safetensors_message(file_of("{" + w + "}", "12345678")) == "no error");
  struct Case {
    std::string bytes, message;
  };
  const Case cases[] = {
      {"1234567", "is 7 bytes long, too short for the 8 bytes that begin a .safetensors file"},
      {length_of(999), "is truncated: its header takes 999 bytes, but 0 follow"},
      {std::string(8, '\xff'),
       "is no .safetensors file: its first 8 bytes would mean a header of 18446744073709551615 bytes; at most "
       "100000000 are allowed"},
      {file_of("{" + w), "has a header that is no valid JSON (at byte 54 of it)"},
      {file_of(""), "has a header that is no valid JSON"},
      {file_of("{\"\xff\xfe\": 1}"), "has a header that is no valid JSON"},
      {file_of("{\"x\": 1e999}"), "has a header with a number beyond all bounds"},
      {file_of(std::string(100000, '[')), "has a header that is no valid JSON"},
      {file_of("[1]"), "has a header that is no JSON object"},
      {file_of("{" + w + "," + w + "}", "12345678"), "names the tensor 'w' twice"},
      {file_of(R"({"w":5})"), "describes tensor 'w' by no JSON object"},
      {file_of(R"({"w":{"shape":[2],"data_offsets":[0,8]}})"), "gives tensor 'w' no 'dtype'"},
      {file_of(R"({"w":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,8]}})"),
       "is of type \"F8_E4M3\"\n  hint: convert it to F32"},
      {file_of(R"({"w":{"dtype":"F32","data_offsets":[0,8]}})"), "gives tensor 'w' no list 'shape'"},
      {file_of(R"({"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})"),
       "gives tensor 'w' -2 in 'shape', which must be a whole number"},
      {file_of(R"({"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}})"), "gives tensor 'w' 2.5 in 'shape'"},
      {file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8]}})"),
       "gives tensor 'w' 1 data_offsets instead of 2"},
      {file_of("{" + w + "}", "1234"), "puts tensor 'w' at bytes 0 to 8 of 4"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}})", "12345678"),
       "puts tensor 'w' at bytes 8 to 4 of 8"},
      {file_of(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "12345678"),
       "gives tensor 'w' 8 bytes, but F32 [3] takes 12"},
      {file_of(R"({"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})"),
       "more elements than any file holds"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}})", "1234"),
       "has 7 dimensions; at most 6"},
      {file_of("{" + w + R"(,"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", "123456789012"),
       "puts tensor 'v' at byte 4, but the one before it ends at 8"},
      {file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678"),
       "puts tensor 'w' at byte 4, but the one before it ends at 0"},
      {file_of("{" + w + "}", "123456789"), "has 1 bytes after the last tensor, which ends at byte 8"},
      {file_of(R"({"__metadata__":{"a":1}})"), "has the metadata entry 'a', which is no text"},
      {file_of(R"({"__metadata__":[]})"), "has metadata that are no JSON object"},
  };
  for (const Case& c : cases) {
    INFO(c.message);
    const std::string message = safetensors_message(c.bytes);
    CHECK_MESSAGE(contains(message, c.message), message);
  }
  CHECK(contains(message_of([] { read_safetensors("no/such"); }),
                 "cannot read no/such: No such file or directory"));
}

TEST_CASE("safetensors: content that cannot be stored is refused and leaves the old file") {
  const Scratch folder;
  put(folder / "x", "old");
  const auto message = [&](const SafeTensors& content, StoredType type = StoredType::kReal) {
    return message_of([&] { write_safetensors(folder / "x", content, type); });
  };
  CHECK(contains(message({{{"__metadata__", Tensor::scalar(1)}}, {}}),
                 "the format reserves the name __metadata__"));
  CHECK(contains(message({{{"w", Tensor()}}, {}}), "tensor 'w' is undefined"));
  CHECK(contains(message({{}, {{"k", "\xff"}}}), "no valid UTF-8"));
  CHECK(contains(message({{{"w", Tensor::scalar(70000)}}, {}}, StoredType::kF16),
                 "tensor 'w' holds 70000, but F16 ends at 65504"));
  CHECK(contents(folder / "x") == "old");
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}

TEST_CASE(
    "safetensors: any changed byte of a file of ours is found; files without a checksum read as they are") {
  const Scratch folder;
  const SafeTensors content = {{{"a", Tensor::arange(64)}, {"none", Tensor({0})}}, {{"note", "text"}}};
  for (const StoredType type : {StoredType::kReal, StoredType::kF16}) {
    write_safetensors(folder / "x", content, type);
    const std::string bytes = contents(folder / "x");
    CHECK(safetensors_message(bytes) == "no error");
    const std::size_t digits = bytes.find("\"crc32\"");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i > digits && i < digits + 6) continue;  // a checksum of another name is none
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      INFO(i);
      REQUIRE(safetensors_message(changed) != "no error");
    }
  }

  write_safetensors(folder / "x", content);
  std::string bytes = contents(folder / "x");
  const std::string sum = bytes.substr(bytes.find("\"crc32\":\"") + 9, 8);
  bytes[bytes.size() - 100] ^= 4;
  put(folder / "x", bytes);
  const std::string message = message_of([&] { read_safetensors(folder / "x"); });
  CHECK(contains(message, "read_safetensors: " + (folder / "x").string() + " is damaged: its checksum is " +
                              sum + " but its bytes give "));
  CHECK(contains(message, "\n  hint: take another copy of the file, or train again"));
}

TEST_CASE("safetensors: no damaged file crashes the reader") {
  const Scratch folder;
  const int refused =
      refused_when_damaged(contents(kFixtures / "torch.safetensors"), 3000, [&](const std::string& bytes) {
        put(folder / "x", bytes);
        read_safetensors(folder / "x");
      });
  CHECK(refused > 1500);
}
