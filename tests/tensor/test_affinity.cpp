#include "tensor/affinity.h"

#include "tests/doctest.h"

#ifdef __linux__
#include <sched.h>
#endif

#include <thread>

using namespace gradfold;

TEST_CASE("leave_core: a core that the thread is not on, or that there is not") {
  for (int core : {-1, 1 << 20}) leave_core(core);
  CHECK(current_core() >= -1);
}

#ifdef __linux__
TEST_CASE("leave_core: the thread is elsewhere afterwards, and may run where it might before") {
  cpu_set_t before, after;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  int moved = 0;  // not every time: the system may take a thread back at any moment
  for (int i = 0; i < 100; ++i) {
    const int core = current_core();
    leave_core(core);
    moved += current_core() != core;
  }
  CHECK(moved >= (CPU_COUNT(&before) > 1 ? 50 : 0));
  REQUIRE(sched_getaffinity(0, sizeof after, &after) == 0);
  CHECK(CPU_EQUAL(&after, &before));
}

TEST_CASE("leave_core: a thread with one core only stays") {
  bool pinned = false, stayed = false, same = false;
  std::thread([&] {
    cpu_set_t one, after;
    CPU_ZERO(&one);
    CPU_SET(current_core(), &one);
    pinned = sched_setaffinity(0, sizeof one, &one) == 0;
    const int core = current_core();
    leave_core(core);
    stayed = current_core() == core;
    same = sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(&after, &one);
  }).join();
  REQUIRE(pinned);
  CHECK(stayed);
  CHECK(same);
}
#endif
