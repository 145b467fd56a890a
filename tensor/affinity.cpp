#include "tensor/affinity.h"

#ifdef __linux__
#include <sched.h>

namespace gradfold {

int current_core() { return sched_getcpu(); }

void leave_core(int core) {
  if (core < 0 || sched_getcpu() != core) return;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;  // more cores than the set has room for
  cpu_set_t others = allowed;
  CPU_CLR(core, &others);
  if (CPU_COUNT(&others) == 0) return;
  sched_setaffinity(0, sizeof others, &others);
  sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace gradfold
#else
namespace gradfold {

int current_core() { return -1; }
void leave_core(int) {}

}  // namespace gradfold
#endif
