#include "tensor/affinity.h"

#include "tests/doctest.h"

#ifdef __linux__
#include <sched.h>
#endif

#include <thread>

using namespace gradfold;

TEST_CASE("ThreadsOffCore: without threads, and off a core that there is not") {
  ThreadsOffCore threads;
  for (int core : {-1, 1 << 20, current_core()}) threads.set_core(core);
  std::thread([&] { threads.add_this_thread(); }).join();
  for (int core : {-1, 1 << 20, current_core()}) threads.set_core(core);
  CHECK(current_core() >= -1);
}

#ifdef __linux__
namespace {

cpu_set_t cores_of(pid_t thread) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(thread, sizeof cores, &cores);  // none, if it fails
  return cores;
}

}  // namespace

TEST_CASE("ThreadsOffCore: a thread may run on every core but the one named last") {
  const cpu_set_t all = cores_of(0);
  ThreadsOffCore threads;
  cpu_set_t first, second, none;
  int on_first = -1, a = -1, b = -1;
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &all)) (a < 0 ? a : b) = core;
  if (b < 0) return;  // a thread that may run on one core only stays; nothing else to see here
  std::thread([&] {
    threads.set_core(a);
    threads.add_this_thread();
    first = cores_of(0), on_first = current_core();
    threads.set_core(b);
    second = cores_of(0);
    threads.set_core(-1);
    none = cores_of(0);
  }).join();
  CHECK(on_first != a);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    const bool allowed = CPU_ISSET(core, &all);
    CHECK(bool(CPU_ISSET(core, &first)) == (allowed && core != a));
    CHECK(bool(CPU_ISSET(core, &second)) == (allowed && core != b));
  }
  CHECK(CPU_EQUAL(&none, &all));
  const cpu_set_t after = cores_of(0);
  CHECK(CPU_EQUAL(&after, &all));  // the thread that names the core runs where it did
}
#endif
