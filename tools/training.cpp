#include "tools/training.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "data/load.h"
#include "data/warp.h"
#include "models/likelihood_model.h"
#include "nn/losses.h"
#include "nn/optim/clip.h"
#include "tensor/atomic_file.h"
#include "tensor/crc32.h"
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
  return data_for(model, load_dataset(settings.data, split, {.limit = settings.limit, .seed = settings.seed}),
                  /*to_judge=*/split != Split::kTrain);
}

// "50000 images [1, 28, 28], checksum 5be2a3c1". Strokes have no checksum: another processor may draw their last bits
// otherwise.
std::string fingerprint(const Dataset& data, const std::string& spec) {
  const Tensor images = data.images.contiguous();
  const Shape& x = images.shape();
  const std::string size = fmt::format("{} images [{}, {}, {}]", x[0], x[1], x[2], x[3]);
  if (is_strokes(spec)) return size;
  const std::uint32_t sum = crc32(ByteView(reinterpret_cast<const std::uint8_t*>(images.data()),
                                           static_cast<std::size_t>(images.numel()) * sizeof(Real)));
  return fmt::format("{}, checksum {:08x}", size, sum);
}

// What is learned from: the split and, after it, the images of --extra; described says which they are.
Dataset load_training_images(const ImageModel& model, const TrainSettings& settings, std::string& described) {
  const Dataset data = load_split(model, settings, parse_split(settings.split));
  described = fingerprint(data, settings.data);
  if (settings.extra.empty()) return data;
  const auto refuse = [&](const std::string& why) {
    throw UsageError("train", fmt::format("--extra {}: {}", settings.extra, why));
  };
  if (!std::filesystem::exists(settings.extra)) refuse("there is no such file");
  if (model.classes() > 0)
    refuse(fmt::format("its images have no labels, but {} is given the class of each", model.name()));
  const Dataset extra = load_dataset(settings.extra, Split::kAll);
  const Shape &image = data.images.shape(), &more = extra.images.shape();
  if (!std::equal(image.begin() + 1, image.end(), more.begin() + 1, more.end()))
    refuse(fmt::format("its images are {} but those of {} {}; both must have as many channels, rows and columns", more,
                       data.name, image));
  described += ", and of --extra " + fingerprint(extra, settings.extra);
  return concatenate(data, extra);
}

// A last batch that is too short for the model is left out: in each epoch other images.
Batches make_batches(const ImageModel& model, const TrainSettings& settings, Dataset data) {
  const Index images = data.images.size(0), least = model.least_batch();
  if (std::min(settings.batch, images) < least) {
    throw UsageError("train", fmt::format("{} learns from {} images or more at a time, but --batch is {} and there are "
                                          "{} images",
                                          model.name(), least, settings.batch, images));
  }
  const bool drop_last = images % settings.batch < least;
  return Batches(std::move(data), {.batch = settings.batch, .drop_last = drop_last, .seed = settings.seed});
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

// Where a checkpoint keeps objective i's sum over the epoch that is under way.
std::string epoch_note(const std::vector<Objective>& objectives, std::size_t i) {
  return i == 0 ? "epoch_nats" : "epoch_" + objectives[i].name;
}

// "80.12 nats", or "discriminator 0.6931  generator 1.204".
std::string losses_text(const std::vector<Objective>& objectives, const std::vector<double>& losses) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const std::string loss = to_text({.name = {}, .unit = objectives[i].unit, .value = losses[i]});
    texts.push_back(losses.size() == 1 ? loss : objectives[i].name + " " + loss);
  }
  return fmt::format("{}", fmt::join(texts, "  "));
}

}  // namespace

std::filesystem::path log_path(const std::filesystem::path& checkpoint) {
  return checkpoint.parent_path() / (checkpoint.stem().string() + ".log.jsonl");
}

TrainSettings saved_settings(const TrainingProgress& progress) {
  const auto json = nlohmann::json::parse(note(progress, "settings"), nullptr, /*allow_exceptions=*/false);
  require(!json.is_discarded(), "checkpoint",
          "it holds weights but no training run; hint: only what ./gf train wrote goes on");
  try {
    return json.get<TrainSettings>();
  } catch (const nlohmann::json::exception& error) {
    throw Error("checkpoint", fmt::format("its settings are {}: {}", json.dump(), error.what()),
                "only an unchanged file of ./gf train goes on");
  }
}

std::string remembered_data(const TrainSettings& settings, std::string_view command) {
  if (is_dataset(settings.data)) return settings.data;
  throw UsageError(command,
                   fmt::format("the model was trained with --data {}, and nothing is there now", settings.data),
                   "--data PLACE says where it is");
}

Training::Training(std::unique_ptr<ImageModel> model, TrainSettings settings, std::filesystem::path path,
                   bool resume, const std::string& init)
    : model_(std::move(model)),
      settings_(std::move(settings)),
      path_(std::move(path)),
      batches_(make_batches(*model_, settings_, load_training_images(*model_, settings_, images_))),
      valid_(load_split(*model_, settings_, Split::kValid)),
      objectives_(model_->objectives()),
      schedule_(make_schedule(settings_, settings_.epochs * batches_.per_epoch())),
      epoch_losses_(objectives_.size()) {
  for (const Objective& o : objectives_) {
    adams_.push_back(std::make_unique<Adam>(
        o.parameters, AdamOptions{.lr = settings_.lr * o.lr_factor, .beta1 = o.beta1, .beta2 = o.beta2}));
  }
  Rng first = Rng(settings_.seed).fork("weights");
  model_->reset_parameters(first);
  if (!init.empty()) load_weights(checkpoint_file(init), *model_, /*averaged=*/true);
  else if (!resume) calibrate();
  if (settings_.ema > 0) ema_ = std::make_unique<Ema>(model_->parameters(), settings_.ema);
  const Shape& images = batches_.data().images.shape();
  if (settings_.shift > 0 && settings_.shift >= std::min(images[2], images[3])) {
    throw UsageError("train", fmt::format("--shift is {} but the images are {} x {}: nothing of them would be seen",
                                          settings_.shift, images[2], images[3]));
  }
  if (!settings_.teacher.empty()) teacher_ = std::make_unique<Teacher>(settings_.teacher, *model_, batches_.data());
  progress_.model = model_->name();
  progress_.config = config_text(model_->config());
  progress_.notes["settings"] = json_text(nlohmann::json(settings_));
  progress_.notes["image"] = nlohmann::json({images[1], images[2], images[3]}).dump();
  progress_.notes["images"] = images_;
  if (!init.empty()) progress_.notes["init"] = nlohmann::json::parse(json_text(nlohmann::json(init)));  // as UTF-8
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
  const std::string before = note(read_progress(path_), "images");
  if (!before.empty() && before != images_)
    throw UsageError("train", fmt::format("{} began with {}, and now there are {}", path_.string(), before, images_),
                     "a run goes on with the images that it began with; --init starts another from its weights");
  if (before.empty() && !settings_.holds_out() && settings_.limit > 0)
    throw UsageError("train", fmt::format("{} was begun when --limit counted train and valid together, and now it "
                                          "counts each", path_.string()),
                     "--init starts another run from its weights");
  progress_ = load_checkpoint(path_, {.model = *model_, .optimizers = optimizers(), .ema = ema_.get()});
  for (std::size_t i = 0; i < objectives_.size(); ++i)
    epoch_losses_[i] = number_note(progress_, epoch_note(objectives_, i));
  epoch_images_ = static_cast<Index>(number_note(progress_, "epoch_images"));
  log_ = note(progress_, "log");
  progress_.notes["settings"] = settings;
  progress_.notes["images"] = images_;
}

void Training::save() {
  for (const auto& [name, value] : model_->named_parameters()) {
    require(
        first_non_finite(value.value()) < 0, "training",
        "{} is no longer a finite number after step {}; hint: lower the learning rate or clip the gradients",
        name, progress_.step);
  }
  for (std::size_t i = 0; i < objectives_.size(); ++i)
    progress_.notes[epoch_note(objectives_, i)] = fmt::format("{}", epoch_losses_[i]);
  progress_.notes["epoch_images"] = fmt::format("{}", epoch_images_);
  progress_.notes["log"] = log_;
  save_checkpoint(path_, {.model = *model_, .optimizers = optimizers(), .ema = ema_.get()}, progress_);
  write_atomically(log_path(path_), [&](std::ostream& file) { file << log_; });
}

std::vector<Optimizer*> Training::optimizers() const {
  std::vector<Optimizer*> all;
  for (const auto& adam : adams_) all.push_back(adam.get());
  return all;
}

// The loss of each objective, before its own update and after those that come first; with a teacher the student's
// negative log-likelihood, which can be compared, and not what it learns from.
std::vector<double> Training::step(const Batch& batch) {
  const auto number = static_cast<std::uint64_t>(progress_.step);
  Rng levels = Rng(settings_.seed).fork("levels").fork(number);
  Rng drawn = Rng(settings_.seed).fork("loss").fork(number);
  Rng moves = Rng(settings_.seed).fork("shift").fork(number);
  const Tensor images = settings_.shift > 0 ? random_shift(batch.images, moves, settings_.shift) : batch.images;
  const Tensor x = to_levels(images, model_->levels(), levels);
  std::vector<double> losses;
  for (std::size_t i = 0; i < objectives_.size(); ++i) {
    if (teacher_) {
      const DistillationLoss distilled = teacher_->loss(batch, x);
      update(i, distilled.cross_entropy);
      losses.push_back(distilled.nll);
    } else {
      const Var loss = objectives_[i].loss(x, batch.labels, drawn);
      update(i, loss);
      losses.push_back(loss.item());
    }
  }
  if (ema_) ema_->update();
  ++progress_.step;
  return losses;
}

void Training::update(std::size_t i, const Var& loss) {
  check_finite(loss, progress_.step);
  model_->zero_grad();
  loss.backward();
  if (settings_.clip > 0) clip_grad_norm(objectives_[i].parameters, settings_.clip);
  adams_[i]->set_lr(settings_.lr * objectives_[i].lr_factor * schedule_(progress_.step));
  adams_[i]->step();
}

// False if it was interrupted.
bool Training::train_epoch(const Interrupt& interrupt) {
  const Index done = progress_.step - progress_.epoch * batches_.per_epoch();
  Progress bar({.title = fmt::format("epoch {}/{}", progress_.epoch + 1, settings_.epochs),
                .total = batches_.images_per_epoch() - epoch_images_});
  model_->train();
  for (const Batch& batch : batches_.epoch(progress_.epoch, done)) {
    if (interrupt.asked()) return false;
    const std::vector<double> losses = step(batch);
    for (std::size_t i = 0; i < losses.size(); ++i) epoch_losses_[i] += losses[i] * static_cast<double>(batch.size());
    epoch_images_ += batch.size();
    bar.step(batch.size(), losses_text(objectives_, losses));
    if (settings_.save_every > 0 && progress_.step % settings_.save_every == 0) save();
  }
  return !interrupt.asked();
}

// Nothing if it was interrupted.
std::optional<Figures> Training::validate(const Interrupt& interrupt) {
  struct Stopped {};
  std::optional<Ema::Weights> averaged;
  if (ema_) averaged.emplace(*ema_);
  model_->eval();
  Rng drawn = Rng(settings_.seed).fork("evaluation");  // every epoch is judged by the same draws
  try {
    return model_->evaluate(valid_.images, valid_.labels, drawn, {.progress = [&](Index, Index) {
                              if (interrupt.asked()) throw Stopped();
                            }});
  } catch (Stopped) {
    return std::nullopt;
  }
}

// A likelihood has the short keys train_nats, valid_nats, ...; what else is trained train_loss (one for each objective,
// if there are several), valid_loss and its figures by their own names. Where the validation images are trained on,
// their keys say so: seen_nats, ...
nlohmann::ordered_json Training::epoch_line(const Figures& valid, double seconds) const {
  const bool likelihood = dynamic_cast<const LikelihoodModel*>(model_.get()) != nullptr;
  nlohmann::ordered_json line = {{"epoch", progress_.epoch}, {"step", progress_.step}};
  for (std::size_t i = 0; i < objectives_.size(); ++i) {
    const std::string what = likelihood ? "nats" : "loss";
    const std::string whose = objectives_.size() > 1 ? objectives_[i].name + "_" : "";
    line["train_" + whose + what] = epoch_losses_[i] / static_cast<double>(epoch_images_);
  }
  const std::string images = settings_.holds_out() ? "valid_" : "seen_";
  line[images + (likelihood ? "nats" : "loss")] = valid.at(0).value;
  if (likelihood) line[images + "bits_per_dim"] = valid.at(1).value;
  else for (const Figure& figure : valid) line[(settings_.holds_out() ? "" : images) + figure.name] = figure.value;
  line["lr"] = adams_[0]->lr();
  line["seconds"] = seconds;
  return line;
}

std::string Training::epoch_text(const Figures& valid) const {
  std::vector<double> losses = epoch_losses_;
  for (double& loss : losses) loss /= static_cast<double>(epoch_images_);
  std::vector<std::string> figures;
  for (const Figure& figure : valid) figures.push_back(to_text(figure));
  return fmt::format("train {}  {} {}", losses_text(objectives_, losses),
                     settings_.holds_out() ? "valid" : "valid (trained on)", fmt::join(figures, "  "));
}

void Training::finish_epoch(const Figures& valid, double seconds) {
  ++progress_.epoch;
  log_ += epoch_line(valid, seconds).dump() + "\n";
  std::fill(epoch_losses_.begin(), epoch_losses_.end(), 0.0);
  epoch_images_ = 0;
  save();
}

int Training::run(const Output& output) {
  const Interrupt interrupt;
  try {
    while (progress_.epoch < settings_.epochs) {
      const double start = now();
      const bool trained = train_epoch(interrupt);
      const std::optional<Figures> valid = trained ? validate(interrupt) : std::nullopt;
      if (!valid) {
        save();
        output.say("stopped after step {}; --resume goes on from there", progress_.step);
        return interrupt.exit_code();
      }
      const std::string text = epoch_text(*valid);
      finish_epoch(*valid, now() - start);
      output.say("epoch {}/{}  {}", progress_.epoch, settings_.epochs, text);
      if (const std::string warning = model_->warning(*valid); !warning.empty()) output.say("{}", warning);
    }
  } catch (const Error&) {
    fmt::print(stderr, "{0} holds the last good state, after step {1}; --init {0} and another --out start a run from "
                       "it with other settings\n", path_.string(), read_progress(path_).step);
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
