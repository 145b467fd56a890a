#include "tensor/parallel.h"

#include <atomic>
#include <exception>
#include <mutex>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace gradfold {
namespace {

std::atomic<int> requested_threads{0};
thread_local bool inside_loop = false;

#ifdef _OPENMP
// OpenMP's runtime is not built for ThreadSanitizer, which therefore sees neither a region's start nor its
// end. Counting here says both in atomics, which it does see: what comes before a region happens before its
// workers start, and their work happens before what follows. `./gf test --tsan` relies on it.
std::atomic<unsigned> hand_overs{0};
#endif

}  // namespace

int num_threads() {
#ifdef _OPENMP
  const int set = requested_threads.load(std::memory_order_relaxed);
  return set > 0 ? set : omp_get_max_threads();
#else
  return 1;
#endif
}

void set_num_threads(int n) { requested_threads.store(n > 0 ? n : 0, std::memory_order_relaxed); }

namespace detail {

void run_chunks(Index n, Index grain, void* body, ChunkFn fn) {
  const Index chunks = (n + grain - 1) / grain;
  auto run = [&](Index c) { fn(body, c, c * grain, c + 1 < chunks ? (c + 1) * grain : n); };
  int threads = num_threads();
  if (threads > chunks) threads = static_cast<int>(chunks);
  if (threads <= 1 || inside_loop) {
    for (Index c = 0; c < chunks; ++c) run(c);
    return;
  }
#ifdef _OPENMP
  std::atomic<Index> next{0};
  std::exception_ptr error;
  std::mutex error_mutex;
  hand_overs.fetch_add(1, std::memory_order_release);
#pragma omp parallel num_threads(threads)
  {
    hand_overs.load(std::memory_order_acquire);
    inside_loop = true;
    try {
      for (Index c = next.fetch_add(1); c < chunks; c = next.fetch_add(1)) run(c);
    } catch (...) {
      next.store(chunks);
      std::lock_guard<std::mutex> lock(error_mutex);
      if (!error) error = std::current_exception();
    }
    inside_loop = false;
    hand_overs.fetch_add(1, std::memory_order_release);
  }
  hand_overs.load(std::memory_order_acquire);
  if (error) std::rethrow_exception(error);
#endif
}

}  // namespace detail
}  // namespace gradfold
