#pragma once

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
  int exit_code() const;  // 128 + the signal's number, as shells count: 130 after Ctrl-C
};

}  // namespace gradfold
