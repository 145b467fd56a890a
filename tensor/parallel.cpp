#include "tensor/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "tensor/affinity.h"

// OpenMP's threads, without OpenMP's barrier.
//
// A parallel region ends when every thread of its team has arrived. If another process holds a core, the
// thread that shares it arrives milliseconds late, region after region, though the others have long done
// all the work. So one OpenMP region lasts as long as the program: its threads wait for loops, claim
// chunks, and the caller leaves a loop as soon as all chunks are done, whoever did them. A thread that
// comes too late finds nothing to claim and delays nobody.
namespace gradfold {
namespace {

std::atomic<int> requested_threads{0};
thread_local bool inside_loop = false;

// How long to look for work (or for the last chunk) before sleeping: longer than the serial stretches
// between two loops of a training step, and far shorter than a scheduler's slice.
constexpr std::chrono::microseconds kPatience{50};

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// True once ready() is; false if it was not for as long as patience lasts.
template <class Ready>
bool wait_briefly(Ready ready) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  do {
    if (ready()) return true;
    pause();
  } while (std::chrono::steady_clock::now() < deadline);
  return ready();
}

class Crew {
 public:
  // False if another thread's loop has the crew: the caller then works alone.
  bool run(int threads, Index n, Index grain, std::uint32_t chunks, void* body, detail::ChunkFn fn) {
    std::unique_lock<std::mutex> busy(in_use_, std::try_to_lock);
    if (!busy) return false;
    hire(threads - 1);
    n_ = n, grain_ = grain, chunks_ = chunks, body_ = body, fn_ = fn;
    failed_.store(false, std::memory_order_relaxed);
    helpers_off_.set_core(current_core());
    helpers_.store(threads - 1, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    unclaimed_.store((std::uint64_t{++loop_} << 32) | chunks);
    wake_.fetch_add(1);
    wake_.notify_all();
    inside_loop = true;
    work();
    inside_loop = false;
    wait_for_last_chunk();
    if (failed_.load()) std::rethrow_exception(std::exchange(error_, nullptr));
    return true;
  }

 private:
  // Takes chunks until none is left. Loop number and chunks left change together, so a chunk is claimed
  // from the loop it belongs to; what describes that loop cannot change before its last chunk is done.
  void work() {
    std::uint64_t left = unclaimed_.load(std::memory_order_acquire);
    while (chunks_in(left) > 0) {
      if (!unclaimed_.compare_exchange_weak(left, left - 1, std::memory_order_acq_rel)) continue;
      const Index chunks = chunks_;
      run_chunk(chunks - chunks_in(left));
      if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == chunks) done_.notify_all();
      left = unclaimed_.load(std::memory_order_acquire);
    }
  }

  // After an exception the remaining chunks are counted but not run.
  void run_chunk(Index c) {
    if (failed_.load(std::memory_order_relaxed)) return;
    try {
      fn_(body_, c, c * grain_, c + 1 < chunks_ ? (c + 1) * grain_ : n_);
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  }

  void wait_for_last_chunk() {
    const int chunks = static_cast<int>(chunks_);
    const auto finished = [&] { return done_.load(std::memory_order_acquire) == chunks; };
    if (wait_briefly(finished)) return;
    // Sleeping frees this core for the thread that holds the last chunk.
    for (int done = done_.load(); done != chunks; done = done_.load()) done_.wait(done);
  }

  [[noreturn]] void help(int me) {
    inside_loop = true;
#ifdef _OPENMP
    if (omp_get_proc_bind() == omp_proc_bind_false) helpers_off_.add_this_thread();  // else the user has placed them
#endif
    const auto wanted = [&] { return chunks_in(unclaimed_.load()) > 0 && me < helpers_.load(); };
    for (;;) {
      const int seen = wake_.load();
      if (wait_briefly(wanted))
        work();
      else
        wake_.wait(seen);
    }
  }

  void hire(int wanted) {
#ifdef _OPENMP
    if (hired_ >= wanted) return;
    std::thread([this, first = hired_, count = wanted - hired_] {
#pragma omp parallel num_threads(count)
      help(first + omp_get_thread_num());
    }).detach();
    hired_ = wanted;
#else
    (void)wanted;
#endif
  }

  static std::uint32_t chunks_in(std::uint64_t unclaimed) { return static_cast<std::uint32_t>(unclaimed); }

  std::mutex in_use_;
  // The system often puts a thread on the core of the one that woke it, and takes tens of milliseconds to see that
  // another is idle: meanwhile the two take turns.
  ThreadsOffCore helpers_off_;
  [[maybe_unused]] int hired_ = 0;  // without OpenMP nobody is

  // The loop being run.
  Index n_ = 0, grain_ = 0, chunks_ = 0;
  void* body_ = nullptr;
  detail::ChunkFn fn_ = nullptr;
  std::exception_ptr error_;  // of the chunk that set failed_
  std::atomic<bool> failed_{false};

  std::uint32_t loop_ = 0;
  alignas(64) std::atomic<std::uint64_t> unclaimed_{0};  // loop number, chunks left
  alignas(64) std::atomic<int> done_{0};
  alignas(64) std::atomic<int> wake_{0};
  std::atomic<int> helpers_{0};
};

// Never destroyed: its threads live until the process ends.
Crew& crew() {
  static Crew& crew = *new Crew;
  return crew;
}

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
  const int threads = static_cast<int>(std::min<Index>(num_threads(), chunks));
  if (threads > 1 && !inside_loop && chunks < (Index{1} << 31) &&
      crew().run(threads, n, grain, static_cast<std::uint32_t>(chunks), body, fn))
    return;
  for (Index c = 0; c < chunks; ++c) fn(body, c, c * grain, c + 1 < chunks ? (c + 1) * grain : n);
}

}  // namespace detail
}  // namespace gradfold
