#pragma once
#include <string>

#include <nlohmann/json.hpp>

namespace gradfold {

// One line of JSON, which is UTF-8. Names of files may be in another encoding: what of them does not fit is replaced.
template <class Json>
std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gradfold
