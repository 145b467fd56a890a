#include "models/distillation.h"

#include "autograd/ops.h"
#include "nn/losses.h"

namespace gradfold {
namespace {

void require_binary(const AutoregressiveModel& model, std::string_view role) {
  require(model.levels() == 2 && model.channels() == 1, "distillation",
          "the {}, {}, has {} levels and {} channels; only 2 levels of 1 channel have one probability a pixel", role,
          model.name(), model.levels(), model.channels());
}

}  // namespace

Tensor pixel_probabilities(AutoregressiveModel& teacher, const Tensor& x, const Indices& labels) {
  require_binary(teacher, "teacher");
  NoGrad guard;
  return sigmoid(teacher.logits(x, labels)).value();
}

DistillationLoss distillation_loss(AutoregressiveModel& student, const Tensor& x, const Tensor& probabilities,
                                   const Indices& labels) {
  require_binary(student, "student");
  check_levels(student.kind(), x, student.channels(), student.levels());
  require(probabilities.shape() == x.shape(), "distillation", "the probabilities are {} but the images {}",
          probabilities.shape(), x.shape());
  const Var logits = student.logits(x, labels);
  return {bce_with_logits(logits, probabilities, Reduction::kBatchMean),
          bce_with_logits(Var(logits.value()), x, Reduction::kBatchMean).item()};
}

}  // namespace gradfold
