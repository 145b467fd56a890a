#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/registry.h"
#include "nn/checkpoint.h"

// Trained models as commands and lessons come by them: from a checkpoint, or one of those that come with the project.
namespace gradfold {

// A trained model and what its checkpoint says about the run.
struct OpenedModel {
  std::unique_ptr<ImageModel> model;
  TrainingProgress progress;
  // [1, C, H, W] of the images it was trained on.
  Shape image() const;
};

// The names of the models that come trained: the files of models/pretrained/.
std::vector<std::string> pretrained_names();
// The file of a checkpoint, or of "pretrained:NAME": models/pretrained/NAME.safetensors. Throws an Error if there is no
// such file, a UsageError with the known names if there is no such NAME.
std::filesystem::path checkpoint_file(const std::string& checkpoint);
// With the averaged weights, where the checkpoint has them.
OpenedModel open_checkpoint(const std::string& checkpoint);

// The model `name`; a UsageError names the nearest if there is none.
std::unique_ptr<ImageModel> new_model(const std::string& name, const ModelConfig& config);

// What a checkpoint keeps of a model's settings, and back.
std::string config_text(const ModelConfig& config);
ModelConfig parse_config(const std::string& text);

}  // namespace gradfold
