#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/ranges.h>

#include "data/dataset.h"
#include "lessons/trained_model.h"
#include "models/autoregressive.h"
#include "models/latent_model.h"
#include "tools/command.h"
#include "viz/grid.h"

// How commands come by a model of a name with --maps, --blocks, ..., and by images for it. From a checkpoint:
// lessons/trained_model.h.
namespace gradfold {

// The models' own options. Every setting of the model that `arguments` name becomes an option of `app`; what
// the user gave is in `chosen` once app is parsed.
void add_model_options(CLI::App& app, const Arguments& arguments, ModelConfig& chosen);

// For the option that names a model; so that --help of a model that is not there is refused too.
CLI::Validator known_model();
// The model `name` with settings off the command line: one that the model refuses is a UsageError.
std::unique_ptr<ImageModel> chosen_model(const std::string& name, const ModelConfig& config);

// The model as one that gives each pixel a distribution, which is what `command` needs; a UsageError if it is none.
AutoregressiveModel& pixel_by_pixel(const OpenedModel& opened, const std::string& command);

// The model as one that turns images into codes and codes into images; a UsageError if it is none.
LatentModel& with_codes(const OpenedModel& opened, const std::string& command);

// Grey images [N, C, H, W] as the model's levels: for two levels each pixel is drawn as 1 with the
// probability of its grey (images that are 0 and 1 stay as they are), else rounded to the nearest level; for kGrey as
// they are.
Tensor to_levels(const Tensor& images, int levels, Rng& rng);

// The picture in `file` as an image of so many channels, [1, C, H, W]. A UsageError of `command` if colours would be
// lost.
Tensor picture_for(const Image& picture, int channels, const std::filesystem::path& file, const std::string& command);

// The data set as the model is to see it: with labels if it has classes, else without. A UsageError says so if the data
// have no labels, or other ones than the model's, or images of a size that it does not take. to_judge: for evaluate(),
// where a model without classes may have a use for them.
Dataset data_for(const ImageModel& model, Dataset data, bool to_judge = false);

}  // namespace gradfold
