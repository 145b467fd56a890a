#include "tensor/npy_format.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <utility>

namespace gradfold {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

// Who complains about what: the start of every message.
struct Source {
  std::string_view who, name;
};

// The header is the repr() of {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, Source source) : text_(text), source_(source) {}

  NpyArray read() {
    std::optional<std::string> descr;
    std::optional<bool> fortran;
    std::optional<std::vector<std::uint64_t>> sizes;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr") descr = string();
      else if (key == "fortran_order") fortran = boolean();
      else if (key == "shape") sizes = tuple();
      else fail(fmt::format("has the unknown key '{}'", key));
      if (!accept(',') && peek() != '}') fail("lacks a comma between its entries");
    }
    if (!descr || !fortran || !sizes) fail("lacks one of 'descr', 'fortran_order' and 'shape'");
    NpyArray array{ElementType::kU8, false, *fortran, checked_shape(*sizes, source_.who, source_.name), {}};
    read_descr(*descr, array);
    return array;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(source_.who, fmt::format("the header of {} {} (near byte {} of it)", source_.name, what, at_),
                "the file is corrupt or was not written by np.save, get it again");
  }
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) { return peek() == c && at_ < text_.size() && ++at_; }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("lacks '{}'", c));
  }
  std::string string() {
    if (peek() == '[') {
      throw Error(source_.who,
                  fmt::format("{} holds records with named fields, not plain numbers", source_.name),
                  "save one field, np.save('x.npy', a['field'])");
    }
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("lacks a quoted text");
    const auto end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("ends inside a quoted text");
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return out;
  }
  bool boolean() {
    peek();
    for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {"False", false}}) {
      if (text_.substr(at_, word.size()) == word) return at_ += word.size(), value;
    }
    fail("lacks True or False");
  }
  std::uint64_t number() {
    if (peek() < '0' || peek() > '9') fail("lacks a size, a whole number of 0 or more");
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (value > std::uint64_t{1} << 58) fail("has a size beyond 2^58");
      value = 10 * value + static_cast<std::uint64_t>(text_[at_] - '0');
    }
    accept('L');  // Python 2 wrote long integers so
    return value;
  }
  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> sizes;
    expect('(');
    while (!accept(')')) {
      sizes.push_back(number());
      if (!accept(',') && peek() != ')') fail("lacks a comma between two sizes");
    }
    return sizes;
  }

  // "<f4": byte order (| for none), kind, bytes.
  void read_descr(const std::string& descr, NpyArray& array) const {
    static const std::map<std::string, ElementType> kTypes = {
        {"b1", ElementType::kBool}, {"u1", ElementType::kU8},  {"i1", ElementType::kI8},
        {"u2", ElementType::kU16},  {"i2", ElementType::kI16}, {"u4", ElementType::kU32},
        {"i4", ElementType::kI32},  {"u8", ElementType::kU64}, {"i8", ElementType::kI64},
        {"f2", ElementType::kF16},  {"f4", ElementType::kF32}, {"f8", ElementType::kF64}};
    const bool has_order = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
    const auto type = kTypes.find(descr.substr(has_order ? 1 : 0));
    require(type != kTypes.end(), source_.who,
            "{} holds elements of type '{}'; only bool, integers and float16, 32 and 64 can be read; hint: "
            "convert it, "
            "np.save('x.npy', a.astype('float32'))",
            source_.name, descr);
    array.type = type->second;
    array.big_endian = has_order && descr[0] == '>';
  }

  std::string_view text_;
  Source source_;
  std::size_t at_ = 0;
};

// The header's text, and how many bytes come before the elements.
std::pair<std::string_view, std::size_t> find_header(ByteView bytes, Source source) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  require(text.substr(0, kMagic.size()) == kMagic, source.who,
          "{} does not begin with the bytes \\x93NUMPY of a .npy file; hint: write it with np.save",
          source.name);
  const int version = bytes.size() > 6 ? bytes[6] : 1;
  require(version >= 1 && version <= 3, source.who, "{} is of .npy version {}; versions 1 to 3 can be read",
          source.name, version);
  const std::size_t start = version == 1 ? 10 : 12;
  require(bytes.size() >= start, source.who,
          "{} is truncated: it ends after {} bytes, inside the header; hint: get it again", source.name,
          bytes.size());
  const std::size_t length =
      version == 1 ? load_little<std::uint16_t>(bytes, 8) : load_little<std::uint32_t>(bytes, 8);
  require(length <= bytes.size() - start, source.who,
          "{} is truncated: its header is {} bytes long, but {} follow; hint: get it again", source.name,
          length, bytes.size() - start);
  return {text.substr(start, length), start + length};
}

}  // namespace

NpyArray parse_npy(ByteView bytes, std::string_view who, std::string_view name) {
  const auto [header, start] = find_header(bytes, {who, name});
  NpyArray array = HeaderReader(header, {who, name}).read();
  array.elements = bytes.subspan(start);
  const std::size_t needed = static_cast<std::size_t>(array.shape.numel()) * size_of(array.type);
  require(array.elements.size() == needed, who,
          "{} has {} bytes of elements, but {} of {} bytes each take {}; hint: {}", name, array.elements.size(),
          array.shape, size_of(array.type), needed,
          array.elements.size() < needed ? "the file is truncated, get it again"
                                         : "the file is corrupt, get it again");
  return array;
}

Tensor to_tensor(const NpyArray& array) {
  Shape stored = array.shape;
  // Fortran order is C order of the dimensions reversed.
  if (array.fortran_order) std::reverse(&stored[0], &stored[0] + stored.rank());
  Tensor x(stored);
  decode(array.type, array.big_endian, array.elements.data(), x.numel(), x.data());
  if (!array.fortran_order) return x;
  for (int d = 0; 2 * d < x.rank() - 1; ++d) x = x.transpose(d, x.rank() - 1 - d);
  return x.contiguous();
}

std::string npy_header(ElementType type, const Shape& shape) {
  const char* descr = type == ElementType::kI32 ? "<i4" : type == ElementType::kF64 ? "<f8" : "<f4";
  const std::string sizes =
      fmt::format("{}{}", fmt::join(shape.begin(), shape.end(), ", "), shape.rank() == 1 ? "," : "");
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, sizes);
  // NumPy aligns the elements to 64 bytes with blanks before the closing newline.
  constexpr std::size_t kStart = 10, kAlign = 64;
  text.append(kAlign - 1 - (kStart + text.size()) % kAlign, ' ');
  text.push_back('\n');
  const std::array<char, 4> version_and_length = {1, 0, static_cast<char>(text.size() & 255),
                                                  static_cast<char>(text.size() >> 8)};
  return std::string(kMagic) + std::string(version_and_length.data(), 4) + text;
}

}  // namespace gradfold
