#pragma once
#include <memory>
#include <type_traits>

#include "tensor/real.h"

// Loops over threads whose result does not depend on how many threads there are.
//
// Work is cut into chunks by its size (n and grain), never by the thread count; threads claim chunks
// as they become free, so a thread that shares its core with another process simply claims fewer, and
// one that comes late holds nobody up.
// OpenMP is named in parallel.cpp only; without it everything runs on one thread.
namespace gradfold {

// Elements a thread works on at a time in a loop over elements: large enough to pay for handing out the
// chunk, small enough for the second-level cache.
inline constexpr Index kMapGrain = 1 << 15;
// The same where an element costs several times as much: a softmax or a normalization passes over it again and
// again, and a sum of partial sums fetches several numbers for it.
inline constexpr Index kDearGrain = kMapGrain / 4;

// Threads that loops may use: OMP_NUM_THREADS or the machine's cores, unless set here.
int num_threads();
void set_num_threads(int n);

namespace detail {
using ChunkFn = void (*)(void* body, Index chunk, Index begin, Index end);
void run_chunks(Index n, Index grain, void* body, ChunkFn fn);
}  // namespace detail

// Calls body(begin, end) on [0, grain), [grain, 2 grain), ... of [0, n), on several threads at once.
// One chunk, one thread, or a call from inside another parallel_for: runs in place. An exception thrown
// by body is rethrown here.
template <class Body>
void parallel_for(Index n, Index grain, Body&& body) {
  if (n <= 0) return;
  if (n <= grain) return body(Index{0}, n);
  detail::run_chunks(n, grain, const_cast<void*>(static_cast<const void*>(std::addressof(body))),
                     [](void* b, Index, Index begin, Index end) {
                       (*static_cast<std::remove_reference_t<Body>*>(b))(begin, end);
                     });
}

// Sum over all chunks of part(begin, end), added in chunk order: the same bits for any thread count.
template <class Part>
double ordered_sum(Index n, Index grain, Part&& part) {
  if (n <= 0) return 0;
  if (n <= grain) return part(Index{0}, n);
  const Index chunks = (n + grain - 1) / grain;
  std::unique_ptr<double[]> partial(new double[chunks]);
  struct Body {
    Part& part;
    double* partial;
  } body{part, partial.get()};
  detail::run_chunks(n, grain, &body, [](void* b, Index chunk, Index begin, Index end) {
    auto& self = *static_cast<Body*>(b);
    self.partial[chunk] = self.part(begin, end);
  });
  double total = 0;
  for (Index c = 0; c < chunks; ++c) total += partial[c];
  return total;
}

}  // namespace gradfold
