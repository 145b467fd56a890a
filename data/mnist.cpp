#include "data/mnist.h"

#include <fmt/format.h>

#include "data/amat.h"
#include "data/idx.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

constexpr Index kValidShare = 6;  // valid is one image in six of MNIST's training files
constexpr std::string_view kImages = "images-idx3", kLabels = "labels-idx1";

// The names that a split's images go by, without .gz.
std::vector<std::string> file_names(Split split) {
  switch (split) {
    case Split::kTrain: return {"train-images-idx3-ubyte", "binarized_mnist_train.amat"};
    case Split::kValid: return {"valid-images-idx3-ubyte", "binarized_mnist_valid.amat"};
    default: return {"t10k-images-idx3-ubyte", "test-images-idx3-ubyte", "binarized_mnist_test.amat"};
  }
}

// The plain file or its .gz; empty if neither is there.
fs::path plain_or_gz(const fs::path& path) {
  for (const fs::path& candidate : {path, fs::path(path.string() + ".gz")}) {
    if (fs::is_regular_file(candidate)) return candidate;
  }
  return {};
}

fs::path find_images(const fs::path& folder, Split split) {
  for (const std::string& name : file_names(split)) {
    if (fs::path found = plain_or_gz(folder / name); !found.empty()) return found;
  }
  return {};
}

// train-labels-idx1-ubyte beside train-images-idx3-ubyte.gz; empty if there is none.
fs::path labels_beside(const fs::path& images) {
  std::string name = images.filename().string();
  const auto at = name.find(kImages);
  if (at == std::string::npos) return {};
  name.replace(at, kImages.size(), kLabels);
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return plain_or_gz(images.parent_path() / name);
}

Dataset load_file(const fs::path& file, const std::string& name) {
  if (file.filename().string().find(".amat") == std::string::npos) return load_idx(file, name);
  Dataset out = read_amat(file);
  out.name = name;
  return out;
}

// The training files cut into train and valid, for a folder that has no files for valid.
Dataset load_part_of_train(const fs::path& file, const std::string& name, Split split) {
  const bool is_idx = file.filename().string().find(kImages) != std::string::npos;
  Dataset all = is_idx ? Dataset() : load_file(file, name);
  const Index n = is_idx ? read_idx_shape(file)[0] : all.size(), cut = n - n / kValidShare;
  const Index begin = split == Split::kTrain ? 0 : cut, end = split == Split::kTrain ? cut : n;
  return is_idx ? load_idx(file, name, begin, end) : slice(all, begin, end);
}

}  // namespace

bool is_image_folder(const fs::path& folder) { return !find_images(folder, Split::kTrain).empty(); }

std::string image_folder_files() {
  return fmt::format("{}", fmt::join(file_names(Split::kTrain), " or ")) + " (or .gz of it)";
}

Dataset load_idx(const fs::path& images, const std::string& name, Index begin, Index end) {
  Dataset out{name, read_idx_images(images, {begin, end}), {}, {}};
  const fs::path labels = labels_beside(images);
  if (labels.empty()) return out;
  const Shape counted = read_idx_shape(labels), shown = read_idx_shape(images);
  require(counted.rank() == 1 && counted[0] == shown[0], name,
          "{} holds {} labels, but {} holds {} images; hint: they are not of "
          "one set, or one of them is truncated",
          labels.string(), counted.numel(), images.string(), shown[0]);
  out.labels = read_idx_labels(labels, {begin, end});
  return out;
}

Dataset load_image_folder(const fs::path& folder, const std::string& name, Split split) {
  const std::string full_name = fmt::format("{} {}", name, split_name(split));
  const fs::path own = find_images(folder, split), valid = find_images(folder, Split::kValid);
  if (split != Split::kTest && valid.empty()) {
    return load_part_of_train(find_images(folder, Split::kTrain), full_name, split);
  }
  if (own.empty()) {
    throw MissingSplit(name,
                       fmt::format("there is no {} split in {}, which would be {} (or .gz of it)",
                                   split_name(split), folder.string(), fmt::join(file_names(split), " or ")),
                       "use the valid split (--split valid), or put the published file there");
  }
  return load_file(own, full_name);
}

}  // namespace gradfold
