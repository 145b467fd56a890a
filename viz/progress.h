#pragma once
#include <functional>
#include <iosfwd>
#include <string>

#include "tensor/real.h"

namespace gradfold {

struct ProgressOptions {
  std::string title = {};             // "epoch 2/3"
  Index total = 0;                    // steps; 0 when unknown
  std::string unit = "images";        // what step(n) counts, for the rate
  double log_every = 10;              // seconds between lines when the output is not a terminal
  // The rest is found out by itself; tests set it.
  std::ostream* out = nullptr;        // default: stderr
  int width = -1;                     // columns of the terminal; 0: not a terminal; -1: ask the system
  std::function<double()> clock = {}; // seconds
};

// How far a loop is. On a terminal one line, redrawn:
//   epoch 2/3  43% [########>..........]  4300/10000  1520 images/s  loss 81.30  0:04 left
// In a log, a plain line every ten seconds and one at the end. Goes to stderr: stdout is for results.
class Progress {
 public:
  explicit Progress(ProgressOptions options);
  ~Progress();  // finishes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // n more units are done; `note` is what to show now, for example fmt::format("loss {:.2f}", loss).
  void step(Index n, std::string note = {});
  // Draws the last state and ends the line; later calls do nothing.
  void finish();

 private:
  void draw();
  std::string text(int width) const;

  ProgressOptions options_;
  std::string note_;
  Index done_ = 0;
  double start_ = 0, drawn_ = 0;
  bool finished_ = false;
  int last_length_ = 0;
};

// 75 -> "1:15", 3700 -> "1:01:40".
std::string duration_text(double seconds);

}  // namespace gradfold
