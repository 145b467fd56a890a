#pragma once
#include "data/batches.h"
#include "lessons/trained_model.h"
#include "models/distillation.h"

namespace gradfold {

// "a.safetensors,pretrained:row_lstm": the two. A UsageError if one of them has no name.
std::vector<std::string> teacher_names(const std::string& checkpoints);

// Trained models from which another learns (models/distillation.h): the mean of what they say, which is better than
// what the best of them says where they err in different ways. They are asked about an image once: when it comes again
// as the data set has it, what they said is remembered.
class Teacher {
 public:
  // checkpoints: files, or pretrained:NAME, with commas between them. UsageError unless each teacher and the student
  // are autoregressive, binary, of one channel and without classes.
  Teacher(const std::string& checkpoints, ImageModel& student, const Dataset& data);

  // Of the student on a batch, whose images it sees as x.
  DistillationLoss loss(const Batch& batch, const Tensor& x);

 private:
  Tensor probabilities(const Batch& batch, const Tensor& x);
  Tensor ask(const Tensor& x);

  AutoregressiveModel& student_;
  std::vector<OpenedModel> opened_;
  std::vector<AutoregressiveModel*> teachers_;  // opened_'s
  Tensor said_;                // [all images, 1, H, W]
  std::vector<char> is_said_;  // for each image
};

}  // namespace gradfold
