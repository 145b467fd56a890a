#include "lessons/trained_model.h"

#include <algorithm>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "lessons/command_line.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr const char* kPretrained = GRADFOLD_SOURCE_DIR "/models/pretrained";

void require_model(const std::string& name) {
  const auto names = image_model_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw UsageError("gf", fmt::format("there is no model '{}'{} (known: {})", name,
                                       did_you_mean(name, names), fmt::join(names, ", ")));
  }
}

}  // namespace

std::unique_ptr<ImageModel> new_model(const std::string& name, const ModelConfig& config) {
  require_model(name);
  return make_image_model(name, config);
}

std::string config_text(const ModelConfig& config) { return nlohmann::json(config).dump(); }

ModelConfig parse_config(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  ModelConfig config;
  for (const auto& [key, value] : json.items()) {
    require(value.is_number_integer(), "checkpoint", "its config is {} but must be whole numbers by name",
            text);
    config[key] = value;
  }
  return config;
}

std::vector<std::string> pretrained_names() {
  std::vector<std::string> names;
  const std::filesystem::path folder = kPretrained;
  if (!std::filesystem::exists(folder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path checkpoint_file(const std::string& checkpoint) {
  const std::string prefix = "pretrained:";
  if (!checkpoint.starts_with(prefix)) {
    require(std::filesystem::exists(checkpoint), "gf", "there is no checkpoint {}; hint: ./gf train makes one",
            checkpoint);
    return checkpoint;
  }
  const std::string name = checkpoint.substr(prefix.size());
  const auto names = pretrained_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw UsageError("gf", fmt::format("there is no pretrained model '{}'{} (known: {})", name,
                                       did_you_mean(name, names), fmt::join(names, ", ")));
  }
  return std::filesystem::path(kPretrained) / (name + ".safetensors");
}

OpenedModel open_checkpoint(const std::string& checkpoint) {
  const std::filesystem::path path = checkpoint_file(checkpoint);
  TrainingProgress progress = read_progress(path);
  require(!progress.model.empty(), path.string(),
          "it holds weights but does not say of which model; hint: only what ./gf train wrote can be opened");
  const auto known = image_model_names();
  require(std::find(known.begin(), known.end(), progress.model) != known.end(), path.string(),
          "it holds a model '{}', which is not among those there are: {}; hint: open it with the gradfold that wrote "
          "it",
          progress.model, fmt::join(known, ", "));
  auto model = new_model(progress.model, parse_config(progress.config));
  load_weights(path, *model, /*averaged=*/true);
  const auto check = [&](const std::string& name, const Tensor& value) {
    require(first_non_finite(value) < 0, path.string(),
            "{} has a number that is not finite; hint: train it again with a lower learning rate, or take another file",
            name);
  };
  for (const auto& [name, parameter] : model->named_parameters()) check(name, parameter.value());
  for (const auto& [name, buffer] : model->named_buffers()) check(name, *buffer);
  model->eval();
  return {std::move(model), std::move(progress)};
}

Shape OpenedModel::image() const {
  const auto found = progress.notes.find("image");
  require(found != progress.notes.end(), "checkpoint", "it does not say how large its images are");
  const auto json = nlohmann::json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  const auto is_size = [](const auto& size) { return size.is_number_unsigned() && size > 0; };
  require(json.is_array() && json.size() == 3 && std::all_of(json.begin(), json.end(), is_size), "checkpoint",
          "its images are {} but must be [C, H, W]", found->second);
  const auto sizes = json.get<std::vector<Index>>();
  return Shape{1, sizes[0], sizes[1], sizes[2]};
}

}  // namespace gradfold
