#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/files.h"

namespace gradfold {

// An IDX file in memory: type 8 (unsigned byte), sizes, elements.
inline std::string idx_bytes(const std::vector<std::uint32_t>& sizes, const std::string& elements, char type = 8) {
  std::string out = {0, 0, type, static_cast<char>(sizes.size())};
  for (std::uint32_t size : sizes) {
    for (int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(size >> shift & 255));
  }
  return out + elements;
}

// n images of 2 x 2 pixels; image i has the grey levels 4i, 4i + 1, ... of 255.
inline std::string idx_images(std::uint32_t n) {
  std::string elements;
  for (std::uint32_t i = 0; i < 4 * n; ++i) elements.push_back(static_cast<char>(i % 256));
  return idx_bytes({n, 2, 2}, elements);
}

// Labels 0, 1, ..., 9, 0, ...
inline std::string idx_labels(std::uint32_t n) {
  std::string elements;
  for (std::uint32_t i = 0; i < n; ++i) elements.push_back(static_cast<char>(i % 10));
  return idx_bytes({n}, elements);
}

inline std::string gzipped(const std::string& bytes) {
  const Scratch folder;
  put(folder / "x", bytes);
  shell("gzip -n " + (folder / "x").string());
  return contents(folder / "x.gz");
}

}  // namespace gradfold
