#pragma once
#include <string>

namespace gradfold {

// Ctrl-C as a question. While one of these lives, the first SIGINT or SIGTERM only leaves a mark, so that a
// training loop can save what it has and end by itself; the second ends the program at once.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool asked() const;
  int signal() const;     // SIGINT or SIGTERM, once asked
  int exit_code() const;  // 128 + the signal's number, as shells count: 130 after Ctrl-C
};

// For a program with nothing to save: from now on SIGINT and SIGTERM print this line to stderr and end it at
// once, wherever it is, with the same exit code.
void stop_at_once(const std::string& line);

}  // namespace gradfold
