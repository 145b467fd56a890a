#pragma once
#include <memory>
#include <string>
#include <vector>

#include "models/image_model.h"

// The image models by name, for the command line and for checkpoints.
namespace gradfold {

std::vector<std::string> image_model_names();

// The model `name` with these settings; those left out keep their defaults. Its parameters are not drawn
// yet: call reset_parameters(rng) or load(state). Throws a UsageError for an unknown model or setting,
// which lists the known ones, and for more than 1,000 blocks or layers.
std::unique_ptr<ImageModel> make_image_model(const std::string& name, const ModelConfig& config = {});

}  // namespace gradfold
