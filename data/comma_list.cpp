#include "data/comma_list.h"

namespace gradfold {

std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  for (auto comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    names.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  names.emplace_back(text);
  return names;
}

}  // namespace gradfold
