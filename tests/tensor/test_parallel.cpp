#include "tensor/parallel.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/doctest.h"

using namespace gradfold;

namespace {

// Runs `test` with each number of threads, then goes back to the machine's own.
template <class Test>
void for_each_thread_count(Test test) {
  for (int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    CAPTURE(threads);
    test();
  }
  set_num_threads(0);
}

// True if every index of [0, n) was visited once, by chunks of `grain`.
bool covers(Index n, Index grain) {
  std::vector<std::atomic<int>> visits(static_cast<size_t>(n));
  std::atomic<bool> right{true};
  parallel_for(n, grain, [&](Index begin, Index end) {
    if (begin % grain != 0 || end - begin > grain || begin >= end) right = false;
    for (Index i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
  });
  for (const auto& v : visits)
    if (v != 1) right = false;
  return right;
}

}  // namespace

TEST_CASE("parallel_for: every index once, in chunks of the grain, for any number of threads") {
  for_each_thread_count([] {
    for (Index n : {0, 1, 2, 7, 64, 1000})
      for (Index grain : {1, 3, 64, 5000}) CHECK(covers(n, grain));
  });
}

TEST_CASE("parallel_for: thousands of short loops") {
  for_each_thread_count([] {
    std::atomic<Index> total{0};
    for (int i = 0; i < 5000; ++i)
      parallel_for(5, 1, [&](Index begin, Index end) { total += end - begin; });
    CHECK(total == 25000);
  });
}

TEST_CASE("parallel_for: a loop inside a loop, and loops of several threads at once") {
  for_each_thread_count([] {
    std::atomic<Index> total{0};
    const auto nested = [&] {
      parallel_for(10, 1, [&](Index, Index) { parallel_for(10, 1, [&](Index b, Index e) { total += e - b; }); });
    };
    std::thread other([&] { for (int i = 0; i < 50; ++i) nested(); });
    for (int i = 0; i < 50; ++i) nested();
    other.join();
    CHECK(total == 10000);
  });
}

TEST_CASE("parallel_for: an exception reaches the caller, and the next loop is a fresh one") {
  for_each_thread_count([] {
    for (int i = 0; i < 20; ++i) {
      const auto fails = [](Index begin, Index) {
        if (begin == 17) throw std::runtime_error("chunk 17");
      };
      CHECK_THROWS_WITH_AS(parallel_for(40, 1, fails), "chunk 17", std::runtime_error);
      CHECK(covers(40, 1));
    }
  });
}

TEST_CASE("ordered_sum: same bits for any number of threads") {
  std::vector<double> sums;
  for_each_thread_count([&] {
    sums.push_back(ordered_sum(100000, 77, [](Index begin, Index end) {
      double sum = 0;
      for (Index i = begin; i < end; ++i) sum += std::sin(double(i)) * 1e-3;
      return sum;
    }));
  });
  for (double sum : sums) CHECK(sum == sums[0]);
}

TEST_CASE("parallel_for: works in a forked process, where the other threads are gone") {
  CHECK(covers(100, 1));
  const pid_t child = fork();
  if (child == 0) _exit(covers(100, 1) ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}
