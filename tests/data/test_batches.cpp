
#include <numeric>
#include <set>

#include "data/batches.h"
#include "tensor/parallel.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// n images of 1 x 3 x 2; all pixels of image i are i, and so is its label.
Dataset numbered(Index n) {
  Dataset out{"numbered", Tensor({n, 1, 3, 2}), Indices(Shape{n}), {}};
  for (Index i = 0; i < n; ++i) {
    out.images.select(0, i).fill(static_cast<Real>(i));
    out.labels[i] = static_cast<std::int32_t>(i);
  }
  return out;
}

std::vector<std::int32_t> rows_of(const Batches::Epoch& epoch) {
  std::vector<std::int32_t> rows;
  for (const Batch& x : epoch) rows.insert(rows.end(), x.rows.values.begin(), x.rows.values.end());
  return rows;
}

}  // namespace

TEST_CASE("an epoch shows every image once, with its label, in batches of the size asked for") {
  const Batches batches(numbered(103), {.batch = 10, .seed = 4});
  CHECK(batches.per_epoch() == 11);
  CHECK(batches.images_per_epoch() == 103);
  std::set<std::int32_t> seen;
  Index number = 0;
  for (const Batch& x : batches.epoch(0)) {
    CHECK(x.number == number++);
    CHECK(x.images.shape() == Shape{x.size(), 1, 3, 2});
    CHECK(x.size() == (x.number == 10 ? 3 : 10));
    for (Index i = 0; i < x.size(); ++i) {
      CHECK(x.images.at({i, 0, 2, 1}) == x.labels[i]);
      CHECK(x.rows[i] == x.labels[i]);
      seen.insert(x.labels[i]);
    }
  }
  CHECK(number == 11);
  CHECK(seen.size() == 103);
}

TEST_CASE("a short last batch can be left out; a divisor leaves none short") {
  const Batches dropped(numbered(103), {.batch = 10, .drop_last = true});
  CHECK(dropped.per_epoch() == 10);
  CHECK(dropped.images_per_epoch() == 100);
  CHECK(rows_of(dropped.epoch(1)).size() == 100);
  CHECK(Batches(numbered(100), {.batch = 10}).per_epoch() == 10);
}

TEST_CASE("epochs differ, seeds differ, and both decide the order alone") {
  const Batches batches(numbered(50), {.batch = 8, .seed = 1});
  const auto first = rows_of(batches.epoch(0));
  CHECK(first == rows_of(Batches(numbered(50), {.batch = 25, .seed = 1}).epoch(0)));
  CHECK(first != rows_of(batches.epoch(1)));
  CHECK(first != rows_of(Batches(numbered(50), {.batch = 8, .seed = 2}).epoch(0)));
  std::vector<std::int32_t> in_order(50);
  std::iota(in_order.begin(), in_order.end(), 0);
  CHECK(first != in_order);
  CHECK(rows_of(Batches(numbered(50), {.batch = 8, .shuffle = false}).epoch(3)) == in_order);
}

TEST_CASE("a run that stopped goes on with what it would have seen") {
  const Batches batches(numbered(50), {.batch = 8, .seed = 1});
  const auto whole = rows_of(batches.epoch(2));
  const auto rest = rows_of(batches.epoch(2, 3));
  CHECK(rest == std::vector<std::int32_t>(whole.begin() + 24, whole.end()));
  CHECK(batches.epoch(2, 3).size() == 4);
  CHECK(batches.epoch(2, 3)[0].number == 3);
  CHECK(batches.epoch(2, 7).size() == 0);
}

TEST_CASE("an epoch outlives the Batches it came from") {
  Index images = 0;
  for (const Batch& x : Batches(numbered(20), {.batch = 6}).epoch(0)) images += x.size();
  CHECK(images == 20);
}

TEST_CASE("the same batches for 1, 2 and 3 threads") {
  const Batches batches(numbered(5000), {.batch = 3000, .seed = 1});
  const int before = num_threads();
  set_num_threads(1);
  const Tensor expected = batches.epoch(0)[0].images;
  for (int threads : {2, 3}) {
    set_num_threads(threads);
    CHECK(identical(batches.epoch(0)[0].images, expected));
  }
  set_num_threads(before);
}

TEST_CASE("misuse is named") {
  CHECK(message_of([] { Batches(numbered(5), {.batch = 0}); }) ==
        "Batches: the batch size is 0 but must be at least 1");
  CHECK(message_of([] { Batches(numbered(5), {.batch = 6, .drop_last = true}); }) ==
        "Batches: numbered has 5 images, not enough for one batch of 6\n  hint: use a smaller batch");
  const Batches batches(numbered(5), {.batch = 2});
  CHECK(message_of([&] { batches.epoch(1, 4); }) ==
        "Batches::epoch: batch 4 of epoch 1 was asked for; epochs count from 0 and have 3 batches");
  CHECK(message_of([&] { batches.epoch(0, 1)[2]; }) ==
        "Batches::Epoch: batch 2 was asked for, but 2 are left in this epoch");
}
