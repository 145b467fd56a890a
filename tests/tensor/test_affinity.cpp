#include "tensor/affinity.h"

#include "tests/doctest.h"

#ifdef __linux__
#include <sched.h>

#include <thread>

using namespace gradfold;

namespace {

cpu_set_t allowed_cores() {
  cpu_set_t cores;
  REQUIRE(sched_getaffinity(0, sizeof cores, &cores) == 0);
  return cores;
}

}  // namespace

TEST_CASE("leave_core: the thread is elsewhere afterwards, and may run where it might before") {
  const cpu_set_t before = allowed_cores();
  int moved = 0;  // not every time: the system may take a thread back at any moment
  for (int i = 0; i < 100; ++i) {
    const int core = current_core();
    leave_core(core);
    moved += current_core() != core;
  }
  CHECK(moved >= (CPU_COUNT(&before) > 1 ? 50 : 0));
  const cpu_set_t after = allowed_cores();
  CHECK(CPU_EQUAL(&after, &before));
}

TEST_CASE("leave_core: a thread with one core only stays") {
  std::thread([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(current_core(), &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    const int core = current_core();
    leave_core(core);
    CHECK(current_core() == core);
    const cpu_set_t after = allowed_cores();
    CHECK(CPU_EQUAL(&after, &one));
  }).join();
}
#endif
