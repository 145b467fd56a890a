#include "lessons/output_folder.h"

#include <fmt/format.h>

#include "tensor/atomic_file.h"
#include "tensor/check.h"

namespace gradfold {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw Error(fmt::format("cannot write {}", folder.string()), failed.message(),
                "check that the folder above it exists and may be written, or name another with --out");
  }
}

void try_folder(const fs::path& folder, const fs::path& above, const fs::path& name) {
  const bool there = fs::exists(folder), above_there = fs::exists(above);
  make_folder(folder);
  require_writable(folder / name);
  std::error_code not_empty;
  if (!there) fs::remove(folder, not_empty);
  if (!above_there) fs::remove(above, not_empty);
}

}  // namespace gradfold
