#include "tensor/atomic_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <streambuf>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "tensor/check.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path, int error) {
  const char* hint = "check that the folder exists and may be written";
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    hint =
        "the disk or your share of it is full: free some space or write elsewhere; a file that was there is "
        "unchanged";
  }
  throw Error(fmt::format("cannot write {}", path.string()), std::strerror(error), hint);
}

struct File {
  int fd = -1;
  explicit File(int descriptor) : fd(descriptor) {}
  File(File&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  ~File() {
    if (fd >= 0) ::close(fd);
  }
};

// An output buffer over a file descriptor that remembers why the first write failed: std::ofstream forgets.
class FileBuffer : public std::streambuf {
 public:
  explicit FileBuffer(int fd) : fd_(fd) { setp(block_.data(), block_.data() + block_.size()); }
  int error() const { return error_; }

 protected:
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char* from, std::streamsize n) override {
    if (n <= 0) return 0;
    if (n < epptr() - pptr()) return std::memcpy(pptr(), from, n), pbump(static_cast<int>(n)), n;
    return sync() == 0 && write_all(from, n) ? n : 0;
  }
  int sync() override {
    const bool ok = write_all(pbase(), pptr() - pbase());
    setp(block_.data(), block_.data() + block_.size());
    return ok ? 0 : -1;
  }

 private:
  bool write_all(const char* from, std::streamsize n) {
    while (n > 0 && error_ == 0) {
      const ssize_t done = ::write(fd_, from, static_cast<std::size_t>(n));
      if (done < 0 && errno != EINTR) error_ = errno;
      if (done > 0) from += done, n -= done;
    }
    return error_ == 0;
  }

  int fd_;
  int error_ = 0;
  std::array<char, 1 << 16> block_;
};

void fill(const File& file, const fs::path& path, const std::function<void(std::ostream&)>& write) {
  FileBuffer buffer(file.fd);
  std::ostream out(&buffer);
  write(out);
  out.flush();
  if (buffer.error() != 0) cannot_write(path, buffer.error());
  require(out.good(), fmt::format("cannot write {}", path.string()), "the writer reported a failure");
}

// The temporary file, empty and ours alone. Between opening and locking it another process may have renamed it
// away; then what we hold is no temporary file any more, and we open the next.
File open_temporary(const fs::path& temporary, const fs::path& path) {
  for (;;) {
    File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (file.fd < 0) cannot_write(path, errno);
    while (::flock(file.fd, LOCK_EX) != 0 && errno == EINTR) {}
    struct stat held {}, named {};
    if (::fstat(file.fd, &held) != 0) cannot_write(path, errno);
    if (::stat(temporary.c_str(), &named) != 0 || held.st_ino != named.st_ino || held.st_dev != named.st_dev)
      continue;
    if (::ftruncate(file.fd, 0) != 0) cannot_write(path, errno);
    return file;
  }
}

// Makes the new name itself survive a power cut. Some file systems cannot sync a folder; the file is in place
// by then, so that is no failure.
void sync_folder(const fs::path& folder) {
  const File file(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.fd >= 0) ::fsync(file.fd);
}

void replace(const fs::path& path, const struct stat* old, const std::function<void(std::ostream&)>& write) {
  const fs::path temporary = path.string() + ".tmp";
  const File file = open_temporary(temporary, path);
  try {
    fill(file, path, write);
    if (old && ::fchmod(file.fd, old->st_mode & 07777) != 0) cannot_write(path, errno);
    if (::fsync(file.fd) != 0) cannot_write(path, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) cannot_write(path, errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(path.parent_path());
}

// What a path stands for: the file itself where it is a link.
fs::path followed(const fs::path& given) {
  std::error_code ignored;
  return fs::is_symlink(given, ignored) ? fs::weakly_canonical(given, ignored) : given;
}

}  // namespace

void require_writable(const fs::path& given) {
  const fs::path path = followed(given);
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) cannot_write(given, EISDIR);
  if (exists && !S_ISREG(there.st_mode)) return;
  const fs::path temporary = path.string() + ".tmp";
  const File file = open_temporary(temporary, path);
  ::unlink(temporary.c_str());
}

void write_atomically(const fs::path& given, const std::function<void(std::ostream&)>& write) {
  const fs::path path = followed(given);
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) cannot_write(given, EISDIR);
  if (!exists || S_ISREG(old.st_mode)) return replace(path, exists ? &old : nullptr, write);
  const File device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (device.fd < 0) cannot_write(path, errno);
  fill(device, path, write);
}

}  // namespace gradfold
