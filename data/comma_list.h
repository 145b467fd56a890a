#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gradfold {

// "a,b" -> {"a", "b"}; a name between two commas, or beside one at an end, is empty. "" has none.
std::vector<std::string> comma_list(std::string_view text);

}  // namespace gradfold
