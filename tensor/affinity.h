#pragma once
#include <atomic>
#include <mutex>
#include <vector>

// Where the system lets a thread run. Does nothing where the system does not say (Linux does).
namespace gradfold {

// The core that the calling thread is on now, or -1.
int current_core();

// Threads that keep off one core: the one that somebody else works on. Otherwise they may run where the process's first
// thread may; if that is the one core only, they stay. The threads must live as long as this.
class ThreadsOffCore {
 public:
  // The calling thread is one of them from now on.
  void add_this_thread();
  // From now on they keep off this core instead: a system call each, and nothing if it is the same as before.
  void set_core(int core);

 private:

  std::atomic<int> core_{-1};
  std::mutex mutex_;
  std::vector<long> threads_;
  long process_ = 0;  // whose threads these are: a forked process starts with none of them
};

}  // namespace gradfold
