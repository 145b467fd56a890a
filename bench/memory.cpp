#include "bench/memory.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

#include "tensor/buffer.h"

namespace gradfold::bench {

double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib / 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  return static_cast<double>(usage.ru_maxrss) / (1 << 20);
#else
  return static_cast<double>(usage.ru_maxrss) / 1024;
#endif
}

void forget_peak_memory() {
  trim_pool();
  std::ofstream("/proc/self/clear_refs") << 5;  // man proc: resets VmHWM to what is held now
}

}  // namespace gradfold::bench
