#include "tools/training.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "data/load.h"
#include "nn/losses.h"
#include "nn/optim/clip.h"
#include "tensor/atomic_file.h"
#include "tensor/reduce.h"
#include "tools/model_options.h"
#include "viz/progress.h"

namespace gradfold {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Schedule make_schedule(const TrainSettings& settings, Index steps) {
  if (settings.schedule == "constant") return schedule::constant();
  if (settings.schedule == "cosine") return schedule::cosine(steps);
  throw UsageError(
      "train", fmt::format("there is no schedule '{}'; known are constant and cosine", settings.schedule));
}

Dataset load_split(const ImageModel& model, const TrainSettings& settings, Split split) {
  return data_for(model, load_dataset(settings.data, split, {.limit = settings.limit, .seed = settings.seed}));
}

std::string note(const TrainingProgress& progress, const std::string& name) {
  const auto found = progress.notes.find(name);
  return found == progress.notes.end() ? std::string() : found->second;
}

double number_note(const TrainingProgress& progress, const std::string& name) {
  const std::string text = note(progress, name);
  const auto number = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  require(number.is_number(), "checkpoint",
          "its note {} is '{}' but must be a number; hint: only an unchanged file of ./gf train goes on", name, text);
  return number;
}

}  // namespace

std::filesystem::path log_path(const std::filesystem::path& checkpoint) {
  return checkpoint.parent_path() / (checkpoint.stem().string() + ".log.jsonl");
}

TrainSettings saved_settings(const TrainingProgress& progress) {
  const auto json = nlohmann::json::parse(note(progress, "settings"), nullptr, /*allow_exceptions=*/false);
  require(!json.is_discarded(), "checkpoint",
          "it holds weights but no training run; hint: only what ./gf train wrote goes on");
  return json.get<TrainSettings>();
}

Training::Training(std::unique_ptr<ImageModel> model, TrainSettings settings, std::filesystem::path path,
                   bool resume, const std::string& init)
    : model_(std::move(model)),
      settings_(std::move(settings)),
      path_(std::move(path)),
      batches_(load_split(*model_, settings_, Split::kTrain), {.batch = settings_.batch, .seed = settings_.seed}),
      valid_(load_split(*model_, settings_, Split::kValid)),
      adam_(model_->parameters(), {.lr = settings_.lr}),
      schedule_(make_schedule(settings_, settings_.epochs * batches_.per_epoch())) {
  Rng first = Rng(settings_.seed).fork("weights");
  model_->reset_parameters(first);
  if (!init.empty()) load_weights(checkpoint_file(init), *model_, /*averaged=*/true);
  else if (!resume) calibrate();
  if (settings_.ema > 0) ema_ = std::make_unique<Ema>(model_->parameters(), settings_.ema);
  const Shape& images = batches_.data().images.shape();
  progress_.model = model_->name();
  progress_.config = config_text(model_->config());
  progress_.notes["settings"] = nlohmann::json(settings_).dump();
  progress_.notes["image"] = nlohmann::json({images[1], images[2], images[3]}).dump();
  if (!init.empty()) progress_.notes["init"] = init;
  if (resume) load();
  Rng levels = Rng(settings_.seed).fork("valid");
  valid_.images =
      to_levels(valid_.images, model_->levels(), levels);  // once: every epoch is judged on the same draw
  save();  // before the first step: a path that cannot be written is found now, not after an hour
}

// On the first images as they stand, not on the first batch, which is drawn.
void Training::calibrate() {
  const Tensor& images = batches_.data().images;
  Rng levels = Rng(settings_.seed).fork("calibration");
  model_->calibrate(to_levels(images.slice(0, 0, std::min(settings_.batch, images.size(0))), model_->levels(), levels));
}

void Training::load() {
  const std::string settings = progress_.notes.at("settings");
  progress_ = load_checkpoint(path_, {.model = *model_, .optimizer = &adam_, .ema = ema_.get()});
  epoch_nats_ = number_note(progress_, "epoch_nats");
  epoch_images_ = static_cast<Index>(number_note(progress_, "epoch_images"));
  log_ = note(progress_, "log");
  progress_.notes["settings"] = settings;
}

void Training::save() {
  for (const auto& [name, value] : model_->named_parameters()) {
    require(
        first_non_finite(value.value()) < 0, "training",
        "{} is no longer a finite number after step {}; hint: lower the learning rate or clip the gradients",
        name, progress_.step);
  }
  progress_.notes["epoch_nats"] = fmt::format("{}", epoch_nats_);
  progress_.notes["epoch_images"] = fmt::format("{}", epoch_images_);
  progress_.notes["log"] = log_;
  save_checkpoint(path_, {.model = *model_, .optimizer = &adam_, .ema = ema_.get()}, progress_);
  write_atomically(log_path(path_), [&](std::ostream& file) { file << log_; });
}

double Training::step(const Batch& batch) {
  adam_.set_lr(settings_.lr * schedule_(progress_.step));
  Rng levels = Rng(settings_.seed).fork("levels").fork(static_cast<std::uint64_t>(progress_.step));
  const Var loss = model_->nll(to_levels(batch.images, model_->levels(), levels), batch.labels);
  check_finite(loss, progress_.step);
  model_->zero_grad();
  loss.backward();
  if (settings_.clip > 0) clip_grad_norm(model_->parameters(), settings_.clip);
  adam_.step();
  if (ema_) ema_->update();
  ++progress_.step;
  return loss.item();
}

// False if it was interrupted.
bool Training::train_epoch(const Interrupt& interrupt, Index save_every) {
  const Index done = progress_.step - progress_.epoch * batches_.per_epoch();
  Progress bar({.title = fmt::format("epoch {}/{}", progress_.epoch + 1, settings_.epochs),
                .total = batches_.images_per_epoch() - epoch_images_});
  model_->train();
  for (const Batch& batch : batches_.epoch(progress_.epoch, done)) {
    if (interrupt.asked()) return false;
    const double nats = step(batch);
    epoch_nats_ += nats * static_cast<double>(batch.size());
    epoch_images_ += batch.size();
    bar.step(batch.size(), fmt::format("{:.2f} nats", nats));
    if (save_every > 0 && progress_.step % save_every == 0) save();
  }
  return !interrupt.asked();
}

// Mean nats per image, some images at a time; nothing if it was interrupted.
std::optional<double> Training::validate(const Interrupt& interrupt) {
  constexpr Index kAtOnce = 64;
  std::optional<Ema::Weights> averaged;
  if (ema_) averaged.emplace(*ema_);
  model_->eval();
  double log_prob = 0;
  for (Index from = 0; from < valid_.size(); from += kAtOnce) {
    if (interrupt.asked()) return std::nullopt;
    const Dataset part = slice(valid_, from, std::min(from + kAtOnce, valid_.size()));
    log_prob += sum(model_->log_prob(part.images, part.labels)).item();
  }
  return -log_prob / static_cast<double>(valid_.size());
}

void Training::finish_epoch(double valid, double seconds) {
  ++progress_.epoch;
  const nlohmann::ordered_json line = {{"epoch", progress_.epoch},
                                       {"step", progress_.step},
                                       {"train_nats", epoch_nats_ / static_cast<double>(epoch_images_)},
                                       {"valid_nats", valid},
                                       {"valid_bits_per_dim", bits_per_dim(valid, valid_.images.shape())},
                                       {"lr", adam_.lr()},
                                       {"seconds", seconds}};
  log_ += line.dump() + "\n";
  epoch_nats_ = 0;
  epoch_images_ = 0;
  save();
}

int Training::run(const Output& output, Index save_every) {
  const Interrupt interrupt;
  try {
    while (progress_.epoch < settings_.epochs) {
      const double start = now();
      const bool trained = train_epoch(interrupt, save_every);
      const std::optional<double> valid = trained ? validate(interrupt) : std::nullopt;
      if (!valid) {
        save();
        output.say("stopped after step {}; --resume goes on from there", progress_.step);
        return interrupt.exit_code();
      }
      finish_epoch(*valid, now() - start);
      const auto line = result();
      output.say("epoch {}/{}  train {:.2f} nats  valid {:.2f} nats  {:.4f} bits/dim", progress_.epoch,
                 settings_.epochs, line["train_nats"].get<double>(), line["valid_nats"].get<double>(),
                 line["valid_bits_per_dim"].get<double>());
    }
  } catch (const Error&) {
    fmt::print(stderr, "{} holds the last good state, after step {}\n", path_.string(),
               read_progress(path_).step);
    throw;
  }
  return 0;
}

nlohmann::ordered_json training_result(const TrainingProgress& progress, const TrainSettings& settings,
                                       const std::filesystem::path& checkpoint, Index parameters) {
  const std::string log = note(progress, "log");
  const auto last = log.rfind('\n', log.size() < 2 ? 0 : log.size() - 2);
  nlohmann::ordered_json result = {{"model", progress.model},
                                   {"data", settings.data},
                                   {"checkpoint", checkpoint.string()},
                                   {"parameters", parameters}};
  if (!log.empty())
    result.update(nlohmann::ordered_json::parse(log.substr(last == std::string::npos ? 0 : last + 1)));
  return result;
}

}  // namespace gradfold
