#include "tools/model_options.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "data/binarize.h"
#include "tensor/map.h"

namespace gradfold {
namespace {

constexpr const char* kPretrained = GRADFOLD_SOURCE_DIR "/models/pretrained";

}  // namespace

void add_model_options(CLI::App& app, const Arguments& arguments, ModelConfig& chosen) {
  for (const std::string& name : image_model_names()) {
    if (std::find(arguments.begin(), arguments.end(), name) == arguments.end()) continue;
    const auto model = make_image_model(name);
    const auto help = model->config_help();
    for (const auto& [key, value] : model->config()) {
      app.add_option_function<Index>("--" + key, [&chosen, key = key](Index given) { chosen[key] = given; },
                                     fmt::format("{} [{}]", help.at(key), value))
          ->group(kModelSettings + name);
    }
  }
}

namespace {

void require_model(const std::string& name) {
  const auto names = image_model_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw UsageError("gf", fmt::format("there is no model '{}'{} (known: {})", name,
                                       did_you_mean(name, names), fmt::join(names, ", ")));
  }
}

}  // namespace

CLI::Validator known_model() {
  return {[](const std::string& name) {
            require_model(name);
            return std::string();
          },
          ""};
}

std::unique_ptr<ImageModel> new_model(const std::string& name, const ModelConfig& config) {
  require_model(name);
  return make_image_model(name, config);
}

std::unique_ptr<ImageModel> chosen_model(const std::string& name, const ModelConfig& config) {
  try {
    return new_model(name, config);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {  // its first line begins with the model's class
    const auto end_of_who = error.message().find(": ");
    throw UsageError(error.message().substr(0, end_of_who), error.message().substr(end_of_who + 2), error.hint());
  }
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
  auto model = new_model(progress.model, parse_config(progress.config));
  load_weights(path, *model, /*averaged=*/true);
  model->eval();
  return {std::move(model), std::move(progress)};
}

AutoregressiveModel& pixel_by_pixel(const OpenedModel& opened, const std::string& command) {
  if (auto* model = dynamic_cast<AutoregressiveModel*>(opened.model.get())) return *model;
  throw UsageError(command,
                   fmt::format("{} gives no distribution of a pixel given those before it, which a coder needs",
                               opened.model->name()),
                   "pixel_cnn and the other autoregressive models do");
}

Shape OpenedModel::image() const {
  const auto found = progress.notes.find("image");
  require(found != progress.notes.end(), "checkpoint", "it does not say how large its images are");
  std::vector<Index> sizes = nlohmann::json::parse(found->second).get<std::vector<Index>>();
  require(sizes.size() == 3, "checkpoint", "its images are {} but must be [C, H, W]", found->second);
  return Shape{1, sizes[0], sizes[1], sizes[2]};
}

Tensor to_levels(const Tensor& images, int levels, Rng& rng) {
  if (levels == 2) return binarize_stochastic(images, rng);
  const Real top = static_cast<Real>(levels - 1);
  return map(images, [top](Real v) { return std::nearbyint(v * top) / top; });
}

Dataset data_for(const ImageModel& model, Dataset data) {
  const Index classes = model.classes();
  if (classes == 0) {
    data.labels = {};
    return data;
  }
  if (!data.has_labels()) {
    throw UsageError(model.name(), fmt::format("{} has no labels, and this model's images are given a class", data.name),
                     "strokes and mnist have them; a model with --classes 0 needs none");
  }
  const auto [least, most] = std::minmax_element(data.labels.values.begin(), data.labels.values.end());
  if (*least < 0 || *most >= classes) {
    throw UsageError(model.name(), fmt::format("{} has labels {}..{}, but this model's classes are 0..{}", data.name,
                                               *least, *most, classes - 1));
  }
  return data;
}

}  // namespace gradfold
