#pragma once
#include <functional>
#include <memory>
#include <string>

#include "lessons/interrupt.h"
#include "viz/progress.h"

namespace gradfold {

// The progress bar of a command that codes images, and its Ctrl-C.
class CodingProgress {
 public:
  struct Stopped {};  // thrown once Ctrl-C was pressed

  explicit CodingProgress(std::string title) : title_(std::move(title)) {}

  // For CompressOptions::progress.
  std::function<void(Index, Index)> callback() {
    return [this](Index done, Index all) {
      check();
      if (!bar_) bar_ = std::make_unique<Progress>(ProgressOptions{.title = title_, .total = all, .unit = "pixels"});
      bar_->step(done - done_);
      done_ = done;
      if (done == all) finish();
    };
  }
  void check() const {
    if (interrupt_.asked()) throw Stopped();
  }
  void finish() {
    if (bar_) bar_->finish();
  }
  // Says so; returns the exit code.
  int stopped() {
    finish();
    fmt::print(stderr, "stopped; no file was written\n");
    return interrupt_.exit_code();
  }

 private:
  const std::string title_;
  const Interrupt interrupt_;
  std::unique_ptr<Progress> bar_;  // begins when the number of pixels is known
  Index done_ = 0;
};

}  // namespace gradfold
