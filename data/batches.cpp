#include "data/batches.h"

#include <algorithm>
#include <numeric>

#include "tensor/random.h"

namespace gradfold {

Batches::Batches(Dataset data, BatchOptions options)
    : data_(std::make_shared<const Dataset>(std::move(data))), options_(options) {
  require(options.batch > 0, "Batches", "the batch size is {} but must be at least 1", options.batch);
  require(per_epoch() > 0, "Batches",
          "{} has {} images, not enough for one batch of {}; hint: use a smaller batch", data_->name,
          data_->size(), options.batch);
}

Index Batches::per_epoch() const {
  const Index whole = data_->size() / options_.batch;
  return options_.drop_last || data_->size() % options_.batch == 0 ? whole : whole + 1;
}

Index Batches::images_per_epoch() const { return std::min(data_->size(), per_epoch() * options_.batch); }

Batches::Epoch Batches::epoch(Index number, Index first) const {
  require(number >= 0 && first >= 0 && first <= per_epoch(), "Batches::epoch",
          "batch {} of epoch {} was asked for; epochs count from 0 and have {} batches", first, number,
          per_epoch());
  Indices order(Shape{data_->size()});
  if (options_.shuffle) {
    order =
        Rng(options_.seed).fork("batches").fork(static_cast<std::uint64_t>(number)).permutation(data_->size());
  } else {
    std::iota(order.values.begin(), order.values.end(), 0);
  }
  order.values.resize(static_cast<std::size_t>(images_per_epoch()));
  order.shape = {images_per_epoch()};
  return Epoch(data_, std::move(order), options_.batch, first);
}

Index Batches::Epoch::size() const { return (order_.numel() + batch_ - 1) / batch_ - first_; }

Batch Batches::Epoch::operator[](Index i) const {
  const Index number = first_ + i, begin = number * batch_, end = std::min(begin + batch_, order_.numel());
  require(i >= 0 && i < size(), "Batches::Epoch", "batch {} was asked for, but {} are left in this epoch", i,
          size());
  Indices rows = order_.slice(begin, end);
  Dataset chosen = select(*data_, rows);
  return {std::move(chosen.images), std::move(chosen.labels), std::move(rows), number};
}

}  // namespace gradfold
