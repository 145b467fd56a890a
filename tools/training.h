#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "data/batches.h"
#include "lessons/interrupt.h"
#include "models/image_model.h"
#include "nn/checkpoint.h"
#include "nn/optim/adam.h"
#include "nn/optim/ema.h"
#include "nn/optim/schedule.h"
#include "tools/output.h"

namespace gradfold {

// What a run is trained with; kept in its checkpoint, so that --resume needs none of it again.
struct TrainSettings {
  std::string data = "strokes";
  Index limit = 0;                   // images of each split; 0: all
  Index epochs = 10, batch = 64;
  double lr = 1e-3;
  std::string schedule = "constant"; // or "cosine": down to 0 over all epochs
  double clip = 0;                   // largest gradient norm; 0: any
  double ema = 0;                    // decay of the weights' moving average; 0: none is kept
  std::uint64_t seed = 1;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrainSettings, data, limit, epochs, batch, lr, schedule, clip, ema, seed)

// The last epoch's line of a run's log, with the model, its size, the data and the checkpoint.
nlohmann::ordered_json training_result(const TrainingProgress& progress, const TrainSettings& settings,
                                       const std::filesystem::path& checkpoint, Index parameters);

// One training run: epochs of mini-batches with Adam, the validation images' likelihood after each, and a
// checkpoint from which it goes on with the same bits. Everything random is a function of the seed and of
// how many steps were taken, so the place in the run is two numbers: epochs finished, steps taken.
class Training {
 public:
  // Draws the first weights, or takes them from the checkpoint `init`, or with resume everything from the one at `path`.
  Training(std::unique_ptr<ImageModel> model, TrainSettings settings, std::filesystem::path path,
           bool resume, const std::string& init = {});

  // Trains to the last epoch, or to Ctrl-C; saves after each epoch, when interrupted and every `save_every`
  // steps (0: only then). Returns the exit code.
  int run(const Output& output, Index save_every);
  nlohmann::ordered_json result() const {
    return training_result(progress_, settings_, path_, model_->parameter_count());
  }

 private:
  bool train_epoch(const Interrupt& interrupt, Index save_every);
  double step(const Batch& batch);
  std::optional<double> validate(const Interrupt& interrupt);
  void finish_epoch(double valid, double seconds);
  void calibrate();
  void load();
  void save();

  std::unique_ptr<ImageModel> model_;
  TrainSettings settings_;
  std::filesystem::path path_;
  Batches batches_;
  Dataset valid_;
  Adam adam_;
  std::unique_ptr<Ema> ema_;
  Schedule schedule_;
  TrainingProgress progress_;
  double epoch_nats_ = 0;   // sum over this epoch's images so far
  Index epoch_images_ = 0;
  std::string log_;         // a JSON line for each epoch; the checkpoint holds it, MODEL.log.jsonl shows it
};

// model.safetensors -> model.log.jsonl
std::filesystem::path log_path(const std::filesystem::path& checkpoint);
// What `train` reads; an unreadable one is an Error, an unknown one a UsageError.
TrainSettings saved_settings(const TrainingProgress& progress);

}  // namespace gradfold
