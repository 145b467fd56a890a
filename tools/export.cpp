// gf export CHECKPOINT --out FILE
#include "tensor/atomic_file.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/output.h"
#include "tools/training.h"

namespace gradfold {
namespace {

struct ExportArguments {
  std::string checkpoint;
  std::filesystem::path out;
  bool half = false, json = false;
};

// "runs/a.safetensors" -> "a.safetensors"
std::string without_folder(const std::string& file) {
  const std::filesystem::path path(file);
  return path.has_filename() ? path.filename() : path.parent_path().filename();
}

// Who gets the weights may know what they were made with, not where that lay on this machine.
void forget_folders(TrainingProgress& progress) {
  if (const auto init = progress.notes.find("init"); init != progress.notes.end())
    init->second = without_folder(init->second);
  if (!progress.notes.contains("settings")) return;
  TrainSettings settings = saved_settings(progress);
  std::vector<std::string> teachers = teacher_names(settings.teacher);
  for (std::string& name : teachers) name = without_folder(name);
  settings.teacher = fmt::format("{}", fmt::join(teachers, ","));
  settings.extra = without_folder(settings.extra);
  settings.data = without_folder(settings.data);
  progress.notes["settings"] = json_text(nlohmann::json(settings));
}

int export_weights(const ExportArguments& options) {
  OpenedModel opened = open_checkpoint(options.checkpoint);
  std::error_code none;  // equivalent() is about files that exist
  if (std::filesystem::equivalent(checkpoint_file(options.checkpoint), options.out, none)) {
    throw UsageError("export", fmt::format("--out is {} itself; another name keeps the run, which could not be resumed "
                                           "from its weights alone",
                                           options.checkpoint));
  }
  if (holds_run(options.out)) {
    throw UsageError("export", fmt::format("{} is a training run, which would be lost; name another file",
                                           options.out.string()));
  }
  forget_folders(opened.progress);
  save_weights(options.out, *opened.model, opened.progress, options.half);
  const auto bytes = std::filesystem::file_size(options.out);
  const Output output(options.json);
  output.say("{}: {} parameters of a {} in {} bytes", options.out.string(), opened.model->parameter_count(),
             opened.model->name(), bytes);
  output.finish({{"model", opened.model->name()},
                 {"parameters", opened.model->parameter_count()},
                 {"bytes", bytes},
                 {"out", options.out.string()}});
  return 0;
}

Action setup_export(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<ExportArguments>();
  app.add_option("checkpoint", options->checkpoint, "what ./gf train wrote, or pretrained:NAME")->required();
  app.add_option("--out", options->out,
                 "the weights (averaged, where the run kept an average), without the rest of the run")
      ->required();
  app.add_flag("--half", options->half, "16-bit numbers: half the size");
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  return [options, &app] {
    require_ending(app, options->out, {".safetensors"});
    return export_weights(*options);
  };
}

const RegisterCommand export_command("export", "a model's weights alone, to pass on: eval, sample and --init open them",
                                     setup_export);

}  // namespace
}  // namespace gradfold
