// gf sample CHECKPOINT --n 64 --out s.png
#include <unistd.h>

#include <chrono>
#include <optional>

#include "data/load.h"
#include "lessons/correlation_table.h"
#include "lessons/interrupt.h"
#include "lessons/latent_axes.h"
#include "lessons/latent_pictures.h"
#include "tensor/atomic_file.h"
#include "tensor/elementwise.h"
#include "tensor/npy.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/output.h"
#include "tools/training.h"
#include "viz/grid.h"
#include "viz/png.h"
#include "viz/progress.h"
#include "viz/terminal.h"

namespace gradfold {
namespace {

struct SampleArguments {
  std::string checkpoint, sampler = "cached";
  std::filesystem::path out, complete, known;
  bool reconstruct = false, traverse = false, interpolate = false, latent_map = false;
  std::string data;
  Index steps = 11;
  std::optional<Index> label;
  Index n = 64, zoom = GridOptions().zoom;
  Real temperature = 1;
  std::uint64_t seed = 1;
  int threads = 0;
  bool json = false;
};

// Which pixels are given, [1, 1, H, W]: the white ones of --known; without it the rows of the picture, or the upper
// half of one that is as high as the model's images.
Tensor known_pixels(const SampleArguments& options, const Shape& image, Index picture_rows) {
  const Index height = image[2], width = image[3];
  if (options.known.empty()) {
    require(picture_rows < height || height > 1, options.complete.string(),
            "the model's images have one row, which has no upper half; hint: --known says what is given of it");
    Tensor rows = Tensor::zeros({1, 1, height, width});
    rows.slice(2, 0, picture_rows < height ? picture_rows : height / 2).fill(1);
    return rows;
  }
  require(picture_rows == height, options.complete.string(),
          "it has {} rows, the model's images {}: with --known it must be as high as they are", picture_rows, height);
  const Tensor mask = to_tensor(read_png(options.known), 1).unsqueeze(0);
  require(mask.size(3) == width && mask.size(2) == height, options.known.string(),
          "it is {} x {} pixels but the model's images are {} x {}; both must be equal; hint: white where a pixel of "
          "--complete is given, black where it is drawn",
          mask.size(3), mask.size(2), width, height);
  const Tensor white = greater(mask, Tensor::scalar(Real(0.5)));
  require(max(white).item() > 0, options.known.string(),
          "no pixel of it is white, so nothing of --complete is given; hint: white is given, black is drawn");
  return white;
}

void add_completion(SampleOptions& sampling, const SampleArguments& options, const ImageModel& model,
                    const Shape& image) {
  const Image read = read_png(options.complete);
  const Index height = image[2], width = image[3], rows = read.height();
  require(read.width() == width && rows <= height, options.complete.string(),
          "it is {} x {} pixels but the model's images are {} x {}; the width must be equal and the height "
          "no larger; "
          "hint: ./gf sample ... --n 1 --zoom 1 draws one of that size",
          read.width(), rows, width, height);
  const Tensor picture = picture_for(read, model.channels(), options.complete, "sample");
  Tensor whole = Tensor::zeros(image);  // what is given stays the same for every seed: no draw of 0 and 1 from greys
  whole.slice(2, 0, rows).copy_from(model.levels() == kGrey ? picture : to_nearest_level(picture, model.levels()));
  sampling.known = known_pixels(options, image, rows);
  sampling.image = whole * sampling.known;  // what is to be drawn is nobody's to see
}

// A class for each image: --class K, or all classes in turn.
Indices classes_to_draw(const SampleArguments& options, const ImageModel& model) {
  const Index classes = model.classes();
  if (options.label && classes == 0) {
    throw UsageError("sample", fmt::format("--class {} was asked for, but {} was trained without classes",
                                           *options.label, options.checkpoint),
                     "./gf train gated_pixel_cnn --classes 10 trains a model with them, and so does vae");
  }
  if (options.label && *options.label >= classes) {
    throw UsageError("sample", fmt::format("--class is {} but the model's classes are 0..{}", *options.label,
                                           classes - 1));
  }
  if (classes == 0) return {};
  Indices labels(Shape{options.n});
  for (Index i = 0; i < options.n; ++i) labels[i] = static_cast<std::int32_t>(options.label.value_or(i % classes));
  return labels;
}

Sampler parse_sampler(const std::string& name) {
  for (const Sampler sampler : {Sampler::kNaive, Sampler::kCropped, Sampler::kCached}) {
    if (sampler_name(sampler) == name) return sampler;
  }
  throw UsageError("sample", fmt::format("there is no sampler '{}'; known are cached, cropped and naive", name));
}

// What only a model that draws pixel by pixel can do.
void refuse_pixel_options(const CLI::App& app, const OpenedModel& opened) {
  for (const char* option : {"--sampler", "--complete", "--temperature"})
    if (app.count(option) > 0) pixel_by_pixel(opened, option);
}

// A column for each class.
void write_grid(const SampleArguments& options, const Tensor& images, Index classes) {
  write_png(options.out, grid(images, {.columns = options.label ? 0 : std::min(classes, options.n),
                                       .zoom = options.zoom,
                                       .gap = options.n > 1 ? GridOptions().gap : 0}));
}

// The first images in the terminal, for who sits at another machine than the file lies on.
void show(const SampleArguments& options, const Tensor& images) {
  const int columns = terminal_width(STDOUT_FILENO);
  if (options.json || columns == 0 || images.size(1) != 1) return;
  fmt::print("{}", terminal_row(images, columns, /*color=*/true));
}

// n images, a thousand at a time: what a sampler keeps of each fits into memory then. Empty if it was interrupted.
std::optional<Tensor> draw(ImageModel& model, const SampleArguments& options, Shape shape, SampleOptions sampling,
                           const Interrupt& interrupt) {
  constexpr Index kAtOnce = 1000;
  Progress bar({.title = "sampling", .total = options.n * shape[2] * shape[3], .unit = "pixels"});
  struct Stopped {};
  const Indices labels = sampling.labels;
  Rng rng = Rng(options.seed).fork("sample");
  shape[0] = options.n;
  Tensor images(shape);
  try {
    for (Index from = 0; from < options.n; from += kAtOnce) {
      shape[0] = std::min(kAtOnce, options.n - from);
      if (labels.numel() > 0) sampling.labels = labels.slice(from, from + shape[0]);
      sampling.progress = [&, drawn = Index(0)](Index done, Index) mutable {
        if (interrupt.asked()) throw Stopped();
        bar.step((done - drawn) * shape[0]);
        drawn = done;
      };
      images.slice(0, from, from + shape[0]).copy_from(model.sample(shape, rng, sampling));
    }
  } catch (Stopped) {
    bar.finish();
    return std::nullopt;
  }
  bar.finish();
  return images;
}

int sample(const CLI::App& app, const SampleArguments& options) {
  const Sampler wanted = parse_sampler(options.sampler);
  if (options.threads > 0) set_num_threads(options.threads);
  const OpenedModel opened = open_checkpoint(options.checkpoint);
  const Shape shape = opened.image();
  auto* const by_pixel = dynamic_cast<AutoregressiveModel*>(opened.model.get());
  if (!by_pixel) refuse_pixel_options(app, opened);
  SampleOptions sampling{.sampler = by_pixel ? by_pixel->sampler_for(wanted) : wanted,
                         .temperature = options.temperature};
  sampling.labels = classes_to_draw(options, *opened.model);
  if (!options.complete.empty()) add_completion(sampling, options, *opened.model, shape);
  refuse_input(app, {options.complete, options.known}, options.out);
  require_writable(options.out);
  const Interrupt interrupt;
  const auto start = std::chrono::steady_clock::now();
  const std::optional<Tensor> images = draw(*opened.model, options, shape, sampling, interrupt);
  if (!images) {
    fmt::print(stderr, "stopped; nothing was written\n");
    return interrupt.exit_code();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.out.extension() == ".npy") write_npy(options.out, *images);
  else write_grid(options, *images, opened.model->classes());
  const Output output(options.json);
  show(options, *images);
  const std::string sampler = by_pixel ? std::string(sampler_name(sampling.sampler)) : "whole images";
  if (sampling.sampler != wanted)
    output.say("the {} sampler would not give what this {} says; it was the {} one", options.sampler,
               opened.model->name(), sampler);
  output.say("{} image{} in {:.2f} s ({}): {}", options.n, options.n == 1 ? "" : "s", seconds, sampler,
             options.out.string());
  output.finish({{"images", options.n},
                 {"seconds", seconds},
                 {"sampler", sampler},
                 {"out", options.out.string()}});
  return 0;
}

// The first n images of --data's test split (of valid, if it has none), as the model is to see them.
Dataset some_images(const SampleArguments& options, const OpenedModel& opened, Index n) {
  const std::string spec =
      options.data.empty() ? remembered_data(saved_settings(opened.progress), "sample") : options.data;
  const auto load = [&](Split split) { return load_dataset(spec, split, {.limit = n, .seed = options.seed}); };
  const auto held_out = [&] {
    try {
      return load(Split::kTest);
    } catch (const MissingSplit&) {
      return load(Split::kValid);
    }
  };
  Dataset data = data_for(*opened.model, held_out());
  Rng rng = Rng(options.seed).fork("levels");
  data.images = to_levels(data.images, opened.model->levels(), rng);
  return data;
}

constexpr Index kMeasured = 1000;  // images drawn to say what a row of --traverse turns

// Images in rows, how many columns they need, and what the rows are called; of --traverse, what goes with each latent.
struct Strips {
  Tensor images;
  Index columns;
  std::vector<std::string> titles = {};
  std::vector<CorrelationRow> latents = {};
};

// Of colours, or of a single row, nobody can say how it leans (models/digit_shape.h).
bool can_be_measured(const Shape& images) { return images[1] == 1 && images[2] >= 2 && images[3] >= 2; }

void say_correlations(const Output& output, const Strips& strips) {
  if (strips.latents.empty()) return;
  output.say("correlations with what is measured of {} images drawn:", kMeasured);
  for (const std::string& line : correlation_lines(strips.latents)) output.say("  {}", line);
}

Strips draw_strips(const SampleArguments& options, const OpenedModel& opened) {
  LatentModel& model = with_codes(opened, "sample");
  const Indices label = classes_to_draw(options, model);
  const Indices one = label.numel() > 0 ? label.slice(0, 1) : label;
  if (options.latent_map && model.code_size() != 2) {
    throw UsageError("sample",
                     fmt::format("--latent-map shows the plane of codes of 2 numbers, and those of {} have {}",
                                 options.checkpoint, model.code_size()),
                     "--traverse has a row for each number of the code");
  }
  if (options.latent_map) return {latent_map(model, options.steps, one), options.steps};
  if (options.traverse) {
    Rng rng = Rng(options.seed).fork("sample");
    std::vector<std::string> names;
    for (Index latent = 0; latent < model.latents(); ++latent) names.push_back(model.latent_name(latent));
    const Tensor images = traversals(model, model.draw_codes(1, rng), options.steps, one);
    if (!can_be_measured(images.shape())) return {images, options.steps, names};
    Rng measured = Rng(options.seed).fork("measured");  // the rows are the same whatever is measured
    const Tensor with_shapes = latents_with_shapes(model, kMeasured, measured, one);
    return {images, options.steps, names, latent_rows(model, with_shapes)};
  }
  const Dataset data = some_images(options, opened, options.interpolate ? 2 * options.n : options.n);
  if (options.reconstruct) return {reconstructions(model, data.images, data.labels), data.size()};
  const Tensor z = model.encode(data.images, data.labels);
  const Index pairs = data.size() / 2;
  const Indices labels = data.has_labels() ? data.labels.slice(0, pairs) : Indices{};
  return {interpolations(model, z.slice(0, 0, pairs), z.slice(0, pairs, 2 * pairs), options.steps, labels),
          options.steps};
}

int sample_strips(const CLI::App& app, const SampleArguments& options) {
  if (options.threads > 0) set_num_threads(options.threads);
  const OpenedModel opened = open_checkpoint(options.checkpoint);
  if (!dynamic_cast<AutoregressiveModel*>(opened.model.get())) refuse_pixel_options(app, opened);
  require_writable(options.out);
  const auto start = std::chrono::steady_clock::now();
  const Strips strips = draw_strips(options, opened);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_png(options.out, grid(strips.images, {.columns = strips.columns, .zoom = options.zoom,
                                              .row_titles = strips.titles}));
  const Output output(options.json);
  show(options, strips.images);
  output.say("{} images: {}", strips.images.size(0), options.out.string());
  say_correlations(output, strips);
  nlohmann::ordered_json result = {{"images", strips.images.size(0)},
                                   {"seconds", seconds},
                                   {"sampler", "whole images"},
                                   {"out", options.out.string()}};
  for (const auto& [name, with] : strips.latents)
    result["latents"].push_back({{"name", name}, {"slant", with[0]}, {"thickness", with[1]}, {"size", with[2]}});
  output.finish(result);
  return 0;
}

Action setup_sample(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<SampleArguments>();
  app.add_option("checkpoint", options->checkpoint, "what ./gf train wrote, or pretrained:NAME")->required();
  app.add_option("--out", options->out, "the PNG, all images in a grid, or a .npy file [n, C, H, W] of them")
      ->required();
  app.add_option("--n", options->n, "how many images")->capture_default_str()->check(positive());
  app.add_option("--zoom", options->zoom,
                 "screen pixels per image pixel; one image with 1 can be given to --complete")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  app.add_option("--sampler", options->sampler,
                 "all give the same images; cached: one pass of the net in all; cropped: one for each pixel, over the "
                 "rows down to it; naive: one for each pixel, over the whole image")
      ->capture_default_str();
  app.add_option("--complete", options->complete,
                 "a PNG: its rows (its upper half if it is as high as the model's images) "
                 "are given, the rest is drawn; greys count as the model's nearest level");
  app.add_option("--known", options->known,
                 "a PNG of the size of the model's images: white where a pixel of --complete is given, black where it "
                 "is drawn; for any other part than upper rows");
  CLI::Option_group& strips = *app.add_option_group("models with codes (autoencoder, vae, ...)");
  strips.require_option(0, 1);
  strips.add_flag("--reconstruct", options->reconstruct, "--n images of --data, and below them what the model makes of "
                                                         "them");
  strips.add_flag("--interpolate", options->interpolate,
                  "--n rows, each from one image of --data to another along the straight line between their codes");
  strips.add_flag("--traverse", options->traverse,
                  "a row for each number of the code, which goes from end to end while the others stay; of grey "
                  "images, what it correlates with, too");
  strips.add_flag("--latent-map", options->latent_map,
                  "what the plane of the codes decodes to, for codes of two numbers");
  app.add_option("--steps", options->steps, "images in a row of --interpolate, --traverse and --latent-map")
      ->capture_default_str()->check(CLI::Range(2, 1000));
  app.add_option(
      "--data", options->data,
      "for --reconstruct and --interpolate: a data set, whose test images (valid, if it has none) are taken [what it "
      "was trained on]");
  app.add_option("--class", options->label,
                 "draw this class, for a model with classes [all in turn, a column each]")->check(whole());
  app.add_option("--temperature", options->temperature, "below 1: likelier pixels become likelier still")
      ->capture_default_str()->check(positive());
  app.add_option("--seed", options->seed, "of all random numbers")->capture_default_str()->check(whole());
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  return [options, &app] {
    if (!options->known.empty() && options->complete.empty())
      throw UsageError("sample", "--known says which pixels of --complete are given, but there is no --complete");
    const auto only_for = [&](const char* option, bool wanted, const char* which) {
      if (app.count(option) > 0 && !wanted)
        throw UsageError("sample", fmt::format("{} is for {}; leave it out", option, which));
    };
    const bool by_data = options->reconstruct || options->interpolate;
    only_for("--class", !by_data, "what is drawn anew, and --reconstruct and --interpolate show images of --data in "
                                  "the class that they have");
    only_for("--data", by_data, "--reconstruct and --interpolate, which start from images");
    only_for("--steps", options->interpolate || options->traverse || options->latent_map,
             "--interpolate, --traverse and --latent-map");
    only_for("--n", !options->traverse && !options->latent_map,
             "so many images or rows, and the code says how many rows --traverse and --latent-map have");
    const bool strips = options->reconstruct || options->traverse || options->interpolate || options->latent_map;
    if (strips) require_ending(app, options->out, {".png"});
    else require_ending(app, options->out, {".png", ".npy"});
    if (options->out.extension() == ".npy" && app.count("--zoom") > 0)
      throw UsageError("sample", "--zoom is for a picture, and a .npy file holds the images as they are; leave it out");
    return strips ? sample_strips(app, *options) : sample(app, *options);
  };
}

const RegisterCommand sample_command("sample", "draw new images, complete a part of one, or show what codes mean",
                                     setup_sample);

}  // namespace
}  // namespace gradfold
