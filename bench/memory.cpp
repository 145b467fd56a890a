#include "bench/memory.h"

#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tensor/buffer.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace gradfold::bench {

double peak_memory() {
  // getrusage() has no way to forget, so where /proc is, it has the word.
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

bool forget_peak_memory() {
  trim_pool();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  std::ofstream file("/proc/self/clear_refs");
  return static_cast<bool>(file << "5" << std::flush);  // man 5 proc: VmHWM becomes what is held now
}

}  // namespace gradfold::bench
