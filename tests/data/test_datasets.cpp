
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "data/binarize.h"
#include "data/load.h"
#include "data/strokes.h"
#include "tensor/npy.h"
#include "tensor/reduce.h"
#include "tests/data/idx_bytes.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

// An environment variable, put back at the end of the test.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    if (old_) setenv(name_, old_->c_str(), 1);
    else unsetenv(name_);
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

// A small set in MNIST's files: 60 images to train on, 10 to test.
void make_mnist(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  put(folder / "train-images-idx3-ubyte.gz", gzipped(idx_images(60)));
  put(folder / "train-labels-idx1-ubyte.gz", gzipped(idx_labels(60)));
  put(folder / "t10k-images-idx3-ubyte", idx_images(10));
  put(folder / "t10k-labels-idx1-ubyte", idx_labels(10));
}

// The real data, for the tests that need them.
std::optional<std::filesystem::path> real(const char* set) {
  const char* data = std::getenv("GRADFOLD_DATA");
  if (data && std::filesystem::exists(std::filesystem::path(data) / set)) return std::filesystem::path(data);
  skip(std::string("GRADFOLD_DATA holds no ") + set);
  return {};
}

std::string load_message(std::string_view spec, Split split, const LoadOptions& options = {}) {
  return message_of([&] { load_dataset(spec, split, options); });
}

}  // namespace

TEST_CASE("splits have names, and other names are misuse") {
  for (Split split : {Split::kTrain, Split::kValid, Split::kTest, Split::kTrainValid, Split::kAll}) {
    CHECK(parse_split(split_name(split)) == split);
  }
  CHECK_THROWS_AS(parse_split("dev"), UsageError);
  CHECK(message_of([] { parse_split("dev"); }) ==
        "split: 'dev' is no split; there are train, valid, test, train+valid and all");
}

TEST_CASE("mnist: train, valid and test share no image and keep their labels") {
  const Scratch folder;
  make_mnist(folder / "mnist");
  const Environment data("GRADFOLD_DATA", folder.path().string());
  const Dataset train = load_dataset("mnist", Split::kTrain), valid = load_dataset("mnist", Split::kValid);
  const Dataset test = load_dataset("mnist", Split::kTest), both = load_dataset("mnist", Split::kTrainValid);
  CHECK(train.images.shape() == Shape{50, 1, 2, 2});
  CHECK(valid.images.shape() == Shape{10, 1, 2, 2});
  CHECK(test.images.shape() == Shape{10, 1, 2, 2});
  CHECK(train.name == "mnist train");
  CHECK(valid.images.at({0, 0, 0, 0}) == Real(200) / 255);  // image 50 of the file
  CHECK(valid.labels[3] == 3);
  CHECK(both.size() == 60);
  CHECK(both.labels.numel() == 60);
  CHECK(identical(both.images.slice(0, 50, 60).contiguous(), valid.images));
  CHECK(load_dataset("mnist", Split::kAll).size() == 70);
  CHECK(load_dataset("mnist", Split::kTrain, {.limit = 7}).images.shape() == Shape{7, 1, 2, 2});
  const Dataset some = load_dataset("mnist", Split::kTrainValid, {.limit = 4});  // of each
  CHECK(some.labels.numel() == 8);
  CHECK(some.name == "mnist train+valid");
  CHECK(load_dataset("mnist", Split::kAll, {.limit = 55}).labels.numel() == 55);  // in all
  CHECK(identical(some.images.slice(0, 4, 8).contiguous(), valid.images.slice(0, 0, 4).contiguous()));
}

TEST_CASE("mnist is found in the folder given, its parent, GRADFOLD_DATA and the cache") {
  const Scratch folder, nothing;
  make_mnist(folder / "mnist");
  const Environment data("GRADFOLD_DATA", nothing.path().string()),
      cache("XDG_CACHE_HOME", nothing.path().string());
  CHECK(load_dataset("mnist", Split::kTest, {.folder = folder.path()}).size() == 10);
  CHECK(load_dataset("mnist", Split::kTest, {.folder = folder / "mnist"}).size() == 10);
  CHECK(load_dataset((folder / "mnist").string(), Split::kTest).name == "mnist test");
  CHECK(load_message("mnist", Split::kTest) ==
        "mnist: there is no train-images-idx3-ubyte or binarized_mnist_train.amat (or .gz of it) in " +
            (nothing / "mnist").string() + " nor in " + (nothing / "gradfold/mnist").string() +
            "\n  hint: download it with ./gf data mnist, or set GRADFOLD_DATA to the folder that holds mnist/");
  make_mnist(nothing / "gradfold/mnist");
  CHECK(load_dataset("mnist", Split::kTest).size() == 10);
  const std::string above = load_message(folder.path().string(), Split::kTest);
  CHECK(contains(above, "holds no train-images-idx3-ubyte or"));
  CHECK(contains(above, "hint: its folder " + (folder / "mnist").string() + " does; name that"));
  std::filesystem::create_directory(folder / "empty");
  CHECK(contains(load_message((folder / "empty").string(), Split::kTest), "hint: name the folder that holds them"));
}

TEST_CASE(
    "binarized mnist: its own valid file, .amat or IDX, and a clear word where the test split is missing") {
  const Scratch folder;
  const std::filesystem::path set = folder / "binarized-mnist";
  std::filesystem::create_directories(set);
  put(set / "binarized_mnist_train.amat", "0 1 1 0\n1 1 1 1\n0 0 0 0\n");
  put(set / "valid-images-idx3-ubyte.gz", gzipped(idx_bytes({1, 2, 2}, {0, 1, 0, 1})));
  const LoadOptions options{.folder = folder.path()};
  CHECK(load_dataset("binarized-mnist", Split::kTrain, options).size() == 3);
  CHECK(load_dataset("binarized-mnist", Split::kValid, options).images.to_vector() ==
        std::vector<Real>{0, 1, 0, 1});
  CHECK(load_dataset("binarized-mnist", Split::kTrainValid, options).size() == 4);
  CHECK_THROWS_AS(load_dataset("binarized-mnist", Split::kTest, options), MissingSplit);
  CHECK(load_message("binarized-mnist", Split::kTest, options) ==
        "binarized-mnist: there is no test split in " + set.string() +
            ", which would be t10k-images-idx3-ubyte or test-images-idx3-ubyte or binarized_mnist_test.amat "
            "(or .gz of it)\n"
            "  hint: use the valid split (--split valid), or put the published file there");
  const Environment data("GRADFOLD_DATA", "/none"), cache("XDG_CACHE_HOME", "/none");
  CHECK(contains(
      load_message("binarized-mnist", Split::kTrain),
      "binarized-mnist: there is no train-images-idx3-ubyte or binarized_mnist_train.amat (or .gz of it) in "
      "/none/binarized-mnist nor in /none/gradfold/binarized-mnist\n  hint: get the three .amat files of "));
}

TEST_CASE("labels that are of another count than the images are refused") {
  const Scratch folder;
  make_mnist(folder.path());
  put(folder / "train-labels-idx1-ubyte.gz", gzipped(idx_labels(59)));
  CHECK(contains(load_message(folder.path().string(), Split::kTrain),
                 "train-labels-idx1-ubyte.gz holds 59 labels, but "));
  CHECK(load_dataset(folder.path().string(), Split::kTest).labels.numel() == 10);
}

TEST_CASE("a file is cut alike each time: no row in two splits, none lost, all in the file's order") {
  const Scratch folder;
  put(folder / "digits-images-idx3-ubyte", idx_images(50));
  put(folder / "digits-labels-idx1-ubyte", idx_labels(50));
  const std::string file = (folder / "digits-images-idx3-ubyte").string();
  const Dataset all = load_dataset(file, Split::kAll);
  CHECK(all.size() == 50);
  std::multiset<Real> seen;
  for (const auto& [split, n] : {std::pair{Split::kTrain, 40}, {Split::kValid, 5}, {Split::kTest, 5}}) {
    const Dataset part = load_dataset(file, split);
    CHECK(part.size() == n);
    CHECK(identical(part.images, load_dataset(file, split).images));
    for (Index i = 0; i < part.size(); ++i) {
      const Real first = part.images.at({i, 0, 0, 0});
      seen.insert(first);
      CHECK(part.labels[i] ==
            static_cast<int>(first * 255 / 4 + Real(0.5)) % 10);  // labels went with their images
    }
  }
  CHECK(seen.size() == 50);
  CHECK(std::set<Real>(seen.begin(), seen.end()).size() == 50);
  CHECK(load_dataset(file, Split::kTrainValid).size() == 45);
  write_npy(folder / "few.npy", Tensor::zeros({5, 4}));
  CHECK(load_dataset((folder / "few.npy").string(), Split::kAll).images.shape() == Shape{5, 1, 2, 2});
  CHECK(contains(
      load_message((folder / "few.npy").string(), Split::kTest),
      "few.npy: 5 images are too few to set a tenth aside for the test split\n  hint: it takes 10 images or more"));
  put(folder / "x.amat", "0 1 1 0 3\n");
  CHECK(load_dataset((folder / "x.amat").string(), Split::kAll).labels[0] == 3);
}

TEST_CASE("strokes need no file: splits differ, a seed decides, factors are known") {
  const LoadOptions twenty{.limit = 20};
  const Dataset train = load_dataset("strokes", Split::kTrain, twenty),
                test = load_dataset("strokes", Split::kTest, twenty);
  CHECK(train.images.shape() == Shape{20, 1, 28, 28});
  CHECK(train.labels.numel() == 20);
  CHECK(train.factors.size(0) == 20);
  CHECK_FALSE(identical(train.images, test.images));
  CHECK(identical(train.images, load_dataset("strokes", Split::kTrain, twenty).images));
  CHECK_FALSE(identical(train.images, load_dataset("strokes", Split::kTrain, {.limit = 20, .seed = 2}).images));
  CHECK(identical(load_dataset("strokes", Split::kTrain, {.limit = 5}).images,
                  train.images.slice(0, 0, 5).contiguous()));
}

TEST_CASE("strokes:slant,thickness: these factors vary in their ordinary ranges, no other does") {
  const Dataset all = load_dataset("strokes", Split::kTrain, {.limit = 400}),
                two = load_dataset("strokes:slant,thickness", Split::kTrain, {.limit = 400}),
                none = load_dataset("strokes:", Split::kTrain, {.limit = 50}),
                styles = load_dataset("strokes:style", Split::kTrain, {.limit = 50});
  const auto range = [](const Dataset& data, int f) {
    const Tensor column = data.factors.select(1, f).contiguous();
    return max(column).item() - min(column).item();
  };
  for (int f = 0; f < kStrokeFactors; ++f) {
    CAPTURE(kStrokeFactorNames[static_cast<std::size_t>(f)]);
    const bool named = f == static_cast<int>(StrokeFactor::kSlant) || f == static_cast<int>(StrokeFactor::kThickness);
    CHECK(range(all, f) > 0);
    CHECK(range(two, f) == (named ? approx(range(all, f), 0.05) : doctest::Approx(0)));
    CHECK(range(none, f) == 0);
  }
  // All ten digits; without a free factor one image of each, with styles at least one digit in two hands.
  const auto pictures = [](const Dataset& data) {
    std::vector<Tensor> different;
    for (Index i = 0; i < data.size(); ++i) {
      const Tensor image = data.images.select(0, i);
      if (std::none_of(different.begin(), different.end(), [&](const Tensor& t) { return identical(t, image); }))
        different.push_back(image);
    }
    return different.size();
  };
  CHECK(pictures(none) == 10);
  CHECK(pictures(styles) > 10);
  CHECK(load_message("strokes:slant,weight", Split::kTrain) ==
        "strokes: 'weight' is no factor of stroke digits; there are slant, rotation, thickness, size, aspect, x, y, "
        "wobble and style");
}

TEST_CASE("a spec that is nothing is misuse") {
  CHECK_THROWS_AS(load_dataset("cifar", Split::kTrain), UsageError);
  CHECK(load_message("cifar", Split::kTrain) ==
        "data: 'cifar' is no data set, file or folder\n  hint: there are strokes (strokes:slant,thickness with these "
        "factors alone), mnist and binarized-mnist, and IDX, .npy and .amat files by their path");
  CHECK(contains(load_message("strokes", Split::kTrain, {.limit = -1}),
                 "the limit is -1 but must be 0 (all) or more"));
  const Scratch folder;
  put(folder / "picture.png", "\x89PNG");
  CHECK(contains(load_message((folder / "picture.png").string(), Split::kTrain), "picture.png is no IDX file"));
}

TEST_CASE("slice, select and concatenate keep images, labels and factors together") {
  const Dataset x{
      "x", Tensor::arange(6).reshape({6, 1, 1, 1}), {0, 1, 2, 3, 4, 5}, Tensor::arange(12).reshape({6, 2})};
  const Dataset part = slice(x, 2, 5), chosen = select(x, {5, 0, 5}), joined = concatenate(part, chosen);
  CHECK(part.images.to_vector() == std::vector<Real>{2, 3, 4});
  CHECK(part.images.shares_memory_with(x.images));
  CHECK(joined.images.to_vector() == std::vector<Real>{2, 3, 4, 5, 0, 5});
  CHECK(joined.labels.values == std::vector<std::int32_t>{2, 3, 4, 5, 0, 5});
  CHECK(joined.factors.select(1, 1).to_vector() == std::vector<Real>{5, 7, 9, 11, 1, 11});
  CHECK_FALSE(concatenate(part, Dataset{"y", x.images, {}, {}}).has_labels());
  CHECK(contains(message_of([&] { slice(x, 2, 7); }), "images 2 to 7 were asked for, but x has 6"));
}

TEST_CASE("binarizing: by threshold, and by chance with the grey level as probability") {
  const Tensor grey = Tensor::from({0, Real(0.4), Real(0.5), 1});
  CHECK(binarize_threshold(grey).to_vector() == std::vector<Real>{0, 0, 1, 1});
  CHECK(binarize_threshold(grey, Real(0.3)).to_vector() == std::vector<Real>{0, 1, 1, 1});
  Rng rng(3);
  const Tensor drawn = binarize_stochastic(Tensor::full({100000}, Real(0.3)), rng);
  double sum = 0;
  for (Real v : drawn.to_vector()) {
    REQUIRE((v == 0 || v == 1));
    sum += v;
  }
  CHECK(sum / 100000 == approx(0.3, 0.02));  // 5 standard deviations are 0.0072
  CHECK_FALSE(identical(drawn, binarize_stochastic(Tensor::full({100000}, Real(0.3)), rng)));
}

TEST_CASE("the real MNIST: counts, first labels and mean grey level are the published ones") {
  const auto data = real("mnist");
  if (!data) return;
  const Dataset train = load_dataset("mnist", Split::kTrain, {.folder = *data}),
                valid = load_dataset("mnist", Split::kValid, {.folder = *data});
  const Dataset test = load_dataset("mnist", Split::kTest, {.folder = *data});
  CHECK(train.images.shape() == Shape{50000, 1, 28, 28});
  CHECK(valid.size() == 10000);
  CHECK(test.size() == 10000);
  CHECK(std::vector<std::int32_t>(train.labels.values.begin(), train.labels.values.begin() + 5) ==
        std::vector<std::int32_t>{5, 0, 4, 1, 9});
  CHECK(std::vector<std::int32_t>(test.labels.values.begin(), test.labels.values.begin() + 5) ==
        std::vector<std::int32_t>{7, 2, 1, 0, 4});
  // 0.1307 is the mean over the 60,000 that everybody normalises by.
  double sum = 0;
  for (const Tensor& part : {train.images, valid.images}) {
    for (Real v : part.to_vector()) sum += v;
  }
  CHECK(sum / (60000 * 784.0) == approx(0.1307, 0.0005));
}

TEST_CASE("the real binarized MNIST: 50,000 and 10,000 images of zeros and ones") {
  const auto data = real("binarized-mnist");
  if (!data) return;
  const Dataset train = load_dataset("binarized-mnist", Split::kTrain, {.folder = *data});
  CHECK(train.images.shape() == Shape{50000, 1, 28, 28});
  CHECK(load_dataset("binarized-mnist", Split::kValid, {.folder = *data}).size() == 10000);
  const Real* v = train.images.data();
  CHECK(std::all_of(v, v + train.images.numel(), [](Real g) { return g == 0 || g == 1; }));
}
