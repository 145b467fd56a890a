#pragma once
#include <filesystem>

namespace gradfold {

// Makes the folder, and those above it; an Error if that cannot be.
void make_folder(const std::filesystem::path& folder);

// Finds out before long work whether results can be written to folder / name. Folders that were not there are gone
// again: until there is something to put into them, `above` (a folder over `folder`, or itself) included.
void try_folder(const std::filesystem::path& folder, const std::filesystem::path& above,
                const std::filesystem::path& name);

}  // namespace gradfold
