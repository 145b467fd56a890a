#include "tools/teacher.h"

#include "data/comma_list.h"
#include "tensor/elementwise.h"
#include "tools/model_options.h"

namespace gradfold {
namespace {

AutoregressiveModel& binary(ImageModel& model, const std::string& role) {
  auto* pixels = dynamic_cast<AutoregressiveModel*>(&model);
  if (pixels && pixels->levels() == 2 && pixels->channels() == 1 && pixels->classes() == 0) return *pixels;
  throw UsageError("train", fmt::format("--teacher is for models that give each pixel a distribution, two levels, one "
                                        "channel and no classes; the {} is {}, which {}",
                                        role, model.name(),
                                        pixels ? fmt::format("has levels: {}, channels: {}, classes: {}",
                                                             model.levels(), model.channels(), model.classes())
                                               : "gives none"));
}

}  // namespace

std::vector<std::string> teacher_names(const std::string& checkpoints) {
  std::vector<std::string> names = comma_list(checkpoints);
  for (const std::string& name : names)
    if (name.empty())
      throw UsageError("train", fmt::format("--teacher is '{}' but must be checkpoints with a comma between each two",
                                            checkpoints));
  return names;
}

Teacher::Teacher(const std::string& checkpoints, ImageModel& student, const Dataset& data)
    : student_(binary(student, "student")), said_(data.images.shape()),
      is_said_(static_cast<std::size_t>(data.images.size(0)), 0) {
  for (const std::string& name : teacher_names(checkpoints)) {
    opened_.push_back(open_checkpoint(name));
    data_for(*opened_.back().model, data);  // refuses images that it does not take
    teachers_.push_back(&binary(*opened_.back().model, "teacher " + name));
    teachers_.back()->eval();
  }
}

DistillationLoss Teacher::loss(const Batch& batch, const Tensor& x) {
  return distillation_loss(student_, x, probabilities(batch, x));
}

// The mean over the teachers.
Tensor Teacher::ask(const Tensor& x) {
  Tensor p = Tensor::zeros(x.shape());
  for (AutoregressiveModel* teacher : teachers_)
    add_(p, pixel_probabilities(*teacher, x), Real(1) / static_cast<Real>(teachers_.size()));
  return p;
}

Tensor Teacher::probabilities(const Batch& batch, const Tensor& x) {
  if (!identical(x, batch.images)) return ask(x);  // moved, or drawn from greys
  const auto said = [&](Index i) -> char& { return is_said_[static_cast<std::size_t>(batch.rows[i])]; };
  bool known = true;
  for (Index i = 0; i < batch.size(); ++i) known = known && said(i);
  Tensor p = known ? Tensor(x.shape()) : ask(x);
  for (Index i = 0; i < batch.size(); ++i) {
    Tensor kept = said_.slice(0, batch.rows[i], batch.rows[i] + 1), here = p.slice(0, i, i + 1);
    if (known) here.copy_from(kept);
    else kept.copy_from(here);
    said(i) = 1;
  }
  return p;
}

}  // namespace gradfold
