// gf train MODEL --data D --out model.safetensors
#include <filesystem>

#include "data/load.h"
#include "tensor/parallel.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/training.h"

namespace gradfold {
namespace {

struct TrainArguments {
  std::string model;
  ModelConfig config;
  TrainSettings settings;
  std::filesystem::path out;
  std::string init;
  bool resume = false, json = false;
  int threads = 0;
};

// A run that goes on keeps its settings: only the number of epochs (not below what is done) and how often it is saved
// may be others.
TrainSettings resumed_settings(const CLI::App& app, const TrainArguments& options,
                               const TrainingProgress& progress) {
  TrainSettings settings = saved_settings(progress);
  const auto given = [&](const char* name) { return app.count(name) > 0; };
  const auto keep = [&](const char* name, const auto& asked, const auto& saved) {
    if (given(name) && asked != saved) {
      throw UsageError("train",
                       fmt::format("{} {} differs from the run's {}; leave it out, or start another run with "
                                   "another --out",
                                   name, asked, saved));
    }
  };
  // Files may have moved: that they hold the same images is seen by their checksum.
  const bool has_checksum = progress.notes.contains("images");
  if (given("--data") && has_checksum && !is_strokes(options.settings.data) && !is_strokes(settings.data))
    settings.data = options.settings.data;
  if (given("--extra") && has_checksum && !settings.extra.empty()) settings.extra = options.settings.extra;
  keep("--data", options.settings.data, settings.data);
  if (!given("--data")) remembered_data(settings, "train");  // throws if nothing is there any more
  keep("--extra", options.settings.extra, settings.extra.empty() ? "none" : settings.extra);
  keep("--limit", options.settings.limit, settings.limit);
  keep("--split", options.settings.split, settings.split);
  keep("--batch", options.settings.batch, settings.batch);
  keep("--lr", options.settings.lr, settings.lr);
  keep("--schedule", options.settings.schedule, settings.schedule);
  keep("--clip", options.settings.clip, settings.clip);
  keep("--ema", options.settings.ema, settings.ema);
  keep("--shift", options.settings.shift, settings.shift);
  keep("--teacher", options.settings.teacher, settings.teacher.empty() ? "none" : settings.teacher);
  keep("--seed", options.settings.seed, settings.seed);
  if (given("--epochs")) settings.epochs = options.settings.epochs;
  if (given("--save-every")) settings.save_every = options.settings.save_every;
  if (settings.epochs < progress.epoch) {
    throw UsageError("train", fmt::format("--epochs {} is fewer than the {} that {} has done; --epochs counts "
                                          "from the beginning of the run",
                                          settings.epochs, progress.epoch, options.out.string()));
  }
  return settings;
}

void require_model(const std::filesystem::path& file, const std::string& held, const std::string& wanted) {
  if (held == wanted) return;
  throw UsageError("train", fmt::format("{} holds {}, not the model {}", file.string(),
                                        held.empty() ? "weights alone" : "the model " + held, wanted));
}

// A run as its checkpoint and the command line describe it; nothing of it is loaded yet.
struct Resumed {
  std::unique_ptr<ImageModel> model;
  TrainSettings settings;
  TrainingProgress progress;
  bool finished() const { return progress.epoch >= settings.epochs; }
};

Resumed find_run(const CLI::App& app, const TrainArguments& options) {
  if (!std::filesystem::exists(options.out)) {
    throw UsageError("train",
                     fmt::format("there is no run to resume: {} does not exist", options.out.string()),
                     "without --resume one begins there");
  }
  const TrainingProgress progress = read_progress(options.out);
  require_model(options.out, progress.model, options.model);
  std::unique_ptr<ImageModel> model = new_model(options.model, parse_config(progress.config));
  const ModelConfig config = model->config();  // with the settings that an older file does not have
  for (const auto& [key, value] : options.config) {
    if (config.at(key) != value) {
      throw UsageError("train", fmt::format("--{} {} differs from the run's {}", key, value, config.at(key)));
    }
  }
  return {std::move(model), resumed_settings(app, options, progress), progress};
}

Training start(const TrainArguments& options) {
  if (std::filesystem::is_directory(options.out))
    throw UsageError("train", fmt::format("--out {} is a folder, but a file is to be written", options.out.string()));
  if (std::filesystem::exists(options.out)) {
    throw UsageError("train",
                     fmt::format("{} exists; --resume goes on with it, another --out leaves it alone",
                                 options.out.string()));
  }
  if (!options.init.empty()) {
    const std::filesystem::path file = checkpoint_file(options.init);
    const std::string held = read_progress(file).model;
    if (!held.empty()) require_model(file, held, options.model);  // weights alone show by their names what they are of
  }
  return Training(chosen_model(options.model, options.config), options.settings, options.out, /*resume=*/false,
                  options.init);
}

// As one word for a shell to read: model.safetensors, 'my model.safetensors'.
std::string as_word(const std::filesystem::path& file) {
  const std::string text = file.string();
  if (text.find_first_of(" \t\n'\"\\$`*?[](){}<>|&;!#~") == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// Says where the trained model is, and what one does with it.
int run(Training training, const TrainArguments& options, const Output& output) {
  const int code = training.run(output);
  if (code == 0) {
    output.say("the model is in {}; next: ./gf sample {} --out s.png", options.out.string(),
               as_word(options.out));
  }
  output.finish(training.result());
  return code;
}

int train(const CLI::App& app, const TrainArguments& options) {
  require_ending(app, options.out, {".safetensors"});
  if (!options.settings.extra.empty()) require_ending(app, options.settings.extra, {".npy"}, "--extra");
  if (options.threads > 0) set_num_threads(options.threads);
  const Output output(options.json);
  if (!options.resume) return run(start(options), options, output);
  Resumed found = find_run(app, options);
  if (!found.finished()) {
    return run(Training(std::move(found.model), found.settings, options.out, true), options, output);
  }
  output.say("{}: already at epoch {} of {}; --epochs N trains on", options.out.string(), found.progress.epoch,
             found.settings.epochs);
  output.finish(training_result(found.progress, found.settings, options.out, found.model->parameter_count()));
  return 0;
}

Action setup_train(CLI::App& app, const Arguments& arguments) {
  auto options = std::make_shared<TrainArguments>();
  TrainSettings& s = options->settings;
  app.add_option("model", options->model, fmt::format("{}", fmt::join(image_model_names(), ", ")))
      ->required()
      ->check(known_model());
  app.add_option("--out", options->out, "the checkpoint; the log goes beside it")->required();
  app.add_option("--data", s.data,
                 "strokes, strokes:slant,thickness (these factors alone vary), mnist, binarized-mnist, a folder or a "
                 "file")
      ->capture_default_str();
  app.add_option("--extra", s.extra,
                 "a .npy file of more images to train on, such as ./gf sample --out drawn.npy draws from another "
                 "model; they count in an epoch like those of --data")
      ->check(filled());
  app.add_option("--epochs", s.epochs, "passes over the training images")
      ->capture_default_str()
      ->check(positive());
  app.add_option("--lr", s.lr, "Adam's learning rate")->capture_default_str()->check(positive());
  app.add_option("--batch", s.batch, "images in a step")->capture_default_str()->check(positive());
  app.add_option("--schedule", s.schedule, "of the learning rate: constant or cosine")->capture_default_str();
  app.add_option("--clip", s.clip, "largest norm of the gradient [any]")->check(positive());
  app.add_option("--ema", s.ema, "decay of the moving average of the weights, such as 0.999 [none]")
      ->check(below_1());
  app.add_option("--shift", s.shift,
                 "training images are moved by up to so many pixels each way, drawn anew every time [0]; a last run "
                 "without it, --init, teaches where they truly are")
      ->check(not_negative());
  app.add_option("--teacher", s.teacher,
                 "a checkpoint, or pretrained:NAME, of an autoregressive model of black and white images: what it says "
                 "of each pixel is learned (distillation), of several, A,B, the mean [the pixels themselves]")
      ->check(filled());
  app.add_option("--split", s.split, "train, or train+valid: for a last run, in which no image is held out")
      ->capture_default_str()
      ->check(CLI::IsMember({"train", "train+valid"}));
  app.add_option("--limit", s.limit, "images of each split [all]")->check(positive());
  app.add_option("--seed", s.seed, "of all random numbers")->capture_default_str()->check(whole());
  app.add_option("--save-every", s.save_every, "steps between checkpoints [an epoch]")
      ->check(positive());
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  CLI::Option* init = app.add_option("--init", options->init,
                                     "a checkpoint, or pretrained:NAME, whose weights this run starts with: the same "
                                     "model with the same settings, but any dropout [drawn from --seed]")
                          ->check(filled());
  app.add_flag("--resume", options->resume, "go on with the run in --out, with its settings: only --epochs, "
                                            "--save-every and --threads may be others; --data and --extra say where "
                                            "the same images are now")
      ->excludes(init);
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  add_model_options(app, arguments, options->config);
  return [options, &app] { return train(app, *options); };
}

const RegisterCommand train_command("train", "train a model; Ctrl-C keeps the checkpoint, --resume goes on",
                                    setup_train);

}  // namespace
}  // namespace gradfold
