#include "nn/checkpoint.h"

#include <fmt/format.h>
#include <sstream>

#include "nn/dropout.h"
#include "tensor/safetensors.h"

namespace gradfold {
namespace {

constexpr const char* kEma = "ema/";
constexpr const char* kRng = "rng/";
constexpr const char* kNote = "note/";

bool is_weight(const std::string& name) { return name.find('/') == std::string::npos; }

// The entries whose names start with `prefix`, without it.
template <class T>
std::map<std::string, T> under(const std::map<std::string, T>& all, const std::string& prefix) {
  std::map<std::string, T> out;
  for (const auto& [name, value] : all) {
    if (name.starts_with(prefix)) out.emplace(name.substr(prefix.size()), value);
  }
  return out;
}

std::string text_at(const SafeTensors& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  return found == file.metadata.end() ? std::string() : found->second;
}

// Numbers written as text, apart by blanks: 64-bit integers and doubles come back exactly.
template <class T>
std::vector<T> numbers(const std::string& text, const std::string& key) {
  std::vector<T> out;
  std::istringstream in(text);
  for (T value; in >> value;) out.push_back(value);
  require(in.eof(), "checkpoint", "its entry {} is \"{}\" but must hold numbers", key, text);
  return out;
}
template <class T>
T number(const SafeTensors& file, const std::string& key) {
  const std::vector<T> all = numbers<T>(text_at(file, key), key);
  return all.empty() ? T{} : all[0];
}

TrainingProgress progress_of(const SafeTensors& file) {
  return {.model = text_at(file, "model"),
          .config = text_at(file, "config"),
          .epoch = number<Index>(file, "epoch"),
          .step = number<Index>(file, "step"),
          .notes = under(file.metadata, kNote)};
}

// The weights, and what they are.
SafeTensors described(const Module& model, const TrainingProgress& progress) {
  SafeTensors file;
  for (const auto& [name, value] : model.state()) file.tensors[name] = value;
  file.metadata = {{"class", model.kind()}, {"model", progress.model}, {"config", progress.config},
                   {"epoch", std::to_string(progress.epoch)}, {"step", std::to_string(progress.step)}};
  for (const auto& [name, text] : progress.notes) file.metadata[kNote + name] = text;
  return file;
}

NamedTensors weights_of(const SafeTensors& file) {
  NamedTensors out;
  for (const auto& [name, value] : file.tensors) {
    if (is_weight(name)) out.emplace_back(name, value);
  }
  return out;
}

// "optimizer", "optimizer1", "optimizer2", ...
std::string optimizer_name(std::size_t number) {
  return number == 0 ? "optimizer" : fmt::format("optimizer{}", number);
}

OptimizerState optimizer_of(const SafeTensors& file, std::size_t number) {
  const std::string name = optimizer_name(number);
  require(file.metadata.count(name), "checkpoint",
          "it holds weights but no {}, so no run can go on from it; hint: start one with its weights, --init or "
          "load_weights()",
          name);
  const auto lr = numbers<double>(text_at(file, name + "/lr"), name + "/lr");
  require(lr.size() == 1, "checkpoint",
          "it holds an optimizer without its learning rate, {}/lr; hint: use an "
          "earlier checkpoint, or load_weights() and start a new optimizer", name);
  const auto tensors = under(file.tensors, name + "/");
  return {.kind = text_at(file, name),
          .lr = lr[0],
          .steps = numbers<Index>(text_at(file, name + "/steps"), name + "/steps"),
          .tensors = {tensors.begin(), tensors.end()}};
}

void put_optimizer(SafeTensors& file, std::size_t number, const OptimizerState& state) {
  const std::string name = optimizer_name(number);
  file.metadata[name] = state.kind;
  file.metadata[name + "/lr"] = fmt::format("{}", state.lr);
  file.metadata[name + "/steps"] = fmt::format("{}", fmt::join(state.steps, " "));
  for (const auto& [slot, value] : state.tensors) file.tensors[name + "/" + slot] = value;
}

// In the order of the model's parameters.
std::vector<Tensor> averages_of(const SafeTensors& file, const Module& model) {
  std::vector<Tensor> out;
  for (const auto& [name, parameter] : model.named_parameters()) {
    const auto found = file.tensors.find(kEma + name);
    require(found != file.tensors.end(), "checkpoint", "it has no moving average of {}", name);
    require(found->second.shape() == parameter.shape(), "checkpoint",
            "its moving average of {} is {} but must be {}", name, found->second.shape(), parameter.shape());
    out.push_back(found->second);
  }
  return out;
}

std::map<std::string, Rng::State> rngs_of(const SafeTensors& file, const TrainingState& state) {
  std::map<std::string, Rng::State> out;
  for (const auto& [name, rng] : state.rngs) {
    const auto saved = numbers<std::uint64_t>(text_at(file, kRng + name), kRng + name);
    require(saved.size() == 2, "checkpoint", "it has no random number state \"{}\"", name);
    out[name] = {saved[0], saved[1]};
  }
  return out;
}

// Runs f; an Error on its way out gets the file's name in front.
template <class F>
auto about(const std::filesystem::path& path, F&& f) {
  try {
    return f();
  } catch (const Error& error) {
    throw Error(path.string(), error.message(), error.hint());
  }
}

// Everything is read and checked before anything changes; what a load() still refuses is undone.
void restore(const SafeTensors& file, const TrainingState& state) {
  const std::string saved = text_at(file, "class");
  require(saved.empty() || saved == state.model.kind(), "checkpoint", "it holds a {} but this model is a {}",
          saved, state.model.kind());
  const auto rngs = rngs_of(file, state);
  std::vector<OptimizerState> saved_optimizers;
  for (std::size_t i = 0; i < state.optimizers.size(); ++i) saved_optimizers.push_back(optimizer_of(file, i));
  const std::vector<Tensor> averages = state.ema ? averages_of(file, state.model) : std::vector<Tensor>();
  if (state.ema) state.ema->averages();  // refuses while they are swapped into the model
  const NamedTensors weights_before =
      state.model.state();  // load() makes new tensors: these keep their numbers
  std::vector<OptimizerState> optimizers_before;
  for (const Optimizer* optimizer : state.optimizers) optimizers_before.push_back(optimizer->state());
  const auto load_optimizers = [&](const std::vector<OptimizerState>& from) {
    for (std::size_t i = 0; i < from.size(); ++i) state.optimizers[i]->load(from[i]);
  };
  state.model.load(weights_of(file));
  try {
    load_optimizers(saved_optimizers);
    if (state.ema) state.ema->load(averages);
  } catch (...) {
    state.model.load(weights_before);
    load_optimizers(optimizers_before);
    throw;
  }
  for (const auto& [name, rng] : state.rngs) rng->set_state(rngs.at(name));
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const TrainingState& state,
                     const TrainingProgress& progress) {
  SafeTensors file = described(state.model, progress);
  for (const auto& [name, rng] : state.rngs) {
    file.metadata[kRng + name] = fmt::format("{} {}", rng->state().seed, rng->state().counter);
  }
  for (std::size_t i = 0; i < state.optimizers.size(); ++i) put_optimizer(file, i, state.optimizers[i]->state());
  if (state.ema) {
    const auto names = state.model.named_parameters();
    const std::vector<Tensor>& averages = state.ema->averages();
    require(names.size() == averages.size(), "checkpoint",
            "the moving average has {} parameters and the model {}", averages.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) file.tensors[kEma + names[i].first] = averages[i];
  }
  write_safetensors(path, file);
}

TrainingProgress load_checkpoint(const std::filesystem::path& path, const TrainingState& state) {
  const SafeTensors file = read_safetensors(path);
  return about(path, [&] {
    const TrainingProgress progress = progress_of(file);
    restore(file, state);
    return progress;
  });
}

TrainingProgress read_progress(const std::filesystem::path& path) {
  const SafeTensors file = read_safetensors(path);
  return about(path, [&] { return progress_of(file); });
}

bool holds_run(const std::filesystem::path& path) {
  try {
    return read_safetensors(path).metadata.contains(optimizer_name(0));
  } catch (const Error&) {
    return false;
  }
}

void load_weights(const std::filesystem::path& path, Module& model, bool averaged) {
  const SafeTensors file = read_safetensors(path);
  NamedTensors weights = weights_of(file);
  for (auto& [name, value] : weights) {
    const auto average = file.tensors.find(kEma + name);  // buffers have none
    if (averaged && average != file.tensors.end()) value = average->second;
  }
  std::erase_if(weights, [](const auto& entry) { return is_dropout_count(entry.first); });
  for (const auto& [name, buffer] : model.named_buffers())
    if (is_dropout_count(name)) weights.emplace_back(name, Tensor::zeros(buffer->shape()));
  about(path, [&] { model.load(weights); });
}

void save_weights(const std::filesystem::path& path, const Module& model, const TrainingProgress& progress,
                  bool half) {
  const SafeTensors file = described(model, progress);
  write_safetensors(path, file, half ? StoredType::kF16 : StoredType::kReal);
}

}  // namespace gradfold
