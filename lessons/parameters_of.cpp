#include "lessons/parameters_of.h"

namespace gradfold {

std::vector<Var> parameters_of(const Module& net, std::string_view part) {
  std::vector<Var> out;
  for (const auto& [name, value] : net.named_parameters()) {
    if (part.empty() || name == part || name.starts_with(std::string(part) + ".")) out.push_back(value);
  }
  require(!out.empty(), "parameters_of", "{} has no parameters of \"{}\"", net.kind(), part);
  return out;
}

}  // namespace gradfold
