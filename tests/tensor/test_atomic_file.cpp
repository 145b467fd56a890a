
#include <atomic>
#include <csignal>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "tensor/atomic_file.h"
#include "tensor/check.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

void write_text(const std::filesystem::path& path, const std::string& text) {
  write_atomically(path, [&](std::ostream& out) { out << text; });
}

// Files of this process may not grow beyond `bytes` while this lives: a full disk that needs no root.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit old_;
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("a file is written whole, replaced whole, and leaves no temporary file") {
  const Scratch folder;
  write_text(folder / "x", "first");
  CHECK(contents(folder / "x") == "first");
  std::string large(300000, 'a');
  large[150000] = 'b';
  write_text(folder / "x", large);
  CHECK(contents(folder / "x") == large);
  write_text(folder / "x", "");
  CHECK(contents(folder / "x").empty());
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}

TEST_CASE("the old file's permissions and a link to it are kept") {
  const Scratch folder;
  write_text(folder / "x", "old");
  chmod((folder / "x").c_str(), 0640);
  std::filesystem::create_symlink("x", folder / "link");
  write_text(folder / "link", "new");
  CHECK(contents(folder / "x") == "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  struct stat info {};
  stat((folder / "x").c_str(), &info);
  CHECK((info.st_mode & 07777) == 0640);
}

TEST_CASE("a failing writer leaves the old file") {
  const Scratch folder;
  write_text(folder / "x", "old");
  CHECK_THROWS_AS(write_atomically(folder / "x", [](std::ostream& out) {
    out << std::string(200000, 'n');
    throw std::runtime_error("stop");
  }), std::runtime_error);
  CHECK(contains(message_of([&] {
                   write_atomically(folder / "x", [](std::ostream& out) { out.setstate(std::ios::failbit); });
                 }),
                 "the writer reported a failure"));
  CHECK(contents(folder / "x") == "old");
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}

TEST_CASE("a full disk: one clear sentence, the old file stays, the temporary file goes") {
  const Scratch folder;
  write_text(folder / "x", "old");
  std::string message;
  {
    const FileLimit limit(100000);
    message = message_of([&] { write_text(folder / "x", std::string(500000, 'n')); });
  }
  CHECK(message == "cannot write " + (folder / "x").string() +
                       ": File too large\n  hint: the disk or your share of it is full: "
                       "free some space or write elsewhere; a file that was there is unchanged");
  CHECK(contents(folder / "x") == "old");
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}

TEST_CASE("a full device says that no space is left") {
  if (!std::filesystem::exists("/dev/full")) return skip("this system has no /dev/full");
  for (const std::size_t size : {10, 500000}) {
    const std::string message = message_of([&] { write_text("/dev/full", std::string(size, 'n')); });
    CHECK(contains(
        message,
        "cannot write /dev/full: No space left on device\n  hint: the disk or your share of it is full"));
  }
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("a full file system (a tiny tmpfs, where root may mount one)") {
  const Scratch folder;
  const std::string at = (folder / "disk").string();
  std::filesystem::create_directory(at);
  if (shell("mount -t tmpfs -o size=64k tmpfs " + at).exit != 0)
    return skip("no file system may be mounted here");
  write_text(at + "/x", "old");
  const std::string message = message_of([&] { write_text(at + "/x", std::string(500000, 'n')); });
  CHECK(contains(message, "/x: No space left on device\n  hint: the disk or your share of it is full"));
  CHECK(contents(at + "/x") == "old");
  CHECK_FALSE(std::filesystem::exists(at + "/x.tmp"));
  CHECK(shell("umount " + at).exit == 0);
}

TEST_CASE("a folder that is missing, is none, or may not be written: one clear sentence") {
  const Scratch folder;
  CHECK(message_of([&] { write_text(folder / "no/x", "n"); }) ==
        "cannot write " + (folder / "no/x").string() +
            ": No such file or directory\n  hint: check that the folder exists and may be written");
  put(folder / "file", "f");
  CHECK(contains(message_of([&] { write_text(folder / "file/x", "n"); }), "file/x: Not a directory"));
  CHECK(contains(message_of([&] { write_text(folder.path(), "n"); }), ": Is a directory"));
  // Root may write anywhere, except where the kernel itself says no.
  const bool root = geteuid() == 0;
  const std::filesystem::path closed = root ? "/proc" : folder / "closed";
  if (!root) {
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(closed,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  }
  const std::string message = message_of([&] { write_text(closed / "x", "n"); });
  CHECK_MESSAGE(message.starts_with("cannot write " + (closed / "x").string() + ": "), message);
  CHECK(contains(message, "hint: check that the folder exists and may be written"));
}

TEST_CASE("a temporary file that a killed run left is taken over") {
  const Scratch folder;
  put(folder / "x.tmp", std::string(1000, 'z'));
  write_text(folder / "x", "new");
  CHECK(contents(folder / "x") == "new");
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}

TEST_CASE("two writers of one path: each file that is seen is whole") {
  const Scratch folder;
  write_text(folder / "x", std::string(100000, 'a'));
  std::atomic<bool> done{false};
  const auto writer = [&](char c) {
    for (int i = 0; i < 40; ++i) write_text(folder / "x", std::string(100000, c));
  };
  std::thread a(writer, 'a'), b(writer, 'b');
  std::thread both([&] {
    a.join(), b.join();
    done = true;
  });
  bool whole = true;
  while (!done) {
    const std::string seen = contents(folder / "x");
    whole = whole && seen.size() == 100000 && seen.find_first_not_of(seen[0]) == std::string::npos;
  }
  both.join();
  CHECK(whole);
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}
