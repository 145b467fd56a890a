#pragma once
#include <filesystem>
#include <functional>
#include <ostream>

namespace gradfold {

// Writes a file whole or not at all: `write` fills PATH.tmp, which is flushed to the disk and renamed over
// PATH. On failure (no such folder, no permission, full disk, an exception out of `write`) throws an Error
// that names the path and the system's reason, removes the temporary file, and leaves what was there before.
// A temporary file that a killed process left behind is taken over by the next write; of two processes that
// write the same path at once, one waits for the other. A path that is a link keeps being one; a device or a
// pipe (/dev/stdout) is written straight.
void write_atomically(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);

// Throws the same Error if PATH cannot be written; nothing is changed. For finding out before long work.
void require_writable(const std::filesystem::path& path);

}  // namespace gradfold
