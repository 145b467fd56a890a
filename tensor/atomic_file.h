#pragma once
#include <filesystem>
#include <functional>
#include <ostream>

namespace gradfold {

// Writes a file whole or not at all: `write` fills a temporary file beside `path`, which is flushed to the
// disk and renamed over `path`. On failure (no such folder, no permission, full disk) throws an Error that
// names the path and the system's reason, removes the temporary file, and leaves what was there before.
void write_atomically(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);

}  // namespace gradfold
