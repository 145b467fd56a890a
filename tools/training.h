#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "data/batches.h"
#include "lessons/interrupt.h"
#include "models/image_model.h"
#include "nn/checkpoint.h"
#include "nn/optim/adam.h"
#include "nn/optim/ema.h"
#include "nn/optim/schedule.h"
#include "tools/output.h"
#include "tools/teacher.h"

namespace gradfold {

// What a run is trained with; kept in its checkpoint, so that --resume needs none of it again.
struct TrainSettings {
  std::string data = "strokes";
  Index limit = 0;                   // images of each split; 0: all
  std::string extra;                 // a .npy file of more images to train on; empty: none
  Index epochs = 10, batch = 64;
  double lr = 1e-3;
  std::string schedule = "constant"; // or "cosine": down to 0 over all epochs
  double clip = 0;                   // largest gradient norm; 0: any
  double ema = 0;                    // decay of the weights' moving average; 0: none is kept
  std::uint64_t seed = 1;
  Index shift = 0;                   // pixels by which a training image may be moved, drawn anew each time it is seen
  std::string teacher;               // trained models, A,B, whose probabilities are learned, not pixels; empty: none
  std::string split = "train";       // or "train+valid", for a last run after everything was chosen
  Index save_every = 0;              // steps between checkpoints; 0: an epoch

  bool holds_out() const { return split == "train"; }
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TrainSettings, data, limit, epochs, batch, lr, schedule, clip, ema,
                                                seed, shift, teacher, split, extra, save_every)

// The last epoch's line of a run's log, with the model, its size, the data and the checkpoint.
nlohmann::ordered_json training_result(const TrainingProgress& progress, const TrainSettings& settings,
                                       const std::filesystem::path& checkpoint, Index parameters);

// One training run: epochs of mini-batches, in each step an Adam update for each of the model's objectives, the model's
// figures on the validation images after each epoch, and a checkpoint from which it goes on with the same bits.
// Everything random is a function of the seed and of how many steps were taken, so the place in the run is two numbers:
// epochs finished, steps taken.
class Training {
 public:
  // Draws the first weights, or takes them from the checkpoint `init`, or with resume everything from the
  // one at `path`.
  Training(std::unique_ptr<ImageModel> model, TrainSettings settings, std::filesystem::path path,
           bool resume, const std::string& init = {});

  // Trains to the last epoch, or to Ctrl-C; saves after each epoch, when interrupted and every settings.save_every
  // steps. Returns the exit code.
  int run(const Output& output);
  nlohmann::ordered_json result() const {
    return training_result(progress_, settings_, path_, model_->parameter_count());
  }

 private:
  bool train_epoch(const Interrupt& interrupt);
  std::vector<double> step(const Batch& batch);
  void update(std::size_t objective, const Var& loss);
  std::optional<Figures> validate(const Interrupt& interrupt);
  nlohmann::ordered_json epoch_line(const Figures& valid, double seconds) const;
  std::string epoch_text(const Figures& valid) const;
  void finish_epoch(const Figures& valid, double seconds);
  std::vector<Optimizer*> optimizers() const;
  void calibrate();
  void load();
  void save();

  std::unique_ptr<ImageModel> model_;
  TrainSettings settings_;
  std::filesystem::path path_;
  std::string images_;  // which ones are learned from, in words and by a checksum
  Batches batches_;
  Dataset valid_;
  std::vector<Objective> objectives_;
  std::vector<std::unique_ptr<Adam>> adams_;  // one for each
  std::unique_ptr<Ema> ema_;
  Schedule schedule_;
  std::unique_ptr<Teacher> teacher_;  // null without
  TrainingProgress progress_;
  std::vector<double> epoch_losses_;  // each objective's, summed over this epoch's images so far
  Index epoch_images_ = 0;
  std::string log_;         // a JSON line for each epoch; the checkpoint holds it, MODEL.log.jsonl shows it
};

// model.safetensors -> model.log.jsonl
std::filesystem::path log_path(const std::filesystem::path& checkpoint);
// What `train` reads; an unreadable one is an Error, an unknown one a UsageError.
TrainSettings saved_settings(const TrainingProgress& progress);
// The --data of a run, for a command that was given none; a UsageError of `command` if nothing is there any more.
std::string remembered_data(const TrainSettings& settings, std::string_view command);

}  // namespace gradfold
