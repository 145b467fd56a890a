#include "models/compressed_file.h"

#include <fmt/format.h>

#include "tensor/check.h"
#include "tensor/crc32.h"

namespace gradfold {
namespace {

constexpr std::string_view kWho = "decompress", kMagic = "GFZ";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kSumAt = 4, kSummed = 8;  // where the checksum stands, and where what it sums begins
constexpr const char* kGetAgain = "take another copy of the file, or compress the images again";
// More than any image; a symbol is a number of 16 bits.
constexpr Index kLargestSide = 1 << 13, kMostValues = 1 << 24, kMostSymbols = 1 << 16, kMostImages = Index{1} << 32;

template <class T>
void put_little(Bytes& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_number(Bytes& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 128));
  out.push_back(static_cast<std::uint8_t>(value));
}

class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}
  ByteView take(std::uint64_t n) {
    require(n <= bytes_.size(), kWho, "the file promises {} bytes more, but {} are left; hint: {}", n, bytes_.size(),
            kGetAgain);
    const ByteView out = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return out;
  }
  template <class T>
  T little() {
    return load_little<T>(take(sizeof(T)), 0);
  }
  Index number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      const std::uint8_t byte = take(1)[0];
      value |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return static_cast<Index>(value);
    }
    throw Error(kWho, "a number in the file is longer than any that is written", kGetAgain);
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  ByteView bytes_;
};

void check_sum(ByteView bytes) {
  const std::uint32_t written = load_little<std::uint32_t>(bytes, kSumAt), found = crc32(bytes.subspan(kSummed));
  require(written == found, kWho,
          "the file is damaged or cut short: its checksum is {:08x} but its bytes give {:08x}; hint: {}", written,
          found, kGetAgain);
}

}  // namespace

void check_compressible(std::string_view who, const Shape& s, Index levels, Index classes) {
  const bool sizes = s.rank() == 4 && s[0] >= 1 && s[0] <= kMostImages && s[1] >= 1 && s[1] <= kMostValues &&
                     s[2] >= 1 && s[2] <= kLargestSide && s[3] >= 1 && s[3] <= kLargestSide &&
                     s[1] * s[2] * s[3] <= kMostValues;
  require(sizes, who,
          "images are {} but must be [N, C, H, W] of one image or more, each of at most {} pixels a side and {} "
          "values",
          s, kLargestSide, kMostValues);
  require(levels >= 2 && levels <= kMostSymbols && classes >= 0 && classes <= kMostSymbols, who,
          "there are {} levels and {} classes; a file takes 2 .. {} and 0 .. {}", levels, classes, kMostSymbols,
          kMostSymbols);
}

Bytes pack(const CompressedFile& file) {
  check_compressible("compress", file.images, file.levels, file.classes);
  Bytes rest;
  put_little(rest, file.fingerprint);
  put_little(rest, file.content);
  for (const Index size : file.images) put_number(rest, static_cast<std::uint64_t>(size));
  for (const Index count : {file.levels, file.classes}) put_number(rest, static_cast<std::uint64_t>(count));
  put_number(rest, file.payload.size());
  put_number(rest, file.model.size());
  rest.insert(rest.end(), file.model.begin(), file.model.end());
  rest.insert(rest.end(), file.payload.begin(), file.payload.end());
  Bytes out;
  out.reserve(kSummed + rest.size());  // without it g++ 12 warns of a write past the end
  out.insert(out.end(), kMagic.begin(), kMagic.end());
  out.push_back(kVersion);
  put_little(out, crc32(rest));
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

CompressedFile unpack(ByteView bytes) {
  const ByteView start = bytes.first(std::min(bytes.size(), kMagic.size()));
  require(std::equal(start.begin(), start.end(), kMagic.begin(), kMagic.end()), kWho,
          "the file is no .gfz: it does not begin with {}; hint: ./gf compress writes such files", kMagic);
  require(bytes.size() >= kSummed, kWho, "the file ends after {} bytes, inside its header; hint: {}", bytes.size(),
          kGetAgain);
  require(bytes[kMagic.size()] == kVersion, kWho,
          "the file is of version {} but this program reads version {}; hint: decompress with the program that "
          "wrote it",
          bytes[kMagic.size()], kVersion);
  check_sum(bytes);
  Reader in(bytes.subspan(kSummed));
  CompressedFile file;
  file.fingerprint = in.little<std::uint64_t>();
  file.content = in.little<std::uint32_t>();
  for (int i = 0; i < 4; ++i) file.images.push_back(in.number());
  file.levels = in.number();
  file.classes = in.number();
  const auto payload = static_cast<std::uint64_t>(in.number()), name = static_cast<std::uint64_t>(in.number());
  check_compressible(kWho, file.images, file.levels, file.classes);
  const ByteView model = in.take(name), message = in.take(payload);
  require(in.left() == 0, kWho, "the file goes on for {} bytes after its end; hint: {}", in.left(), kGetAgain);
  file.model.assign(model.begin(), model.end());
  file.payload.assign(message.begin(), message.end());
  return file;
}

}  // namespace gradfold
