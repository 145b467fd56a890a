#pragma once
#include "data/batches.h"
#include "lessons/trained_model.h"
#include "models/distillation.h"

namespace gradfold {

// A trained model from which another learns (models/distillation.h). What it says of an image it says once: images that
// come again as the data set has them are not asked again.
class Teacher {
 public:
  // checkpoint: a file, or pretrained:NAME. UsageError unless teacher and student are autoregressive, binary, of one
  // channel and without classes.
  Teacher(const std::string& checkpoint, ImageModel& student, const Dataset& data);

  // Of the student on a batch, whose images it sees as x.
  DistillationLoss loss(const Batch& batch, const Tensor& x);

 private:
  Tensor probabilities(const Batch& batch, const Tensor& x);

  OpenedModel opened_;
  AutoregressiveModel& teacher_;  // opened_'s
  AutoregressiveModel& student_;
  Tensor said_;                // [all images, 1, H, W]
  std::vector<char> is_said_;  // for each image
};

}  // namespace gradfold
