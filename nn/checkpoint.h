#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "nn/module.h"
#include "nn/optim/ema.h"
#include "nn/optim/optimizer.h"

// A training run in one safetensors file, written whole or not at all. The weights have their plain names
// ("hidden.weight"), so that other programs can read them; the rest is told apart by a slash:
//   tensors optimizer/0.exp_avg, ema/hidden.weight
//   text    class, model, config, epoch, step, optimizer, optimizer/lr, optimizer/steps,
//           rng/NAME = "seed counter", note/NAME
// A second optimizer is optimizer1, a third optimizer2.
// A run that is resumed from it goes on with the same bits as one that was never stopped.
namespace gradfold {

struct TrainingProgress {
  std::string model;   // "pixel_cnn"
  std::string config;  // JSON: what the model was built with
  Index epoch = 0;     // epochs finished
  Index step = 0;      // steps taken
  std::map<std::string, std::string> notes = {};  // anything else as text: "data" to "strokes"
};

// What is saved, and restored: whatever is not null.
struct TrainingState {
  Module& model;
  std::vector<Optimizer*> optimizers = {};
  Ema* ema = nullptr;
  std::map<std::string, Rng*> rngs = {};  // "shuffle" to &rng
};

void save_checkpoint(const std::filesystem::path& path, const TrainingState& state,
                     const TrainingProgress& progress);

// Restores everything that `state` names and returns the progress. Throws an Error that names the file and
// what is wrong with it (truncated, damaged, another model, names missing or unknown, other shapes, no
// optimizer in it), or that the averages are swapped into the model; nothing is changed then.
TrainingProgress load_checkpoint(const std::filesystem::path& path, const TrainingState& state);

// The progress alone: which model to build before loading. Empty for a plain weights file.
TrainingProgress read_progress(const std::filesystem::path& path);

// Whether a file holds a run that can go on, or the weights alone (or is no such file at all).
bool holds_run(const std::filesystem::path& path);

// The weights alone, from a checkpoint or from any safetensors file whose names are the model's, such as a
// PyTorch state dict. With averaged = true the moving averages, where the file has them. A DropoutStream's passes are
// counted from 0 again, and the file may have been made with another dropout, or without.
void load_weights(const std::filesystem::path& path, Module& model, bool averaged = false);
// The weights alone, with the model's name and settings, so that they can be opened as a checkpoint can; half
// precision halves the file. What a run needs to go on is left out.
void save_weights(const std::filesystem::path& path, const Module& model, const TrainingProgress& progress = {},
                  bool half = false);

}  // namespace gradfold
