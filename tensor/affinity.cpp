#include "tensor/affinity.h"

#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gradfold {
namespace {

void move(const std::vector<long>& threads, int core) {
  cpu_set_t cores;
  if (sched_getaffinity(getpid(), sizeof cores, &cores) != 0) return;  // more cores than a set has room for
  if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(core, &cores);
  if (CPU_COUNT(&cores) == 0) return;
  for (long thread : threads) sched_setaffinity(static_cast<pid_t>(thread), sizeof cores, &cores);
}

}  // namespace

int current_core() { return sched_getcpu(); }

void ThreadsOffCore::add_this_thread() {
  const long thread = syscall(SYS_gettid);
  std::lock_guard<std::mutex> lock(mutex_);
  if (process_ != getpid()) threads_.clear();
  process_ = getpid();
  threads_.push_back(thread);
  move({thread}, core_.load(std::memory_order_relaxed));
}

void ThreadsOffCore::set_core(int core) {
  if (core == core_.load(std::memory_order_relaxed)) return;
  std::lock_guard<std::mutex> lock(mutex_);
  core_.store(core, std::memory_order_relaxed);
  if (process_ == getpid()) move(threads_, core);
}

}  // namespace gradfold
#else
namespace gradfold {

int current_core() { return -1; }
void ThreadsOffCore::add_this_thread() {}
void ThreadsOffCore::set_core(int) {}

}  // namespace gradfold
#endif
