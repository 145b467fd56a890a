#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "data/dataset.h"

namespace gradfold {

struct LoadOptions {
  std::filesystem::path folder = {};  // looked into first: the set's own folder, or the one above it
  Index limit = 0;                    // the first `limit` images, with kTrainValid of each of the two; 0 takes all
                                      // (or a generator's usual number)
  std::uint64_t seed = 1;             // of a generated set
};

// The images that `--data SPEC` means:
//   strokes           drawn by data/strokes.h: 10,000 to train, 2,000 to validate, 2,000 to test
//   strokes:slant,thickness   the same, with no other factor of StrokeOptions free than the named ones
//   mnist             train = the first 50,000 of the training files, valid = their last 10,000,
//                     test = the t10k files; train+valid = all 60,000
//   binarized-mnist   Salakhutdinov and Murray's (2008) fixed draw: train 50,000, valid 10,000, test
//   a folder          of files named as MNIST's or binarized MNIST's
//   a file            IDX (.gz or not), .npy or .amat: shuffled once (always alike), the last tenth is
//                     test, the tenth before it valid; kAll is the whole file in its order
// A named set is looked for in options.folder, $GRADFOLD_DATA/NAME and the cache that `./gf data NAME`
// fills ($XDG_CACHE_HOME or ~/.cache, then gradfold/NAME). Throws an Error that lists where it looked and
// how to get the set, a MissingSplit for a folder without this split, a UsageError for a spec that is none of
// the above.
Dataset load_dataset(std::string_view spec, Split split, const LoadOptions& options = {});

// Whether a spec names anything that there is: strokes, a known set (which may not be there), a folder or a file.
bool is_dataset(std::string_view spec);
// Whether a spec names images that are drawn.
bool is_strokes(std::string_view spec);
// Where "mnist" or "binarized-mnist" was found; throws as load_dataset does.
std::filesystem::path dataset_folder(std::string_view name);

}  // namespace gradfold
