#include "data/idx.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "data/grey.h"
#include "tensor/atomic_file.h"
#include "tensor/element_type.h"
#include "tensor/gzip.h"
#include "tensor/inflate.h"

namespace gradfold {
namespace {

constexpr std::uint8_t kUnsignedByte = 8;
constexpr std::size_t kStart = 4, kLongestHeader = kStart + 4 * Shape::kMaxRank;
// The most that deflate makes of one byte; a header that promises more is lying.
constexpr std::size_t kBestRatio = 1032;
constexpr std::string_view kGetAgain =
    "the file is truncated or corrupt: get it again (MNIST: ./gf data mnist)";

struct Header {
  Shape shape;
  std::size_t size;  // bytes before the elements
};

Header parse_header(ByteView head, std::string_view who, const std::string& name) {
  require(!head.empty(), who, "{} is empty; hint: {}", name, kGetAgain);
  require(head.size() >= kStart && head[0] == 0 && head[1] == 0, who,
          "{} is no IDX file: it does not begin with two zero bytes and a type; hint: IDX files are named like "
          "train-images-idx3-ubyte or train-images-idx3-ubyte.gz",
          name);
  require(head[2] == kUnsignedByte, who, "{} holds elements of IDX type {}; only 8 (unsigned byte) can be read",
          name, head[2]);
  const std::size_t rank = head[3], size = kStart + 4 * rank;
  require(rank <= Shape::kMaxRank, who, "{} has {} dimensions; at most {} are supported", name, rank,
          int{Shape::kMaxRank});
  require(head.size() >= size, who, "{} ends after {} bytes, inside its header of {}; hint: {}", name,
          head.size(), size, kGetAgain);
  std::vector<std::uint64_t> sizes;
  for (std::size_t at = kStart; at < size; at += 4) {
    sizes.push_back(std::uint64_t{head[at]} << 24 | head[at + 1] << 16 | head[at + 2] << 8 | head[at + 3]);
  }
  return {checked_shape(sizes, who, name), size};
}

Header read_header(ByteView raw, std::string_view who, const std::string& name) {
  if (!is_gzip(raw)) return parse_header(raw, who, name);
  return parse_header(inflate(raw, Packing::kGzip, kLongestHeader, who, name).bytes, who, name);
}

struct IdxFile {
  Shape shape;
  Bytes bytes;
  std::size_t start;  // of the elements
  const std::uint8_t* row(Index i) const {
    return bytes.data() + start + i * (shape[0] ? shape.numel() / shape[0] : 0);
  }
};

IdxFile read_idx(const std::filesystem::path& path, std::string_view who) {
  const std::string name = path.string();
  Bytes raw = read_file(path, who);
  const Header header = read_header(raw, who, name);
  const std::size_t total = header.size + static_cast<std::size_t>(header.shape.numel());
  if (!is_gzip(raw)) {
    require(raw.size() == total, who,
            "{} is {} bytes long, but {} of one byte each and their header take {}; hint: {}", name, raw.size(),
            header.shape, total, kGetAgain);
    return {header.shape, std::move(raw), header.size};
  }
  require(total / kBestRatio <= raw.size(), who,
          "{} promises {}, but its {} compressed bytes cannot hold that much; hint: {}", name, header.shape,
          raw.size(), kGetAgain);
  Inflated content = inflate(raw, Packing::kGzip, total + 1, who, name);
  require(content.bytes.size() == total, who,
          "{} unpacks to {} {} bytes, but {} of one byte each and their header take {}; hint: {}", name,
          content.bytes.size() < total ? "only" : "more than", std::min(content.bytes.size(), total),
          header.shape, total, kGetAgain);
  return {header.shape, std::move(content.bytes), header.size};
}

RowRange checked_rows(RowRange rows, Index count, std::string_view who, const std::filesystem::path& path) {
  if (rows.end < 0) rows.end = count;
  require(rows.begin >= 0 && rows.begin <= rows.end && rows.end <= count, who,
          "rows {} to {} of {} were asked for, but it has {}", rows.begin, rows.end, path.string(), count);
  return rows;
}

}  // namespace

Shape read_idx_shape(const std::filesystem::path& path) {
  return read_header(read_file(path, "read_idx_shape"), "read_idx_shape", path.string()).shape;
}

Tensor read_idx_images(const std::filesystem::path& path, RowRange rows) {
  constexpr std::string_view who = "read_idx_images";
  const IdxFile file = read_idx(path, who);
  const int rank = file.shape.rank();
  require(rank == 3 || rank == 4, who,
          "{} is {}, but images are [N, rows, columns] or [N, channels, rows, columns]; hint: {}",
          path.string(), file.shape, rank == 1 ? "this looks like a file of labels" : "name a file of images");
  rows = checked_rows(rows, file.shape[0], who, path);
  Shape shape = file.shape;
  shape[0] = rows.end - rows.begin;
  if (rank == 3) shape.insert(1, 1);
  Tensor x(shape);
  decode(ElementType::kU8, false, file.row(rows.begin), x.numel(), x.data());
  const bool are_bits =
      std::all_of(file.row(0), file.row(file.shape[0]), [](std::uint8_t v) { return v <= 1; });
  if (!are_bits) divide_by_255(x);
  return x;
}

void write_idx_images(const std::filesystem::path& path, const Tensor& images) {
  constexpr std::string_view who = "write_idx_images";
  check_shape(who, "x", images.shape(), {"N", "C", "H", "W"});
  const Tensor x = images.contiguous();
  Shape sizes = x.shape();
  if (sizes[1] == 1) sizes.erase(1);
  Bytes bytes{0, 0, kUnsignedByte, static_cast<std::uint8_t>(sizes.rank())};
  for (const Index size : sizes) {
    require(size <= std::numeric_limits<std::uint32_t>::max(), who, "x is {}, more than the format can say",
            x.shape());
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(size >> shift));
  }
  bytes.reserve(bytes.size() + static_cast<std::size_t>(x.numel()));
  for (const Real *v = x.data(), *end = v + x.numel(); v != end; ++v) {
    require(*v >= 0 && *v <= 1, who, "x holds {}, but grey levels are from 0 to 1", *v);
    bytes.push_back(static_cast<std::uint8_t>(std::lround(*v * 255)));
  }
  if (path.extension() == ".gz") bytes = gzip(bytes);
  write_atomically(path, [&](std::ostream& out) {
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  });
}

Indices read_idx_labels(const std::filesystem::path& path, RowRange rows) {
  constexpr std::string_view who = "read_idx_labels";
  const IdxFile file = read_idx(path, who);
  require(file.shape.rank() == 1, who, "{} is {}, but labels are [N]; hint: {}", path.string(), file.shape,
          "name a file like train-labels-idx1-ubyte");
  rows = checked_rows(rows, file.shape[0], who, path);
  Indices labels(Shape{rows.end - rows.begin});
  std::copy(file.row(rows.begin), file.row(rows.end), labels.values.begin());
  return labels;
}

}  // namespace gradfold
