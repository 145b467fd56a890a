#include <cstdint>
#include <limits>
#include <vector>

#include "tensor/kernels/select.h"
#include "tests/arrays.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("selecting by vectors finds what plain loops find, at every length around the vectors") {
  for (Index n : {0, 1, 15, 16, 17, 31, 32, 33, 64, 65, 500}) {
    std::vector<Real> x = numbers(n, 3);
    if (n > 20) x[20] = std::numeric_limits<Real>::quiet_NaN();
    for (Real limit : {Real(-2), Real(-0.5), Real(0.9), Real(2), n > 2 ? x[2] : Real(0)}) {
      const std::size_t room = static_cast<std::size_t>(n + kSelectSlack);
      std::vector<Real> fast(room), plain(room);
      std::vector<std::int32_t> fast_at(room), plain_at(room);
      const Index found = select_at_most(x.data(), n, limit, 7, fast.data(), fast_at.data());
      CHECK(found == select_at_most_ref(x.data(), n, limit, 7, plain.data(), plain_at.data()));
      for (std::vector<Real>* v : {&fast, &plain}) v->resize(static_cast<std::size_t>(found));
      for (std::vector<std::int32_t>* v : {&fast_at, &plain_at}) v->resize(static_cast<std::size_t>(found));
      CHECK(fast == plain);
      CHECK(fast_at == plain_at);
    }
  }
  const Real inf = std::numeric_limits<Real>::infinity();
  std::vector<Real> x(40, inf), values(40 + kSelectSlack);
  std::vector<std::int32_t> at(40 + kSelectSlack);
  CHECK(select_at_most(x.data(), 40, std::numeric_limits<Real>::max(), 0, values.data(), at.data()) == 0);
  CHECK(select_at_most(x.data(), 40, inf, 0, values.data(), at.data()) == 40);
}

TEST_CASE("selecting in place leaves what selecting elsewhere finds") {
  for (const Index n : {33, 500}) {
    std::vector<Real> x = numbers(n, 4);
    x.resize(static_cast<std::size_t>(n + kSelectSlack));
    std::vector<Real> found(x.size());
    std::vector<std::int32_t> at(x.size()), at_in_place(x.size());
    const Index count = select_at_most(x.data(), n, Real(0.5), 0, found.data(), at.data());
    CHECK(count > 0);
    CHECK(count < n);
    CHECK(select_at_most(x.data(), n, Real(0.5), 0, x.data(), at_in_place.data()) == count);
    CHECK(std::vector<Real>(x.begin(), x.begin() + count) == std::vector<Real>(found.begin(), found.begin() + count));
    at.resize(static_cast<std::size_t>(count));
    at_in_place.resize(static_cast<std::size_t>(count));
    CHECK(at == at_in_place);
  }
}
