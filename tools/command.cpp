#include "tools/command.h"

#include <algorithm>

namespace gradfold {

std::string first_named(const Arguments& arguments, const std::vector<std::string>& names) {
  std::string behind_option;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (std::find(names.begin(), names.end(), arguments[i]) == names.end()) continue;
    if (i == 0 || !arguments[i - 1].starts_with("--")) return arguments[i];
    if (behind_option.empty()) behind_option = arguments[i];
  }
  return behind_option;
}

std::vector<Command>& commands() {
  static std::vector<Command> all;
  return all;
}

}  // namespace gradfold
