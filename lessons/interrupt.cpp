#include "lessons/interrupt.h"

#include <csignal>

namespace gradfold {
namespace {

volatile std::sig_atomic_t received = 0;

void take_note(int signal) {
  received = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

Interrupt::Interrupt() {
  received = 0;
  std::signal(SIGINT, take_note);
  std::signal(SIGTERM, take_note);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool Interrupt::asked() const { return received != 0; }
int Interrupt::exit_code() const { return 128 + received; }

}  // namespace gradfold
