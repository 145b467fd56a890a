#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/ranges.h>

#include "data/dataset.h"
#include "models/autoregressive.h"
#include "models/registry.h"
#include "nn/checkpoint.h"
#include "tools/command.h"

// How commands come by a model: by name with --maps, --blocks, ..., or from a checkpoint.
namespace gradfold {

// The models' own options. Every setting of the model that `arguments` name becomes an option of `app`; what
// the user gave is in `chosen` once app is parsed.
void add_model_options(CLI::App& app, const Arguments& arguments, ModelConfig& chosen);

// For the option that names a model; so that --help of a model that is not there is refused too.
CLI::Validator known_model();
// The model `name`; a UsageError names the nearest if there is none.
std::unique_ptr<ImageModel> new_model(const std::string& name, const ModelConfig& config);
// The same with settings off the command line: one that the model refuses is a UsageError.
std::unique_ptr<ImageModel> chosen_model(const std::string& name, const ModelConfig& config);

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

// The model as one that gives each pixel a distribution, which is what `command` needs; a UsageError if it is none.
AutoregressiveModel& pixel_by_pixel(const OpenedModel& opened, const std::string& command);

// What a checkpoint keeps of a model's settings, and back.
std::string config_text(const ModelConfig& config);
ModelConfig parse_config(const std::string& text);

// Grey images [N, C, H, W] as the model's levels: for two levels each pixel is drawn as 1 with the
// probability of its grey (images that are 0 and 1 stay as they are), else rounded to the nearest level.
Tensor to_levels(const Tensor& images, int levels, Rng& rng);

// The data set as the model is to see it: with labels if it has classes, else without. A UsageError says so if the data
// have no labels, or other ones than the model's.
Dataset data_for(const ImageModel& model, Dataset data);

}  // namespace gradfold
