#pragma once
#include <cstdint>
#include <memory>

#include "data/dataset.h"

namespace gradfold {

// A few images, copied out of the data set.
struct Batch {
  Tensor images;   // [B, C, H, W]
  Indices labels;  // [B], empty where the data set has none
  Indices rows;    // [B] which images of the data set these are
  Index number;    // 0, 1, ... within the epoch

  Index size() const { return images.size(0); }
};

struct BatchOptions {
  Index batch = 64;        // images in a batch
  bool shuffle = true;     // a new order each epoch; false keeps the data set's
  bool drop_last = false;  // true leaves out a last batch that is short
  std::uint64_t seed = 0;
};

// Mini-batches of a data set:
//   Batches batches(train, {.batch = 64, .seed = 1});
//   for (Index epoch = 0; epoch < 10; ++epoch)
//     for (const Batch& x : batches.epoch(epoch)) ...
// An epoch's order depends on its number and the seed alone, so a run that was stopped after batch b of
// epoch e goes on with batches.epoch(e, b + 1) and sees what it would have seen.
class Batches {
 public:
  Batches(Dataset data, BatchOptions options = {});

  Index per_epoch() const;  // batches in an epoch
  Index images_per_epoch() const;
  const Dataset& data() const { return *data_; }
  const BatchOptions& options() const { return options_; }

  class Epoch;
  // Batches first, first + 1, ... of one epoch.
  Epoch epoch(Index number, Index first = 0) const;

 private:
  std::shared_ptr<const Dataset> data_;
  BatchOptions options_;
};

// One pass over the data, for a range-for.
class Batches::Epoch {
 public:
  Index size() const;               // batches from `first` on
  Batch operator[](Index i) const;  // the i-th of them

  class Iterator {
   public:
    Iterator(const Epoch& epoch, Index i) : epoch_(&epoch), i_(i) {}
    Batch operator*() const { return (*epoch_)[i_]; }
    Iterator& operator++() { return ++i_, *this; }
    bool operator!=(const Iterator& other) const { return i_ != other.i_; }

   private:
    const Epoch* epoch_;
    Index i_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  friend class Batches;
  Epoch(std::shared_ptr<const Dataset> data, Indices order, Index batch, Index first)
      : data_(std::move(data)), order_(std::move(order)), batch_(batch), first_(first) {}
  std::shared_ptr<const Dataset> data_;
  Indices order_;  // row numbers of the whole epoch
  Index batch_, first_;
};

}  // namespace gradfold
