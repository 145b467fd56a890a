#include "tensor/kernels/to_memory.h"

#include <limits>
#include <vector>

#include "tests/arrays.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

constexpr Index kLongest = 16;  // no vector has more elements
constexpr Real kGuard = 7;

// write(out) for every place in a vector where `size` elements may begin, and every size up to some vectors; the
// elements must be expected(i), those around them untouched.
template <class Write, class Expected>
void check_everywhere(Write write, Expected expected) {
  for (Index start = 0; start <= kLongest; ++start)
    for (Index size = 0; size <= 3 * kLongest + 1; ++size) {
      std::vector<Real> out(size_t(5 * kLongest + 2), kGuard);
      write(size, out.data() + start);
      flush_to_memory();
      Index wrong = 0;
      for (Index i = 0; i < Index(out.size()); ++i)
        wrong += out[size_t(i)] != (i < start || i >= start + size ? kGuard : expected(i - start));
      CHECK(wrong == 0);
    }
}

}  // namespace

TEST_CASE("copy_to_memory: any beginning and size") {
  const std::vector<Real> from = numbers(4 * kLongest, 1);
  check_everywhere([&](Index size, Real* out) { copy_to_memory(from.data(), size, out); },
                   [&](Index i) { return from[size_t(i)]; });
}

TEST_CASE("add_to_memory: any beginning and size, with a gate that is NaN, 0, negative or positive") {
  const std::vector<Real> a = numbers(4 * kLongest, 1), b = numbers(4 * kLongest, 2);
  const Real gates[] = {std::numeric_limits<Real>::quiet_NaN(), 0, -1, 2, -Real(0)};
  std::vector<Real> gate;
  for (size_t i = 0; i < a.size(); ++i) gate.push_back(gates[i % 5]);
  check_everywhere([&](Index size, Real* out) { add_to_memory(a.data(), b.data(), gate.data(), size, out); },
                   [&](Index i) { return a[size_t(i)] + (i % 5 == 3 ? b[size_t(i)] : 0); });
  check_everywhere([&](Index size, Real* out) { add_to_memory(a.data(), b.data(), nullptr, size, out); },
                   [&](Index i) { return a[size_t(i)] + b[size_t(i)]; });
}
