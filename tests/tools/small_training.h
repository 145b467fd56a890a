#pragma once
#include <filesystem>

#include "tests/tools/process.h"

namespace gradfold {

// The words of a PixelCNN's training that takes a moment: 6 steps an epoch.
inline Words small_training(const std::filesystem::path& out, Words more = {}) {
  Words words{"train", "pixel_cnn", "--out", out.string(), "--data", "strokes", "--limit", "96",
              "--batch", "16", "--maps", "4", "--blocks", "1", "--epochs", "2"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace gradfold
