// gf compress CHECKPOINT IMAGES OUT.gfz
#include <chrono>
#include <cmath>
#include <numbers>

#include "data/load.h"
#include "lessons/other_coders.h"
#include "models/compressed_file.h"
#include "models/compression.h"
#include "tensor/atomic_file.h"
#include "tensor/parallel.h"
#include "tools/coding_progress.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/output.h"
#include "viz/png.h"

namespace gradfold {
namespace {

struct CompressArguments {
  std::string checkpoint, images, split;
  std::filesystem::path out;
  Index limit = 0;
  std::uint64_t seed = 1;
  int threads = 0;
  bool json = false;
};

Dataset one_picture(const std::filesystem::path& path, int channels) {
  return {path.filename().string(), picture_for(read_png(path), channels, path, "compress"), {}, {}};
}

Dataset load(const CompressArguments& options, int channels) {
  if (options.images.ends_with(".png")) return one_picture(options.images, channels);
  return load_dataset(options.images, parse_split(options.split), {.limit = options.limit, .seed = options.seed});
}

double nll_bits(AutoregressiveModel& model, const Tensor& images, const Indices& labels,
                const CodingProgress& coding) {
  constexpr Index kAtOnce = 256;
  double nats = 0;
  for (Index from = 0; from < images.size(0); from += kAtOnce) {
    coding.check();
    const Index to = std::min(from + kAtOnce, images.size(0));
    const Indices part = labels.numel() > 0 ? labels.slice(from, to) : Indices{};
    for (const Real v : model.log_prob(images.slice(0, from, to).contiguous(), part).to_vector()) nats -= v;
  }
  return nats / std::numbers::ln2;
}

struct Result {
  Bytes file;
  double nll_bits = 0, label_bits = 0, seconds = 0;
  OtherCoders others;

  // How much longer the file is than the model's code lengths add up to.
  double excess_percent() const {
    return 100 * (8 * static_cast<double>(file.size()) / (nll_bits + label_bits) - 1);
  }
};

std::size_t header_bytes(const Result& result) { return result.file.size() - unpack(result.file).payload.size(); }

Result measure(AutoregressiveModel& model, const Tensor& images, const Indices& labels, CodingProgress& coding) {
  const auto start = std::chrono::steady_clock::now();
  Result result;
  result.file = compress(model, images, {.labels = labels, .progress = coding.callback()});
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.nll_bits = nll_bits(model, images, labels, coding);
  if (model.classes() > 0) result.label_bits = static_cast<double>(images.size(0)) * std::log2(model.classes());
  result.others = other_coders(images, model.levels());
  coding.check();
  return result;
}

void say_table(const Output& output, const CompressArguments& options, const Result& result, AutoregressiveModel& model,
               const Tensor& images) {
  const auto row = [&](const std::string& what, double bytes, const std::string& note = "") {
    output.say("  {:<44}{:>12.0f}{:>10.4f}{}", what, bytes, 8 * bytes / static_cast<double>(images.numel()), note);
  };
  output.say("  {:<44}{:>12}{:>10}", "", "bytes", "bits/dim");
  row(options.out.filename().string(), static_cast<double>(result.file.size()),
      fmt::format("  {:+.2f} % over the likelihood, with a header of {} bytes", result.excess_percent(),
                  header_bytes(result)));
  row(fmt::format("negative log-likelihood, {}", model.name()), result.nll_bits / 8);
  if (result.label_bits > 0) row(fmt::format("classes, one of {} each", model.classes()), result.label_bits / 8);
  if (result.others.png) {
    row(model.levels() == 2 && model.channels() == 1 ? "PNG, one bit a pixel, smallest" : "PNG, smallest",
        static_cast<double>(*result.others.png));
  }
  row(model.levels() > 256 ? "gzip -9, two bytes a value" : "gzip -9, a byte a value",
      static_cast<double>(result.others.gzip));
  if (result.others.gzip_packed) row("gzip -9, a bit a value", static_cast<double>(*result.others.gzip_packed));
  if (model.sampler_for(Sampler::kCached) == Sampler::kNaive)
    output.say("this {} looks ahead: its likelihood is that of pixels it has seen, and no file is as short",
               model.name());
}

nlohmann::ordered_json as_json(const CompressArguments& options, const Result& result, const AutoregressiveModel& model,
                               const Tensor& images) {
  const double bits = 8 * static_cast<double>(result.file.size());
  nlohmann::ordered_json json = {{"model", model.name()},
                                 {"data", options.images},
                                 {"images", images.size(0)},
                                 {"bytes", result.file.size()},
                                 {"header_bytes", header_bytes(result)},
                                 {"bits_per_dim", bits / static_cast<double>(images.numel())},
                                 {"nll_bits", result.nll_bits},
                                 {"label_bits", result.label_bits},
                                 {"excess_percent", result.excess_percent()},
                                 {"png_bytes", nullptr},
                                 {"gzip_bytes", result.others.gzip}};
  if (result.others.png) json["png_bytes"] = *result.others.png;
  if (result.others.gzip_packed) json["gzip_packed_bytes"] = *result.others.gzip_packed;
  json["seconds"] = result.seconds;
  json["out"] = options.out.string();
  return json;
}

int compress_images(CompressArguments options) {
  if (options.threads > 0) set_num_threads(options.threads);
  if (options.split.empty()) options.split = std::filesystem::is_regular_file(options.images) ? "all" : "test";
  const OpenedModel opened = open_checkpoint(options.checkpoint);
  AutoregressiveModel& model = pixel_by_pixel(opened, "compress");
  const Dataset data = data_for(model, load(options, model.channels()));
  Rng rng = Rng(options.seed).fork("levels");
  const Tensor images = to_levels(data.images, model.levels(), rng);
  require_writable(options.out);
  CodingProgress coding("compressing");
  Result result;
  try {
    result = measure(model, images, data.labels, coding);
  } catch (const CodingProgress::Stopped&) {
    return coding.stopped();
  }
  write_atomically(options.out, [&](std::ostream& out) {
    out.write(reinterpret_cast<const char*>(result.file.data()), static_cast<std::streamsize>(result.file.size()));
  });
  const Output output(options.json);
  if (!identical(images, data.images.contiguous())) {
    output.say("{}'s greys are not the model's {} levels: what is compressed is {}", data.name, model.levels(),
               model.levels() == 2 ? fmt::format("a draw of 0 and 1 from them, --seed {}", options.seed)
                                   : "the nearest level of each");
  }
  output.say("{}: {} image{} of {} x {}, {} levels{}, in {:.2f} s", data.name, images.size(0),
             images.size(0) == 1 ? "" : "s", images.size(3), images.size(2), model.levels(),
             model.channels() == 1 ? "" : fmt::format(", {} channels", model.channels()), result.seconds);
  say_table(output, options, result, model, images);
  output.finish(as_json(options, result, model, images));
  return 0;
}

Action setup_compress(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<CompressArguments>();
  app.add_option("checkpoint", options->checkpoint, "what ./gf train wrote, or pretrained:NAME")->required();
  app.add_option("images", options->images,
                 "strokes, mnist, binarized-mnist, a folder, a file (IDX, .npy, .amat) or a PNG, which is one image")
      ->required();
  app.add_option("out", options->out, "the file to write, .gfz; ./gf decompress with the same checkpoint reads it")
      ->required();
  app.add_option("--split", options->split, "train, valid, test or all [test; of a file all]");
  app.add_option("--limit", options->limit, "images [all]")->check(positive());
  app.add_option("--seed", options->seed, "of generated data, and of drawing 0 and 1 from grey")
      ->capture_default_str()
      ->check(whole());
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  return [options, &app] {
    require_ending(app, options->out, {".gfz"}, "OUT");
    return compress_images(*options);
  };
}

const RegisterCommand compress_command("compress", "images without loss, in as many bits as the likelihood says",
                                       setup_compress);

}  // namespace
}  // namespace gradfold
