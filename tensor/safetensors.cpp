#include "tensor/safetensors.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "tensor/atomic_file.h"
#include "tensor/bytes.h"
#include "tensor/element_type.h"
#include "tensor/safetensors_checksum.h"

namespace gradfold {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthSize = 8, kLongestHeader = 100'000'000;  // the limit of the format's own library
constexpr const char* kMetadata = "__metadata__";
const std::map<std::string, ElementType> kTypes = {
    {"BOOL", ElementType::kBool}, {"U8", ElementType::kU8},     {"I8", ElementType::kI8},
    {"U16", ElementType::kU16},   {"I16", ElementType::kI16},   {"U32", ElementType::kU32},
    {"I32", ElementType::kI32},   {"U64", ElementType::kU64},   {"I64", ElementType::kI64},
    {"F16", ElementType::kF16},   {"BF16", ElementType::kBF16}, {"F32", ElementType::kF32},
    {"F64", ElementType::kF64}};

// Where one tensor is in the file.
struct TensorEntry {
  std::string name;
  ElementType type;
  Shape shape;
  std::uint64_t begin, end;  // bytes after the header
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : name_(path.string()), bytes_(read_file(path, kWho)) {}

  SafeTensors read() {
    const json header = read_header();
    SafeTensors out;
    std::vector<TensorEntry> entries;
    for (const auto& [name, value] : header.items()) {
      if (name == kMetadata) out.metadata = metadata(value);
      else entries.push_back(entry(name, value));
    }
    check_ranges(entries);
    check_sum(out.metadata);
    for (const TensorEntry& e : entries) {
      Tensor x(e.shape);
      decode(e.type, false, data_.data() + e.begin, x.numel(), x.data());
      out.tensors.emplace(e.name, std::move(x));
    }
    return out;
  }

 private:
  static constexpr std::string_view kWho = "read_safetensors";

  template <class... Args>
  void check(bool ok, fmt::format_string<Args...> format, Args&&... args) const {
    if (ok) return;
    throw Error(kWho, fmt::format("{} {}", name_, fmt::format(format, std::forward<Args>(args)...)),
                "the file is truncated, corrupt or no .safetensors file: get or write it again");
  }

  json read_header() {
    const ByteView bytes(bytes_);
    check(bytes.size() >= kLengthSize,
          "is {} bytes long, too short for the 8 bytes that begin a .safetensors file", bytes.size());
    const auto length = load_little<std::uint64_t>(bytes, 0);
    check(length <= kLongestHeader,
          "is no .safetensors file: its first 8 bytes would mean a header of {} bytes; at most {} are allowed",
          length, kLongestHeader);
    check(length <= bytes.size() - kLengthSize, "is truncated: its header takes {} bytes, but {} follow",
          length, bytes.size() - kLengthSize);
    header_ = bytes.subspan(kLengthSize, length);
    data_ = bytes.subspan(kLengthSize + length);
    return parse(header_);
  }

  json parse(ByteView text) const {
    std::set<std::string> seen;
    std::string twice;
    const auto note_names = [&](int depth, json::parse_event_t event, const json& value) {
      if (event == json::parse_event_t::key && depth == 1 && !seen.insert(value.get<std::string>()).second)
        twice = value;
      return true;
    };
    try {
      json header = json::parse(text.begin(), text.end(), note_names);
      check(twice.empty(), "names the tensor '{}' twice", twice);
      check(header.is_object(), "has a header that is no JSON object");
      return header;
    } catch (const json::parse_error& error) {
      check(false, "has a header that is no valid JSON (at byte {} of it)", error.byte);
    } catch (const json::out_of_range&) {
      check(false, "has a header with a number beyond all bounds");
    }
    return {};
  }

  std::map<std::string, std::string> metadata(const json& value) const {
    check(value.is_object(), "has metadata that are no JSON object");
    std::map<std::string, std::string> out;
    for (const auto& [key, text] : value.items()) {
      check(text.is_string(), "has the metadata entry '{}', which is no text", key);
      out.emplace(key, text.get<std::string>());
    }
    return out;
  }

  std::vector<std::uint64_t> numbers(const std::string& tensor, const json& value, const char* key) const {
    const auto list = value.find(key);
    check(list != value.end() && list->is_array(), "gives tensor '{}' no list '{}'", tensor, key);
    std::vector<std::uint64_t> out;
    for (const json& number : *list) {
      check(number.is_number_unsigned(),
            "gives tensor '{}' {} in '{}', which must be a whole number of 0 or more", tensor, number.dump(),
            key);
      out.push_back(number.get<std::uint64_t>());
    }
    return out;
  }

  TensorEntry entry(const std::string& name, const json& value) const {
    check(value.is_object(), "describes tensor '{}' by no JSON object", name);
    const auto dtype = value.find("dtype");
    check(dtype != value.end() && dtype->is_string(), "gives tensor '{}' no 'dtype'", name);
    const auto type = kTypes.find(dtype->get<std::string>());
    require(type != kTypes.end(), kWho, "tensor '{}' of {} is of type {}; hint: convert it to F32", name,
            name_, dtype->dump());
    const Shape shape =
        checked_shape(numbers(name, value, "shape"), kWho, fmt::format("tensor '{}' of {}", name, name_));
    const auto range = numbers(name, value, "data_offsets");
    check(range.size() == 2, "gives tensor '{}' {} data_offsets instead of 2", name, range.size());
    check(range[0] <= range[1] && range[1] <= data_.size(), "puts tensor '{}' at bytes {} to {} of {}", name,
          range[0], range[1], data_.size());
    const auto needed =
        static_cast<std::uint64_t>(shape.numel()) * static_cast<std::uint64_t>(size_of(type->second));
    check(range[1] - range[0] == needed, "gives tensor '{}' {} bytes, but {} {} takes {}", name,
          range[1] - range[0], type->first, shape, needed);
    return {name, type->second, shape, range[0], range[1]};
  }

  // The format's rule: the tensors fill the data without gap or overlap.
  void check_ranges(std::vector<TensorEntry> entries) const {
    std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t expected = 0;
    for (const TensorEntry& e : entries) {
      check(e.begin == expected,
            "puts tensor '{}' at byte {}, but the one before it ends at {}: they must not overlap or "
            "leave gaps",
            e.name, e.begin, expected);
      expected = e.end;
    }
    check(expected == data_.size(), "has {} bytes after the last tensor, which ends at byte {}",
          data_.size() - expected, expected);
  }

  // Takes the checksum out of the metadata: it tells of the file, not of its content.
  void check_sum(std::map<std::string, std::string>& metadata) const {
    const auto written = metadata.find(kChecksumKey);
    if (written == metadata.end()) return;
    const std::string found = checksum({header_.begin(), header_.end()}, written->second, {data_});
    if (found != written->second) {
      throw Error(
          kWho,
          fmt::format("{} is damaged: its checksum is {} but its bytes give {}", name_, written->second,
                      found),
          "take another copy of the file, or train again");
    }
    metadata.erase(written);
  }

  std::string name_;
  Bytes bytes_;
  ByteView header_, data_;  // the header's JSON, and what follows it
};

// The header, padded with blanks so that the data are aligned to 8 bytes; no checksum yet.
std::string header_of(const SafeTensors& content, const char* type, int element) {
  json header = json::object();
  header[kMetadata] = content.metadata;
  header[kMetadata][kChecksumKey] = kNoChecksum;
  Index at = 0;
  for (const auto& [name, x] : content.tensors) {
    require(name != kMetadata, "write_safetensors",
            "the format reserves the name {}; hint: rename the tensor", kMetadata);
    require(x.defined(), "write_safetensors", "tensor '{}' is undefined", name);
    const Index end = at + x.numel() * element;
    header[name] = {{"dtype", type},
                    {"shape", std::vector<Index>(x.shape().begin(), x.shape().end())},
                    {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::type_error&) {
    throw Error("write_safetensors", "a tensor's name or a metadata text is no valid UTF-8",
                "use plain text");
  }
  text.append((kLengthSize - text.size() % kLengthSize) % kLengthSize, ' ');
  return text;
}

std::string length_of(const std::string& header) {
  std::string length;
  for (std::size_t i = 0; i < kLengthSize; ++i)
    length.push_back(static_cast<char>(header.size() >> (8 * i) & 255));
  return length;
}

std::vector<std::uint16_t> halves(const std::string& name, const Tensor& x) {
  std::vector<std::uint16_t> out(static_cast<std::size_t>(x.numel()));
  const Real* from = x.data();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = to_half(from[i]);
    require((out[i] & 0x7fff) != 0x7c00 || std::isinf(from[i]), "write_safetensors",
            "tensor '{}' holds {}, but F16 ends at 65504; hint: store it as it is, StoredType::kReal", name,
            from[i]);
  }
  return out;
}

}  // namespace

SafeTensors read_safetensors(const std::filesystem::path& path) { return Reader(path).read(); }

void write_safetensors(const std::filesystem::path& path, const SafeTensors& content, StoredType type) {
  const bool half = type == StoredType::kF16;
  const char* real = kRealType == ElementType::kF64 ? "F64" : "F32";
  std::string header = header_of(content, half ? "F16" : real, half ? 2 : sizeof(Real));
  std::vector<Tensor> whole;
  std::vector<std::vector<std::uint16_t>> packed;
  std::vector<ByteView> data;
  for (const auto& [name, tensor] : content.tensors) {
    const Tensor& x = whole.emplace_back(tensor.contiguous());
    if (half) packed.push_back(halves(name, x));
    const void* bytes = half ? static_cast<const void*>(packed.back().data()) : x.data();
    data.emplace_back(static_cast<const std::uint8_t*>(bytes),
                      static_cast<std::size_t>(x.numel()) * (half ? 2 : sizeof(Real)));
  }
  insert_checksum(header, checksum(header, kNoChecksum, data));
  write_atomically(path, [&](std::ostream& out) {
    out << length_of(header) << header;
    for (const ByteView& bytes : data) {
      out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
  });
}

}  // namespace gradfold
