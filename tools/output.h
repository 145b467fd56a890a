#pragma once
#include <cstdio>

#include <fmt/core.h>

#include "lessons/json_text.h"
#include "tensor/check.h"

namespace gradfold {

// Where a command's text goes: to stdout, or with --json to stderr, so that stdout is the one object that
// finish() prints as its last line.
class Output {
 public:
  explicit Output(bool json) : json_(json) {}

  template <class... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) const {
    std::FILE* to = json_ ? stderr : stdout;
    fmt::print(to, "{}\n", fmt::format(format, std::forward<Args>(args)...));
    std::fflush(to);
  }
  void finish(const nlohmann::ordered_json& result) const {
    if (!json_) return;
    fmt::print("{}\n", json_text(result));
    if (std::fflush(stdout) != 0)
      throw Error("--json", "the result could not be written to the standard output", "is the disk full?");
  }

 private:
  bool json_;
};

}  // namespace gradfold
