// gf eval CHECKPOINT --data D
#include <cmath>

#include "data/load.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/output.h"
#include "tools/training.h"

namespace gradfold {
namespace {

struct Options {
  std::string checkpoint, data, split = "test";
  Index limit = 0;
  std::uint64_t seed = 1;
  int threads = 0;
  bool json = false;
};

struct MeanAndError {
  double mean, error;  // error: standard error of the mean over images
};

MeanAndError summarize(const Tensor& x) {
  const double n = static_cast<double>(x.numel());
  double sum = 0, squares = 0;
  for (Real v : x.to_vector()) sum += v;
  for (Real v : x.to_vector()) squares += (v - sum / n) * (v - sum / n);
  return {sum / n, n > 1 ? std::sqrt(squares / (n * (n - 1))) : 0};
}

int evaluate(Options options) {
  if (options.threads > 0) set_num_threads(options.threads);
  const OpenedModel opened = open_checkpoint(options.checkpoint);
  if (options.data.empty()) options.data = saved_settings(opened.progress).data;
  const Dataset data = data_for(*opened.model, load_dataset(options.data, parse_split(options.split),
                                                            {.limit = options.limit, .seed = options.seed}));
  Rng rng = Rng(options.seed).fork("levels");
  const Tensor images = to_levels(data.images, opened.model->levels(), rng);
  const auto [mean, error] = summarize(opened.model->log_prob(images, data.labels));
  const double bits = bits_per_dim(-mean, images.shape());
  const Output output(options.json);
  output.say("{} on {} ({} images): {:.2f} nats per image (+- {:.2f}), {:.4f} bits/dim", opened.model->name(),
             data.name, data.size(), -mean, error, bits);
  output.finish({{"model", opened.model->name()},
                 {"data", options.data},
                 {"split", options.split},
                 {"images", data.size()},
                 {"nll_nats", -mean},
                 {"nll_standard_error", error},
                 {"bits_per_dim", bits}});
  return 0;
}

Action setup(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<Options>();
  app.add_option("checkpoint", options->checkpoint, "what ./gf train wrote")->required();
  app.add_option("--data", options->data,
                 "strokes, mnist, binarized-mnist, a folder or a file [what it was trained on]");
  app.add_option("--split", options->split, "train, valid, test or all")->capture_default_str();
  app.add_option("--limit", options->limit, "images [all]")->check(positive());
  app.add_option("--seed", options->seed, "of generated data, and of drawing 0 and 1 from grey")
      ->capture_default_str()
      ->check(whole());
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  return [options] { return evaluate(*options); };
}

const RegisterCommand command("eval", "negative log-likelihood in nats and bits per dimension", setup);

}  // namespace
}  // namespace gradfold
