#pragma once
#include <array>
#include <functional>
#include <string>
#include <vector>

namespace gradfold {

// Runs a program (a path, or a name to be found on PATH) to its end; SIGINT and SIGTERM reach it, not this process.
// Returns its exit code: 128 + n after signal n, 127 if there is no such program. With on_line each line that
// it writes, to stdout or stderr, is handed over as it comes instead of being shown.
int run_program(const std::string& program, const std::vector<std::string>& words,
                const std::function<void(const std::string&)>& on_line = {});

// Where a Python may be that has what is needed: the first on PATH, or the system's, which its packages are for.
inline constexpr std::array kPythons = {"python3", "/usr/bin/python3"};

}  // namespace gradfold
