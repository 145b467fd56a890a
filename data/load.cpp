#include "data/load.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <vector>

#include "data/amat.h"
#include "data/comma_list.h"
#include "data/mnist.h"
#include "data/npy_images.h"
#include "data/strokes.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

constexpr Index kStrokesToTrain = 10000, kStrokesToTest = 2000;
constexpr Index kFileShare = 10;  // test and valid are a tenth of a file each

struct KnownSet {
  std::string_view name, cure;
};
constexpr KnownSet kKnown[] = {
    {"mnist", "download it with ./gf data mnist, or set GRADFOLD_DATA to the folder that holds mnist/"},
    {"binarized-mnist",
     "get the three .amat files of www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist and put them "
     "there, or set GRADFOLD_DATA to the folder that holds binarized-mnist/"},
};

fs::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? fs::path(value) : fs::path();
}

// Where `./gf data NAME` puts a set.
fs::path cache_folder() {
  const fs::path cache = from_environment("XDG_CACHE_HOME"), home = from_environment("HOME");
  if (!cache.empty()) return cache / "gradfold";
  return home.empty() ? fs::path() : home / ".cache" / "gradfold";
}

fs::path find_known(const KnownSet& known, const LoadOptions& options = {}) {
  std::vector<fs::path> places;
  if (!options.folder.empty()) places = {options.folder / known.name, options.folder};
  for (const fs::path& above : {from_environment("GRADFOLD_DATA"), cache_folder()}) {
    if (!above.empty()) places.push_back(above / known.name);
  }
  for (const fs::path& place : places) {
    if (is_image_folder(place)) return place;
  }
  std::vector<std::string> looked;
  for (const fs::path& place : places) looked.push_back(place.string());
  throw Error(known.name,
              fmt::format("there is no {} in {}", image_folder_files(), fmt::join(looked, " nor in ")),
              known.cure);
}

constexpr std::string_view kStrokes = "strokes", kStrokesOf = "strokes:";

// "strokes", or "strokes:slant,thickness".
StrokeOptions stroke_options(std::string_view spec) {
  if (spec == kStrokes) return {};
  return StrokeOptions::free_only(comma_list(spec.substr(kStrokesOf.size())));
}

Dataset draw_strokes(std::string_view spec, Split split, const LoadOptions& options) {
  const Index usual = split == Split::kTrain ? kStrokesToTrain : kStrokesToTest;
  StrokeDigits digits = stroke_digits(options.limit > 0 ? options.limit : usual,
                                      Rng(options.seed).fork(split_name(split)), stroke_options(spec));
  return {fmt::format("{} {}", spec, split_name(split)), digits.images, digits.labels, digits.factors};
}

std::vector<Split> parts_of(Split split) {
  if (split == Split::kTrainValid) return {Split::kTrain, Split::kValid};
  if (split == Split::kAll) return {Split::kTrain, Split::kValid, Split::kTest};
  return {split};
}

Dataset first_of(const Dataset& data, Index limit) {
  return limit > 0 && data.size() > limit ? slice(data, 0, limit) : data;
}

// Splits one after the other, named for all of them. options.limit is of train and of valid, but of kAll in all.
template <class LoadOne>
Dataset load_parts(Split split, const LoadOptions& options, LoadOne load_one) {
  Dataset out;
  for (Split part : parts_of(split)) {
    if (split == Split::kAll && options.limit > 0 && out.size() >= options.limit) break;
    Dataset next = first_of(load_one(part), options.limit);
    if (const std::string own(split_name(part)); part != split && next.name.ends_with(own))
      next.name = next.name.substr(0, next.name.size() - own.size()) + std::string(split_name(split));
    out = out.size() == 0 ? std::move(next) : concatenate(out, next);
  }
  return split == Split::kAll ? first_of(out, options.limit) : out;
}

Dataset read_any(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.ends_with(".npy")) return {name, read_npy_images(file), {}, {}};
  if (!name.ends_with(".amat") && !name.ends_with(".amat.gz")) return load_idx(file, name);
  Dataset out = read_amat(file);
  out.name = name;
  return out;
}

// A file has no splits of its own, and may be sorted by class: its rows are shuffled before they are cut.
Dataset cut_file(const Dataset& whole, Split split) {
  const Index n = whole.size(), tenth = n / kFileShare;
  const Index train = n - 2 * tenth, valid = n - tenth;
  const Index begin = split == Split::kTest ? valid : split == Split::kValid ? train : 0;
  const Index end = split == Split::kTrain ? train : split == Split::kTest ? n : valid;
  require(begin < end, whole.name,
          "{} images are too few to set a tenth aside for the {} split; hint: it takes {} images or more", n,
          split_name(split), kFileShare);
  const Indices order = Rng(0).fork("split").permutation(n);
  Dataset out = select(whole, order.slice(begin, end));
  out.name = fmt::format("{} {}", whole.name, split_name(split));
  return out;
}

// For a folder that holds no images itself: the one in it that does.
std::string folder_hint(const fs::path& folder) {
  for (const KnownSet& known : kKnown) {
    if (is_image_folder(folder / known.name))
      return fmt::format("its folder {} does; name that", (folder / known.name).string());
  }
  return "name the folder that holds them, or a set that is known by its name: strokes, mnist, binarized-mnist";
}

Dataset load_whole(std::string_view spec, Split split, const LoadOptions& options) {
  if (is_strokes(spec)) {
    return load_parts(split, options, [&](Split part) { return draw_strokes(spec, part, options); });
  }
  for (const KnownSet& known : kKnown) {
    if (spec != known.name) continue;
    const fs::path folder = find_known(known, options);
    return load_parts(split, options,
                      [&](Split part) { return load_image_folder(folder, std::string(spec), part); });
  }
  const fs::path path(spec);
  if (fs::is_directory(path)) {
    const std::string name =
        path.filename().empty() ? path.parent_path().filename().string() : path.filename().string();
    if (!is_image_folder(path))
      throw Error("data", fmt::format("the folder {} holds no {}", spec, image_folder_files()), folder_hint(path));
    return load_parts(split, options, [&](Split part) { return load_image_folder(path, name, part); });
  }
  if (fs::exists(path)) {
    const Dataset whole = read_any(path);
    if (split == Split::kAll) return first_of(whole, options.limit);  // in the file's order
    return load_parts(split, options, [&](Split part) { return cut_file(whole, part); });
  }
  throw UsageError("data", fmt::format("'{}' is no data set, file or folder", spec),
                   "there are strokes (strokes:slant,thickness with these factors alone), "
                   "mnist and binarized-mnist, and IDX, .npy and .amat files by their path");
}

}  // namespace

bool is_strokes(std::string_view spec) { return spec == kStrokes || spec.starts_with(kStrokesOf); }

bool is_dataset(std::string_view spec) {
  std::error_code unreadable;
  const auto known = [&](const KnownSet& set) { return set.name == spec; };
  return is_strokes(spec) || std::any_of(std::begin(kKnown), std::end(kKnown), known) || fs::exists(spec, unreadable);
}

fs::path dataset_folder(std::string_view name) {
  for (const KnownSet& known : kKnown)
    if (name == known.name) return find_known(known);
  throw Error("data", fmt::format("{} is no set that is looked for in folders", name));
}

Dataset load_dataset(std::string_view spec, Split split, const LoadOptions& options) {
  require(options.limit >= 0, "load_dataset", "the limit is {} but must be 0 (all) or more", options.limit);
  Dataset out = load_whole(spec, split, options);
  require(out.size() > 0, "data", "{} holds no images", spec);
  return out;
}

}  // namespace gradfold
