
#include <cstdlib>

#include "data/load.h"
#include "tests/data/idx_bytes.h"
#include "tests/doctest.h"

// tools/fetch_mnist.sh against file:// mirrors. A copy of it beside sums of our own fetches a tiny set.
using namespace gradfold;

namespace {

const std::string kScript = GRADFOLD_SOURCE_DIR "/tools/fetch_mnist.sh";

std::string sum_of(const std::string& bytes) {
  const Scratch folder;
  put(folder / "x", bytes);
  return shell("(sha256sum < x || shasum -a 256 < x) 2>/dev/null | cut -d ' ' -f 1 | tr -d '\\n'",
               folder.path())
      .output;
}

// A mirror of two small files and the script that expects them.
struct Mirror {
  Scratch folder;
  const std::string images = "train-images-idx3-ubyte.gz", labels = "train-labels-idx1-ubyte.gz";

  Mirror() {
    std::filesystem::create_directory(folder / "mirror");
    put(folder / "mirror" / images, gzipped(idx_images(2000)));
    put(folder / "mirror" / labels, gzipped(idx_labels(2000)));
    put(folder / "mnist.sha256", sum_of(idx_images(2000)) + "  train-images-idx3-ubyte\n" +
                                     sum_of(idx_labels(2000)) + "  train-labels-idx1-ubyte\n");
    std::filesystem::copy_file(kScript, folder / "fetch_mnist.sh");
  }
  std::string url(const std::string& place = "mirror") const { return "file://" + (folder / place).string(); }
  ShellResult fetch(const std::string& urls) const { return fetch(urls, (folder / "got/mnist").string()); }
  ShellResult fetch(const std::string& urls, const std::string& into) const {
    return shell("GRADFOLD_MNIST_URL='" + urls + "' bash fetch_mnist.sh " + into, folder.path());
  }
  std::filesystem::path got(const std::string& name) const { return folder / ("got/mnist/" + name); }
};

}  // namespace

TEST_CASE("fetch: downloads, checks, places; a second run finds everything there; the loader reads it") {
  const Mirror mirror;
  const ShellResult first = mirror.fetch(mirror.url());
  CHECK_MESSAGE(first.exit == 0, first.output);
  CHECK(contains(first.output, "train-images-idx3-ubyte.gz: downloaded, SHA-256 right"));
  CHECK(contains(first.output, "MNIST is in " + (mirror.folder / "got/mnist").string()));
  CHECK(contents(mirror.got(mirror.images)) == contents(mirror.folder / "mirror" / mirror.images));
  CHECK_FALSE(std::filesystem::exists(mirror.got(mirror.images + ".part")));
  const ShellResult second = mirror.fetch("file:///none");
  CHECK(second.exit == 0);
  CHECK(contains(second.output, "train-images-idx3-ubyte.gz: already there"));
  CHECK_FALSE(contains(second.output, "downloading"));
  CHECK(load_dataset("mnist", Split::kTrainValid, {.folder = mirror.folder / "got"}).size() == 2000);
}

TEST_CASE("fetch: a download that was cut off goes on where it stopped") {
  if (shell("command -v curl").exit != 0) return skip("only curl continues a file:// download");
  const Mirror mirror;
  std::filesystem::create_directories(mirror.folder / "got/mnist");
  // The mirror has lost its first bytes: only a download that starts behind them can come out right.
  const std::string whole = contents(mirror.folder / "mirror" / mirror.images);
  put(mirror.got(mirror.images + ".part"), whole.substr(0, 100));
  put(mirror.folder / "mirror" / mirror.images, std::string(100, '?') + whole.substr(100));
  const ShellResult result = mirror.fetch(mirror.url());
  CHECK_MESSAGE(result.exit == 0, result.output);
  CHECK(contents(mirror.got(mirror.images)) == whole);
}

TEST_CASE("fetch: a part that belongs to another file is thrown away and the download begun anew") {
  const Mirror mirror;
  std::filesystem::create_directories(mirror.folder / "got/mnist");
  put(mirror.got(mirror.images + ".part"), "another file's first bytes");
  const ShellResult result = mirror.fetch(mirror.url());
  CHECK_MESSAGE(result.exit == 0, result.output);
  CHECK(contents(mirror.got(mirror.images)) == contents(mirror.folder / "mirror" / mirror.images));
}

TEST_CASE("fetch: a corrupt file is refused with a clear word, the next mirror is asked, nothing bad is kept") {
  const Mirror mirror;
  std::filesystem::create_directory(mirror.folder / "bad");
  put(mirror.folder / "bad" / mirror.images, gzipped(idx_images(1999)));
  put(mirror.folder / "bad" / mirror.labels, "<html>not found</html>");
  const ShellResult refused = mirror.fetch(mirror.url("bad"));
  CHECK(refused.exit == 1);
  CHECK(contains(refused.output, "train-images-idx3-ubyte.gz: what " + mirror.url("bad") +
                                     " sent is corrupt or not MNIST (wrong SHA-256); it was thrown away"));
  CHECK(contains(
      refused.output,
      "gf: data mnist: could not get train-images-idx3-ubyte.gz from any of: " +
          mirror.url("bad") + "\n  hint: check the network and the disk and run this again"));
  CHECK_FALSE(contains(refused.output, "train-labels"));  // one file that no mirror has is enough
  CHECK(std::filesystem::is_empty(mirror.folder / "got/mnist"));
  const ShellResult helped = mirror.fetch(mirror.url("bad") + " " + mirror.url() + "/");
  CHECK_MESSAGE(helped.exit == 0, helped.output);
  // What is there but wrong is replaced.
  put(mirror.got(mirror.labels), "damaged");
  CHECK(mirror.fetch(mirror.url()).exit == 0);
  CHECK(contents(mirror.got(mirror.labels)) == contents(mirror.folder / "mirror" / mirror.labels));
}

TEST_CASE("fetch: no mirror, no folder, too many words") {
  const Mirror mirror;
  const ShellResult nowhere = mirror.fetch(mirror.url("none"));
  CHECK(nowhere.exit == 1);
  CHECK(contains(nowhere.output, "from any of: " + mirror.url("none")));
  put(mirror.folder / "file", "");
  const ShellResult closed = mirror.fetch(mirror.url(), (mirror.folder / "file/mnist").string());
  CHECK(closed.exit == 1);
  CHECK(contains(closed.output,
                 "file/mnist cannot be written\n  hint: name another, ./gf data mnist PLACE/mnist, and set"));
  CHECK(mirror.fetch(mirror.url(), "a b").exit == 2);
}

TEST_CASE("fetch: a full disk is not blamed on the network") {
  if (shell("command -v curl").exit != 0) return skip("only curl says that a file:// copy had no room");
  const Mirror mirror;
  put(mirror.folder / "mirror" / mirror.images, std::string(1 << 16, 'x'));
  const ShellResult result = shell("trap '' XFSZ; ulimit -f 1; GRADFOLD_MNIST_URL='" + mirror.url() +
                                   "' bash fetch_mnist.sh " + (mirror.folder / "got").string(), mirror.folder.path());
  CHECK(result.exit == 1);
  CHECK(contains(result.output, mirror.images + ".part cannot be written\n  hint: is the disk full?"));
  CHECK_FALSE(contains(result.output, "network"));
}

TEST_CASE("fetch: the sums in the repository are those of the real files") {
  const char* data = std::getenv("GRADFOLD_DATA");
  const std::filesystem::path real = std::filesystem::path(data ? data : "") / "mnist";
  if (!std::filesystem::exists(real)) return skip("GRADFOLD_DATA holds no mnist");
  const Scratch folder;
  const ShellResult result = shell("GRADFOLD_MNIST_URL=file://" + std::filesystem::absolute(real).string() +
                                   " bash " + kScript + " " + (folder / "mnist").string());
  CHECK_MESSAGE(result.exit == 0, result.output);
}
