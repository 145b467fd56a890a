// gf eval CHECKPOINT --data D
#include "data/load.h"
#include "lessons/interrupt.h"
#include "models/vae.h"
#include "tensor/parallel.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/output.h"
#include "tools/training.h"
#include "viz/progress.h"

namespace gradfold {
namespace {

struct EvalArguments {
  std::string checkpoint, data, split = "test";
  Index limit = 0, iwae_k = 100, refine = 0;
  std::uint64_t seed = 1;
  int threads = 0;
  bool json = false;
};

// "nll_nats" and "mse" -> "nll_standard_error" and "mse_standard_error"
std::string error_key(const std::string& name) {
  const std::string nats = "_nats";
  return (name.ends_with(nats) ? name.substr(0, name.size() - nats.size()) : name) + "_standard_error";
}

int evaluate(EvalArguments options, bool iwae_k_given) {
  if (options.threads > 0) set_num_threads(options.threads);
  const OpenedModel opened = open_checkpoint(options.checkpoint);
  if (options.refine > 0 && !dynamic_cast<const Vae*>(opened.model.get()))
    throw UsageError("eval", fmt::format("--refine is for a VAE, whose encoder gives a posterior; {} holds the model "
                                         "{}", options.checkpoint, opened.model->name()));
  if (iwae_k_given && !dynamic_cast<const Vae*>(opened.model.get()))
    throw UsageError("eval", fmt::format("--iwae-k is for a VAE, whose likelihood is estimated; {} holds the model {}",
                                         options.checkpoint, opened.model->name()));
  if (options.data.empty()) options.data = remembered_data(saved_settings(opened.progress), "eval");
  const Dataset data = data_for(*opened.model, load_dataset(options.data, parse_split(options.split),
                                                            {.limit = options.limit, .seed = options.seed}),
                                /*to_judge=*/true);
  Rng rng = Rng(options.seed).fork("levels");
  const Tensor images = to_levels(data.images, opened.model->levels(), rng);
  Rng drawn = Rng(options.seed).fork("evaluation");
  const Interrupt interrupt;
  Progress bar({.title = "evaluating", .total = images.size(0), .unit = "images"});
  Index seen = 0;
  struct Stopped {};
  Figures figures;
  try {
    figures = opened.model->evaluate(images, data.labels, drawn,
                                     {.importance_samples = options.iwae_k,
                                      .refine_steps = options.refine,
                                      .progress = [&](Index done, Index) {
                                        if (interrupt.asked()) throw Stopped();
                                        bar.step(done - seen);
                                        seen = done;
                                      }});
  } catch (Stopped) {
    bar.finish();
    fmt::print(stderr, "stopped; nothing was measured\n");
    return interrupt.exit_code();
  }
  bar.finish();
  const Output output(options.json);
  std::vector<std::string> texts;
  nlohmann::ordered_json result = {{"model", opened.model->name()},
                                   {"data", options.data},
                                   {"split", options.split},
                                   {"images", data.size()}};
  for (const Figure& figure : figures) {
    texts.push_back(to_text(figure));
    result[figure.name] = figure.value;
    if (figure.standard_error) result[error_key(figure.name)] = *figure.standard_error;
    if (figure.name == "iwae_nats") result["iwae_k"] = options.iwae_k;
    if (figure.name == "refined_elbo_nats") result["refine_steps"] = options.refine;
  }
  output.say("{} on {} ({} images): {}", opened.model->name(), data.name, data.size(), fmt::join(texts, ", "));
  output.finish(result);
  return 0;
}

Action setup_eval(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<EvalArguments>();
  app.add_option("checkpoint", options->checkpoint, "what ./gf train wrote, or pretrained:NAME")->required();
  app.add_option("--data", options->data,
                 "strokes, mnist, binarized-mnist, a folder or a file [what it was trained on]");
  app.add_option("--split", options->split, "train, valid, test or all")->capture_default_str();
  app.add_option("--limit", options->limit, "images, with train+valid of each of the two [all]")->check(positive());
  app.add_option("--seed", options->seed, "of generated data, and of drawing 0 and 1 from grey")
      ->capture_default_str()
      ->check(whole());
  app.add_option("--iwae-k", options->iwae_k,
                 "codes drawn for each image to estimate its likelihood, for a VAE")
      ->capture_default_str()
      ->check(positive());
  app.add_option("--refine", options->refine,
                 "steps by which a VAE's posterior of each image is refined, to tell what the encoder costs [none]")
      ->check(positive());
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  return [options, &app] { return evaluate(*options, app.count("--iwae-k") > 0); };
}

const RegisterCommand eval_command(
    "eval", "what a model is worth on held-out images: nats and bits per dimension, or its own figures", setup_eval);

}  // namespace
}  // namespace gradfold
