// gf sample CHECKPOINT --n 64 --out s.png
#include <chrono>

#include "lessons/interrupt.h"
#include "tensor/atomic_file.h"
#include "tensor/parallel.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/output.h"
#include "viz/grid.h"
#include "viz/png.h"
#include "viz/progress.h"

namespace gradfold {
namespace {

struct Options {
  std::string checkpoint, sampler = "cached";
  std::filesystem::path out, complete;
  Index n = 64, zoom = GridOptions().zoom;
  Real temperature = 1;
  std::uint64_t seed = 1;
  int threads = 0;
  bool json = false;
};

// The given rows of a picture, and where they are: all of a picture that is less high than the model's
// images, the upper half of one that is as high.
void add_completion(SampleOptions& sampling, const Options& options, const ImageModel& model,
                    const Shape& image) {
  const Tensor picture = to_tensor(read_png(options.complete), model.channels());
  const Index height = image[2], width = image[3];
  require(picture.size(2) == width && picture.size(1) <= height, options.complete.string(),
          "it is {} x {} pixels but the model's images are {} x {}; the width must be equal and the height "
          "no larger; "
          "hint: ./gf sample ... --n 1 --zoom 1 draws one of that size",
          picture.size(2), picture.size(1), width, height);
  const Index rows = picture.size(1) < height ? picture.size(1) : height / 2;
  Rng rng = Rng(options.seed).fork("levels");
  sampling.image = Tensor::zeros(image);
  sampling.known = Tensor::zeros(image);
  sampling.image.slice(2, 0, rows)
      .copy_from(to_levels(picture.unsqueeze(0).slice(2, 0, rows), model.levels(), rng));
  sampling.known.slice(2, 0, rows).fill(1);
}

Sampler parse_sampler(const std::string& name) {
  for (const Sampler sampler : {Sampler::kNaive, Sampler::kCropped, Sampler::kCached}) {
    if (sampler_name(sampler) == name) return sampler;
  }
  throw UsageError("sample", fmt::format("there is no sampler '{}'; known are cached, cropped and naive", name));
}

int sample(const Options& options) {
  const Sampler wanted = parse_sampler(options.sampler);
  if (options.threads > 0) set_num_threads(options.threads);
  const OpenedModel opened = open_checkpoint(options.checkpoint);
  Shape shape = opened.image();
  SampleOptions sampling{.sampler = opened.model->sampler_for(wanted), .temperature = options.temperature};
  const std::string_view sampler = sampler_name(sampling.sampler);
  if (!options.complete.empty()) add_completion(sampling, options, *opened.model, shape);
  require_writable(options.out);
  const Interrupt interrupt;
  Progress bar({.title = "sampling", .total = shape[2] * shape[3], .unit = "pixels"});
  Index drawn = 0;
  struct Stopped {};
  sampling.progress = [&](Index done, Index) {
    if (interrupt.asked()) throw Stopped();
    bar.step(done - drawn);
    drawn = done;
  };
  shape[0] = options.n;
  Rng rng = Rng(options.seed).fork("sample");
  const auto start = std::chrono::steady_clock::now();
  Tensor images;
  try {
    images = opened.model->sample(shape, rng, sampling);
  } catch (Stopped) {
    bar.finish();
    fmt::print(stderr, "stopped; no picture was written\n");
    return interrupt.exit_code();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  bar.finish();
  write_png(options.out, grid(images, {.zoom = options.zoom, .gap = options.n > 1 ? GridOptions().gap : 0}));
  const Output output(options.json);
  if (sampling.sampler != wanted) output.say("{} has no {} sampler", opened.model->name(), options.sampler);
  output.say("{} image{} in {:.2f} s ({}): {}", options.n, options.n == 1 ? "" : "s", seconds, sampler,
             options.out.string());
  output.finish({{"images", options.n},
                 {"seconds", seconds},
                 {"sampler", sampler},
                 {"out", options.out.string()}});
  return 0;
}

Action setup(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<Options>();
  app.add_option("checkpoint", options->checkpoint, "what ./gf train wrote")->required();
  app.add_option("--out", options->out, "the PNG, all images in a grid")->required();
  app.add_option("--n", options->n, "how many images")->capture_default_str()->check(positive());
  app.add_option("--zoom", options->zoom,
                 "screen pixels per image pixel; one image with 1 can be given to --complete")
      ->capture_default_str()
      ->check(positive());
  app.add_option("--sampler", options->sampler,
                 "all give the same images; cached: one pass of the net in all; cropped: one for each pixel, over the "
                 "rows down to it; naive: one for each pixel, over the whole image")
      ->capture_default_str();
  app.add_option("--complete", options->complete,
                 "a PNG: its rows (its upper half if it is as high as the model's images) "
                 "are given, the rest is drawn");
  app.add_option("--temperature", options->temperature, "below 1: likelier pixels become likelier still")
      ->capture_default_str()->check(positive());
  app.add_option("--seed", options->seed, "of all random numbers")->capture_default_str()->check(whole());
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  return [options, &app] {
    require_ending(app, options->out, {".png"});
    return sample(*options);
  };
}

const RegisterCommand command("sample", "draw new images, or complete half an image", setup);

}  // namespace
}  // namespace gradfold
