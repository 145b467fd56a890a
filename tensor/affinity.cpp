#include "tensor/affinity.h"

#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gradfold {
namespace {

// What the process may use, asked of its first thread, which nobody here moves.
bool allowed_cores(cpu_set_t& cores) { return sched_getaffinity(getpid(), sizeof cores, &cores) == 0; }

}  // namespace

int current_core() { return sched_getcpu(); }

void ThreadsOffCore::add_this_thread() {
  std::lock_guard<std::mutex> lock(mutex_);
  process_ = getpid();
  threads_.push_back(syscall(SYS_gettid));
  move(threads_.back());
}

void ThreadsOffCore::set_core(int core) {
  if (core == core_.load(std::memory_order_relaxed)) return;
  std::lock_guard<std::mutex> lock(mutex_);
  core_.store(core, std::memory_order_relaxed);
  if (process_ != getpid()) return;
  for (long thread : threads_) move(thread);
}

void ThreadsOffCore::move(long thread) const {
  cpu_set_t cores;
  if (!allowed_cores(cores)) return;  // more cores than a set has room for
  const int core = core_.load(std::memory_order_relaxed);
  if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(core, &cores);
  if (CPU_COUNT(&cores) > 0) sched_setaffinity(static_cast<pid_t>(thread), sizeof cores, &cores);
}

}  // namespace gradfold
#else
namespace gradfold {

int current_core() { return -1; }
void ThreadsOffCore::add_this_thread() {}
void ThreadsOffCore::set_core(int) {}

}  // namespace gradfold
#endif
