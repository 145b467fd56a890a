#include "tools/model_options.h"

#include <algorithm>

#include "data/binarize.h"
#include "models/levels.h"

namespace gradfold {

void add_model_options(CLI::App& app, const Arguments& arguments, ModelConfig& chosen) {
  const std::string name = first_named(arguments, image_model_names());
  if (name.empty()) return;
  const auto model = make_image_model(name);
  const auto help = model->config_help();
  for (const auto& [key, value] : model->config()) {
    app.add_option_function<Index>("--" + key, [&chosen, key = key](Index given) { chosen[key] = given; },
                                   fmt::format("{} [{}]", help.at(key), value))
        ->check(setting())
        ->group(kModelSettings + name);
  }
}

CLI::Validator known_model() {
  return {[](const std::string& name) {
            new_model(name, {});
            return std::string();
          },
          ""};
}

std::unique_ptr<ImageModel> chosen_model(const std::string& name, const ModelConfig& config) {
  const auto given = [&](const char* key) { return config.contains(key) && config.at(key) != 0; };
  if (name == "vae" && given("capacity") && !given("gamma"))
    throw UsageError("train", "--capacity is where --gamma pulls the KL to, and there is no --gamma");
  if (name == "vae" && given("gamma") && config.contains("beta"))
    throw UsageError("train", "with --gamma |KL - capacity| takes the weighed KL's place; leave out --gamma or --beta");
  if (name == "autoencoder" && given("linear") && (given("hidden") || given("maps")))
    throw UsageError("train",
                     "with --linear there are no hidden layers, so --hidden and --maps say nothing; leave them out");
  try {
    return new_model(name, config);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {  // its first line begins with the model's class
    const auto end_of_who = error.message().find(": ");
    throw UsageError(error.message().substr(0, end_of_who), error.message().substr(end_of_who + 2), error.hint());
  }
}

AutoregressiveModel& pixel_by_pixel(const OpenedModel& opened, const std::string& command) {
  if (auto* model = dynamic_cast<AutoregressiveModel*>(opened.model.get())) return *model;
  throw UsageError(command,
                   fmt::format("{} gives no distribution of a pixel given those before it, which {} needs",
                               opened.model->name(), command),
                   "pixel_cnn and the other autoregressive models do");
}

LatentModel& with_codes(const OpenedModel& opened, const std::string& command) {
  if (auto* model = dynamic_cast<LatentModel*>(opened.model.get())) return *model;
  throw UsageError(command, fmt::format("{} has no codes to walk through", opened.model->name()),
                   "autoencoder and the other models with codes do");
}

Tensor to_levels(const Tensor& images, int levels, Rng& rng) {
  if (levels == kGrey) return images.contiguous();
  return levels == 2 ? binarize_stochastic(images, rng) : to_nearest_level(images, levels);
}

Tensor picture_for(const Image& picture, int channels, const std::filesystem::path& file, const std::string& command) {
  const auto coloured = [](Color c) { return c.r != c.g || c.g != c.b; };
  if (channels == 1 && std::any_of(picture.pixels().begin(), picture.pixels().end(), coloured)) {
    throw UsageError(command,
                     fmt::format("{} has colours, which would be lost: this model's images are grey", file.string()),
                     "a model with --channels 3 takes them");
  }
  require(channels == 1 || channels == 3, command, "{} has 1 or 3 channels, but this model's images have {}",
          file.string(), channels);
  return to_tensor(picture, channels).unsqueeze(0);
}

namespace {

// A model for images of one size only says so by its settings.
void check_image_size(const ImageModel& model, const Dataset& data) {
  const ModelConfig config = model.config();
  const Shape& x = data.images.shape();
  std::vector<std::string> needed;
  const auto compare = [&](const std::string& name, Index size) {
    const auto found = config.find(name);
    if (found != config.end() && found->second != size) needed.push_back(fmt::format("--{} {}", name, size));
  };
  compare("channels", x[1]);
  compare("height", x[2]);
  compare("width", x[3]);
  compare("side", x[2]);
  const bool square = config.contains("side"), grey = !config.contains("channels");
  const bool never = (square && x[2] != x[3]) || (grey && x[1] != 1);
  if (needed.empty() && !never) return;
  std::string hint = fmt::format("a model trained with {} takes them", fmt::join(needed, " "));
  if (never)
    hint = fmt::format("it takes {}images{}", grey ? "grey " : "", square ? " of as many rows as columns" : "");
  throw UsageError(model.name(),
                   fmt::format("the images of {} are [{}, {}, {}], channels by rows by columns, and this model is for "
                               "others",
                               data.name, x[1], x[2], x[3]),
                   hint);
}

}  // namespace

Dataset data_for(const ImageModel& model, Dataset data, bool to_judge) {
  check_image_size(model, data);
  const Index classes = model.classes();
  if (classes == 0) {
    if (!to_judge || !model.judged_by_labels()) data.labels = {};
    return data;
  }
  if (!data.has_labels()) {
    throw UsageError(model.name(),
                     fmt::format("{} has no labels, and this model's images are given a class", data.name),
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
