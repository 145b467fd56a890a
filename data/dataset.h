#pragma once
#include <string>
#include <string_view>

#include "tensor/check.h"
#include "tensor/indices.h"
#include "tensor/tensor.h"

namespace gradfold {

// Images in memory, with what is known about them.
struct Dataset {
  std::string name;  // "mnist test", "digits.npy": for titles and messages
  Tensor images;     // [N, C, H, W], grey levels from 0 (paper) to 1 (ink)
  Indices labels;    // [N] classes; empty where there are none
  Tensor factors;    // [N, K] what a generator drew them from (kStrokeFactorNames); undefined elsewhere

  Index size() const { return images.defined() ? images.size(0) : 0; }
  bool has_labels() const { return labels.numel() > 0; }
};

// The rows that a run may see. train, valid and test never share a row:
//   kTrain       to fit parameters
//   kValid       to choose between models, to stop in time
//   kTest        for the one number that is published
//   kTrainValid  kTrain and kValid together: MNIST's customary 60,000
//   kAll         every row, in the order of the file
enum class Split { kTrain, kValid, kTest, kTrainValid, kAll };

// "train", "valid", "test", "train+valid", "all"; anything else throws a UsageError.
Split parse_split(std::string_view name);
std::string_view split_name(Split split);

// A data set that lacks the split that was asked for, and has others.
class MissingSplit : public Error {
 public:
  using Error::Error;
};

// Images (labels, factors) [begin, end) of x: images share x's memory.
Dataset slice(const Dataset& x, Index begin, Index end);
// Images (labels, factors) of x in the order of `index`; copies.
Dataset select(const Dataset& x, const Indices& index);
// The rows of a, then those of b. Labels and factors are kept where both have them.
Dataset concatenate(const Dataset& a, const Dataset& b);

}  // namespace gradfold
