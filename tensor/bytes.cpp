#include "tensor/bytes.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/check.h"

namespace gradfold {
namespace {

constexpr std::uint64_t kMostElements = std::uint64_t{1} << 48;
constexpr std::size_t kReadAtOnce = std::size_t{1} << 24;

struct OpenFile {
  int fd;
  ~OpenFile() {
    if (fd >= 0) ::close(fd);
  }
};

void require_no_error(bool ok, std::string_view who, const std::filesystem::path& path) {
  require(ok, who, "cannot read {}: {}; hint: check the path and its permissions", path.string(),
          std::strerror(errno));
}

}  // namespace

Bytes read_file(const std::filesystem::path& path, std::string_view who) {
  const OpenFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  require_no_error(file.fd >= 0, who, path);
  struct stat info {};
  require_no_error(::fstat(file.fd, &info) == 0, who, path);
  require(!S_ISDIR(info.st_mode), who, "cannot read {}: it is a folder; hint: name a file in it",
          path.string());

  // A pipe has no size: its bytes are taken as they come.
  Bytes bytes;
  const std::size_t expected = S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) : 0;
  bytes.reserve(expected);
  for (;;) {
    const std::size_t have = bytes.size();
    const std::size_t want = std::min(kReadAtOnce, expected > have ? expected - have : std::size_t{4096});
    bytes.resize(have + want);
    const ssize_t got = ::read(file.fd, bytes.data() + have, want);
    bytes.resize(have + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return bytes;
    require_no_error(got > 0 || errno == EINTR, who, path);
  }
}

Shape checked_shape(std::span<const std::uint64_t> sizes, std::string_view who, std::string_view name) {
  require(sizes.size() <= Shape::kMaxRank, who, "{} has {} dimensions; at most {} are supported", name,
          sizes.size(), int{Shape::kMaxRank});
  Shape shape;
  std::uint64_t product = 1;
  for (std::uint64_t size : sizes) {
    // A size of 0 leaves no elements, but strides still multiply the others.
    const std::uint64_t factor = std::max<std::uint64_t>(size, 1);
    require(
        factor <= kMostElements / product, who,
        "{} claims the sizes [{}], more elements than any file holds; hint: the file is corrupt, get it again",
        name, fmt::join(sizes, ", "));
    product *= factor;
    shape.push_back(static_cast<Index>(size));
  }
  return shape;
}

}  // namespace gradfold
