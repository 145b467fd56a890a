#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "tensor/atomic_file.h"
#include "tensor/crc32.h"
#include "tensor/inflate.h"
#include "tensor/npy.h"
#include "tensor/npy_format.h"

// An .npz is a .zip of .npy files. A .zip has each file behind a local header, then the directory that
// describes them all, then an end record that says where the directory is (PKWARE APPNOTE 4.3).
namespace gradfold {
namespace {

constexpr std::uint32_t kLocalMark = 0x04034b50, kDirectoryMark = 0x02014b50, kEndMark = 0x06054b50;
constexpr std::size_t kLocalSize = 30, kDirectorySize = 46, kEndSize = 22, kLongestComment = 65535;
constexpr std::uint32_t kMost32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::string_view kSuffix = ".npy";

struct Entry {
  std::string name;
  std::uint16_t flags, method;
  std::uint32_t checksum, packed_size, size, local;  // local: where its local header begins
};

class ZipReader {
 public:
  ZipReader(ByteView bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  std::vector<Entry> entries() const {
    const std::size_t end = find_end();
    const std::size_t count = load_little<std::uint16_t>(bytes_, end + 10);
    std::size_t at = load_little<std::uint32_t>(bytes_, end + 16);
    require(at != kMost32, kWho,
            "{} is a zip64 archive, over 4 GiB, which cannot be read; hint: save fewer arrays in a file",
            name_);
    std::vector<Entry> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(entry(at));
    return out;
  }

  Bytes content(const Entry& entry) const {
    require((entry.flags & 1) == 0, kWho, "{} in {} is encrypted, which cannot be read", entry.name, name_);
    require(entry.method == kStored || entry.method == kDeflated, kWho,
            "{} in {} is packed by zip method {}; only 0 (stored) and 8 (deflate) can be read", entry.name,
            name_, entry.method);
    const ByteView packed = packed_bytes(entry);
    Bytes out(0);
    if (entry.method == kStored) {
      out.assign(packed.begin(), packed.end());
    } else {
      out = inflate(packed, Packing::kDeflate, std::size_t{entry.size} + 1, kWho, entry.name + " in " + name_)
                .bytes;
    }
    require(out.size() == entry.size, kWho,
            "{} in {} unpacks to {} bytes but the archive says {}; hint: get the file again", entry.name, name_,
            out.size(), entry.size);
    const std::uint32_t checksum = crc32(out);
    require(checksum == entry.checksum, kWho,
            "{} in {} is corrupt (its CRC-32 is {:08x}, not {:08x}); hint: get the file again", entry.name,
            name_, checksum, entry.checksum);
    return out;
  }

 private:
  static constexpr std::string_view kWho = "read_npz";

  void need(std::size_t at, std::size_t size, std::string_view what) const {
    require(at <= bytes_.size() && size <= bytes_.size() - at, kWho,
            "{} is corrupt: {} reaches beyond its {} bytes; hint: get the file again", name_, what,
            bytes_.size());
  }
  bool marked(std::size_t at, std::uint32_t mark) const {
    return load_little<std::uint32_t>(bytes_, at) == mark;
  }

  // The end record is the last thing but for a comment of unknown length.
  std::size_t find_end() const {
    require(bytes_.size() >= 4 && (marked(0, kLocalMark) || marked(0, kEndMark)), kWho,
            "{} does not begin as a .npz archive does; hint: write it with np.savez", name_);
    for (std::size_t back = kEndSize; back <= std::min(bytes_.size(), kEndSize + kLongestComment); ++back) {
      if (marked(bytes_.size() - back, kEndMark)) return bytes_.size() - back;
    }
    throw Error(kWho, fmt::format("{} is truncated: the archive's directory at its end is missing", name_),
                "get the file again");
  }

  Entry entry(std::size_t& at) const {
    need(at, kDirectorySize, "its directory");
    require(marked(at, kDirectoryMark), kWho,
            "{} is corrupt: its directory is damaged; hint: get the file again", name_);
    const auto half = [&](std::size_t offset) { return load_little<std::uint16_t>(bytes_, at + offset); };
    const auto word = [&](std::size_t offset) { return load_little<std::uint32_t>(bytes_, at + offset); };
    const std::size_t name_size = half(28), extra = half(30), comment = half(32);
    need(at + kDirectorySize, name_size + extra + comment, "its directory");
    const auto* name = reinterpret_cast<const char*>(bytes_.data() + at + kDirectorySize);
    Entry out{std::string(name, name_size), half(8), half(10), word(16), word(20), word(24), word(42)};
    at += kDirectorySize + name_size + extra + comment;
    return out;
  }

  // Sizes come from the directory; a local header may leave them out, but says how long it is itself.
  ByteView packed_bytes(const Entry& entry) const {
    need(entry.local, kLocalSize, entry.name);
    require(marked(entry.local, kLocalMark), kWho,
            "{} is corrupt: {} is not where its directory says; hint: get the file again", name_, entry.name);
    const std::size_t start = entry.local + kLocalSize + load_little<std::uint16_t>(bytes_, entry.local + 26) +
                              load_little<std::uint16_t>(bytes_, entry.local + 28);
    need(start, entry.packed_size, entry.name);
    return bytes_.subspan(start, entry.packed_size);
  }

  ByteView bytes_;
  std::string name_;
};

void append(std::string& out, std::initializer_list<std::pair<int, std::size_t>> fields) {
  for (const auto& [size, value] : fields) {
    for (int i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 255));
  }
}

// What the local header and the directory say alike: version, flags, method, time, date, checksum, sizes,
// lengths of name and extra field. The date is 1 January 1980, so that equal arrays give equal files.
void append_description(std::string& out, const Entry& entry) {
  append(out, {{2, 20}, {2, 0}, {2, kStored}, {2, 0}, {2, (1 << 5) + 1}, {4, entry.checksum}, {4, entry.size},
               {4, entry.size}, {2, entry.name.size()}, {2, 0}});
}

// Entries one after the other, then the directory that was collected meanwhile.
class ZipWriter {
 public:
  ZipWriter(std::ostream& out, std::string name) : out_(out), name_(std::move(name)) {}

  void add(const std::string& entry_name, std::string_view head, std::string_view body) {
    const std::size_t size = head.size() + body.size();
    check_size(size);
    const Entry entry{entry_name, 0, kStored, crc32(bytes(body), crc32(bytes(head))), 0,
                      static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(position_)};
    std::string local;
    append(local, {{4, kLocalMark}});
    append_description(local, entry);
    put(local + entry.name);
    put(head);
    put(body);
    append(directory_, {{4, kDirectoryMark}, {2, 20}});
    append_description(directory_, entry);
    append(directory_, {{2, 0}, {2, 0}, {2, 0}, {4, 0}, {4, entry.local}});  // no comment, disk 0, no attributes
    directory_ += entry.name;
    ++count_;
  }

  void finish() {
    const std::size_t start = position_;
    append(directory_, {{4, kEndMark}, {2, 0}, {2, 0}, {2, count_}, {2, count_}, {4, directory_.size()}, {4, start},
                        {2, 0}});
    put(directory_);
  }

 private:
  static ByteView bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }
  void check_size(std::size_t more) const {
    require(position_ + directory_.size() + more < kMost32, "write_npz",
            "{} would be over 4 GiB; hint: save fewer arrays in a file, or one with write_npy", name_);
  }
  void put(std::string_view text) {
    check_size(text.size());
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    position_ += text.size();
  }

  std::ostream& out_;
  std::string name_, directory_;
  std::size_t position_ = 0, count_ = 0;
};

}  // namespace

std::map<std::string, Tensor> read_npz(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path, "read_npz");
  const ZipReader zip(bytes, path.string());
  std::map<std::string, Tensor> arrays;
  for (const Entry& entry : zip.entries()) {
    if (!entry.name.ends_with(kSuffix)) continue;
    const Bytes content = zip.content(entry);
    const std::string where = fmt::format("{} in {}", entry.name, path.string());
    const std::string name = entry.name.substr(0, entry.name.size() - kSuffix.size());
    const bool is_new = arrays.emplace(name, to_tensor(parse_npy(content, "read_npz", where))).second;
    require(is_new, "read_npz", "{} occurs twice; hint: the file is corrupt, write it again", where);
  }
  return arrays;
}

void write_npz(const std::filesystem::path& path, const std::map<std::string, Tensor>& arrays) {
  require(arrays.size() < std::numeric_limits<std::uint16_t>::max(), "write_npz",
          "{} would hold {} arrays; at most 65534 fit", path.string(), arrays.size());
  write_atomically(path, [&](std::ostream& out) {
    ZipWriter zip(out, path.string());
    for (const auto& [name, array] : arrays) {
      require(array.defined(), "write_npz", "the tensor '{}' for {} is undefined", name, path.string());
      const Tensor x = array.contiguous();
      const std::string_view elements(reinterpret_cast<const char*>(x.data()),
                                      static_cast<std::size_t>(x.numel()) * sizeof(Real));
      zip.add(name + std::string(kSuffix), npy_header(kRealType, x.shape()), elements);
    }
    zip.finish();
  });
}

}  // namespace gradfold
