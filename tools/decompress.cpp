// gf decompress CHECKPOINT IN.gfz OUT
#include <chrono>

#include "data/idx.h"
#include "models/compression.h"
#include "tensor/atomic_file.h"
#include "tensor/bytes.h"
#include "tensor/npy.h"
#include "tensor/parallel.h"
#include "tools/coding_progress.h"
#include "tools/command.h"
#include "tools/model_options.h"
#include "tools/output.h"
#include "viz/grid.h"
#include "viz/png.h"

namespace gradfold {
namespace {

struct DecompressArguments {
  std::string checkpoint;
  std::filesystem::path in, out;
  int threads = 0;
  bool json = false;
};

const std::vector<std::string> kEndings = {".npy", ".png", ".idx", "ubyte", ".idx.gz", "ubyte.gz"};

// Other files than .npy hold bytes.
void require_representable(const std::filesystem::path& out, const ImageModel& model) {
  const std::string ending = out.extension().string();
  if (ending == ".npy") return;
  if (model.levels() > 256) {
    throw UsageError("decompress", fmt::format("OUT is {}, which holds 256 levels, but this model's images have {}",
                                               out.string(), model.levels()),
                     "a .npy holds them all");
  }
  if (ending == ".png" && model.channels() != 1 && model.channels() != 3) {
    throw UsageError("decompress", fmt::format("OUT is {}, which has 1 or 3 channels, but this model's images have {}",
                                               out.string(), model.channels()),
                     "a .npy holds them all");
  }
}

void write_images(const std::filesystem::path& out, const Tensor& images) {
  if (out.extension() == ".npy") return write_npy(out, images);
  if (out.extension() != ".png") return write_idx_images(out, images);
  // One image alone, pixel for pixel; of many a picture to look at.
  write_png(out, grid(images, {.zoom = 1, .gap = images.size(0) > 1 ? GridOptions().gap : 0}));
}

// What is wrong with the file, under its name.
Tensor decompressed(AutoregressiveModel& model, const std::filesystem::path& in, const CompressOptions& options) {
  const Bytes bytes = read_file(in, "decompress");
  try {
    return decompress(model, bytes, options);
  } catch (const Error& error) {
    const std::string who = "decompress: ";
    const std::string& said = error.message();
    throw Error(in.string(), said.starts_with(who) ? said.substr(who.size()) : said, error.hint());
  }
}

int decompress_images(const DecompressArguments& options) {
  if (options.threads > 0) set_num_threads(options.threads);
  const OpenedModel opened = open_checkpoint(options.checkpoint);
  AutoregressiveModel& model = pixel_by_pixel(opened, "decompress");
  require_representable(options.out, model);
  require_writable(options.out);
  CodingProgress coding("decompressing");
  const auto start = std::chrono::steady_clock::now();
  Tensor images;
  try {
    images = decompressed(model, options.in, {.progress = coding.callback()});
  } catch (const CodingProgress::Stopped&) {
    return coding.stopped();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_images(options.out, images);
  const Output output(options.json);
  output.say("{}: {} image{} of {} x {}, {} levels, in {:.2f} s", options.out.string(), images.size(0),
             images.size(0) == 1 ? "" : "s", images.size(3), images.size(2), model.levels(), seconds);
  output.finish({{"model", model.name()},
                 {"images", images.size(0)},
                 {"levels", model.levels()},
                 {"bytes", std::filesystem::file_size(options.in)},
                 {"seconds", seconds},
                 {"out", options.out.string()}});
  return 0;
}

Action setup_decompress(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<DecompressArguments>();
  app.add_option("checkpoint", options->checkpoint, "the one that ./gf compress was given")->required();
  app.add_option("in", options->in, "the .gfz file")->required();
  app.add_option("out", options->out,
                 ".npy: the levels, 0..1; .idx or ...ubyte, with .gz packed: bytes 0..255, as MNIST's; .png: one "
                 "image pixel for pixel, or all in a grid")
      ->required();
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  return [options, &app] {
    require_ending(app, options->out, kEndings, "OUT");
    return decompress_images(*options);
  };
}

const RegisterCommand decompress_command("decompress", "the images of a .gfz file again, level for level",
                                         setup_decompress);

}  // namespace
}  // namespace gradfold
