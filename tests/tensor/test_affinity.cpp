#include "tensor/affinity.h"

#include "tests/doctest.h"
#include "tests/files.h"

#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <thread>

using namespace gradfold;

namespace {

cpu_set_t cores_of(long thread) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(static_cast<pid_t>(thread), sizeof cores, &cores);  // none, if it fails
  return cores;
}

bool same(const cpu_set_t& a, const cpu_set_t& b) { return CPU_EQUAL(&a, &b); }

cpu_set_t without(cpu_set_t cores, int core) {
  CPU_CLR(core, &cores);
  return cores;
}

// A thread that lives as long as this, and is one of `threads`.
class Helper {
 public:
  explicit Helper(ThreadsOffCore& threads)
      : thread_([&] {
          threads.add_this_thread();
          id = syscall(SYS_gettid);
          added_.count_down();
          end_.wait();
        }) {
    added_.wait();
  }
  ~Helper() {
    end_.count_down();
    thread_.join();
  }
  long id = 0;

 private:
  std::latch added_{1}, end_{1};
  std::thread thread_;
};

}  // namespace

TEST_CASE("ThreadsOffCore: the others may run on every core but the one named last, the one that names it anywhere") {
  const cpu_set_t all = cores_of(0);
  if (CPU_COUNT(&all) < 2) return skip("there is one core only");
  int a = 0, b = 0;
  while (!CPU_ISSET(a, &all)) ++a;
  for (b = a + 1; !CPU_ISSET(b, &all);) ++b;
  ThreadsOffCore threads;
  threads.set_core(a);
  const Helper one(threads), two(threads);
  const auto both_may_use = [&](const cpu_set_t& cores) {
    return same(cores_of(one.id), cores) && same(cores_of(two.id), cores);
  };
  CHECK(both_may_use(without(all, a)));
  threads.set_core(b);
  CHECK(both_may_use(without(all, b)));
  for (int nowhere : {1 << 20, -1}) {
    threads.set_core(nowhere);
    CHECK(both_may_use(all));
  }
  CHECK(same(cores_of(0), all));
}

TEST_CASE("ThreadsOffCore: a forked process leaves its parent's threads where they are") {
  const cpu_set_t all = cores_of(0);
  if (CPU_COUNT(&all) < 2) return skip("there is one core only");
  ThreadsOffCore threads;
  const Helper helper(threads);
  const pid_t child = fork();
  if (child == 0) {
    threads.set_core(current_core());
    threads.add_this_thread();
    threads.set_core(-1);
    threads.set_core(current_core());
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  CHECK(same(cores_of(helper.id), all));
}

TEST_CASE("ThreadsOffCore: a thread that may run on one core only stays") {
  const cpu_set_t all = cores_of(0);
  ThreadsOffCore threads;
  const Helper helper(threads);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(current_core(), &one);
  REQUIRE(sched_setaffinity(getpid(), sizeof one, &one) == 0);
  threads.set_core(current_core());
  const cpu_set_t after = cores_of(helper.id);
  REQUIRE(sched_setaffinity(getpid(), sizeof all, &all) == 0);
  CHECK(same(after, all));  // as it was: nowhere else is allowed
}
#else
using namespace gradfold;

TEST_CASE("ThreadsOffCore: nothing happens") {
  ThreadsOffCore threads;
  threads.add_this_thread();
  threads.set_core(0);
  CHECK(current_core() == -1);
}
#endif
