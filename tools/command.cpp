#include "tools/command.h"

namespace gradfold {

std::vector<Command>& commands() {
  static std::vector<Command> all;
  return all;
}

}  // namespace gradfold
