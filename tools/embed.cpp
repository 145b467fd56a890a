// gf embed METHOD --data D --out y.npy
#include <algorithm>
#include <optional>
#include <set>

#include <fmt/ranges.h>

#include "data/load.h"
#include "lessons/interrupt.h"
#include "manifold/check_option.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "tensor/atomic_file.h"
#include "tensor/npy.h"
#include "tensor/parallel.h"
#include "tools/command.h"
#include "tools/embed_methods.h"
#include "tools/output.h"
#include "viz/chart.h"
#include "viz/progress.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

constexpr Index kTrustNeighbors = 12, kVotes = 10;  // of the quality measures, as most papers have them

struct EmbedArguments {
  std::string method, data = "strokes", split = "test";
  fs::path out, labels, plot;
  Index limit = 0, pca = 0;
  std::uint64_t seed = 1;
  int threads = 0;
  bool quality = false, json = false;
  std::function<Tensor(EmbedJob&)> run;
};

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const EmbedMethod& method : embed_methods()) names.push_back(method.name);
  return names;
}

const EmbedMethod* find_method(const std::string& name) {
  for (const EmbedMethod& method : embed_methods())
    if (method.name == name) return &method;
  return nullptr;
}

CLI::Validator known_method() {
  return {[](const std::string& name) {
            if (find_method(name)) return std::string();
            throw UsageError("embed", fmt::format("there is no method '{}'{}; known are {}", name,
                                                  did_you_mean(name, method_names()), fmt::join(method_names(), ", ")));
          },
          ""};
}

Indices first(const Indices& labels, Index n) { return labels.slice(0, std::min(n, labels.numel())); }

// Points one a row: a matrix of a .npy file as it is, all else as images, flattened.
EmbedJob read_points(const CLI::App& app, const EmbedArguments& options) {
  EmbedJob job;
  job.seed = options.seed;
  if (fs::path(options.data).extension() == ".npy") {
    if (app.count("--split") > 0)
      throw UsageError("embed", fmt::format("--split is for images that have splits; all rows of {} are points",
                                            options.data));
    job.x = read_npy(options.data);
    require(job.x.rank() >= 2 && job.x.size(0) > 0, options.data,
            "the array is {}; points are the rows of a matrix [N, D], or images [N, ...]", job.x.shape());
    const Index n = options.limit > 0 ? std::min(options.limit, job.x.size(0)) : job.x.size(0);
    job.x = job.x.slice(0, 0, n);
  } else {
    const Dataset set = load_dataset(options.data, parse_split(options.split),
                                     {.limit = options.limit, .seed = options.seed});
    job.x = set.images, job.labels = set.labels;
  }
  job.x = job.x.reshape({job.x.size(0), -1});
  if (options.labels.empty()) return job;
  job.labels = read_npy_indices(options.labels);
  require(job.labels.shape.rank() == 1, options.labels.string(),
          "the array is {}; labels are one whole number for each point, [N]", job.labels.shape);
  const Index n = job.x.size(0), given = job.labels.numel();
  if (given == n || (options.limit > 0 && given > n)) {
    job.labels = first(job.labels, n);
    return job;
  }
  throw UsageError("embed", fmt::format("{} has {} labels but {} has {} points; each point needs one",
                                        options.labels.string(), given, options.data, n));
}

// What of the shared options these points do not allow. A method's own it finds itself.
void check_fits(const EmbedArguments& options, const Tensor& x) {
  const Index n = x.size(0), d = x.size(1);
  check_option(options.pca <= n || options.pca >= d, "embed",
               "--pca is {} but {} is [{}, {}]; it must be from 1 to {}, or {} and more, which leaves points as they "
               "are", options.pca, options.data, n, d, n, d);
  check_option(!options.quality || n >= 3, "embed", "--quality ranks neighbours, of 3 points at least; {} has {}",
               options.data, n);
}

void add_quality(const EmbedJob& job, const Tensor& points, const Tensor& y, nlohmann::ordered_json& result) {
  const Index n = y.size(0), near = std::min(kTrustNeighbors, (n - 1) / 2);
  Progress bar({.title = "quality", .total = 2 * n, .unit = "rows"});
  const MapTrust trust = map_trust(points, y, near, rows_on(bar));
  bar.finish();
  result["trustworthiness"] = trust.trustworthiness;
  result["continuity"] = trust.continuity;
  result["knn_accuracy"] = nullptr;  // nobody knows without labels
  if (job.labels.numel() > 0) result["knn_accuracy"] = knn_accuracy(y, job.labels, std::min(kVotes, n - 1));
}

// The first two coordinates (of one alone, against the points' numbers), a colour for each label.
void plot(const fs::path& path, const std::string& title, const Tensor& y, const Indices& labels) {
  constexpr std::size_t kColors = 12;  // classes that a legend can tell apart
  const Index n = y.size(0);
  const bool flat = y.size(1) > 1;
  Chart chart({.title = title, .equal_axes = flat, .width = 900, .height = 800});
  const std::set<std::int32_t> classes(labels.values.begin(), labels.values.end());
  const auto points = [&](std::optional<std::int32_t> of) {
    std::pair<Chart::Values, Chart::Values> xy;
    for (Index i = 0; i < n; ++i) {
      if (of && labels[i] != *of) continue;
      xy.first.push_back(y.at({i, 0}));
      xy.second.push_back(flat ? y.at({i, 1}) : static_cast<double>(i));
    }
    return xy;
  };
  if (classes.empty() || classes.size() > kColors) {
    auto [x, height] = points({});
    if (classes.empty())
      chart.scatter("", std::move(x), std::move(height));
    else
      chart.scatter_colored("", std::move(x), std::move(height), {labels.values.begin(), labels.values.end()});
  }
  if (classes.size() <= kColors) {
    for (const std::int32_t c : classes) {
      auto [x, height] = points(c);
      chart.scatter(std::to_string(c), std::move(x), std::move(height));
    }
  }
  chart.save(path);
}

int embed(const CLI::App& app, const EmbedArguments& options) {
  require_ending(app, options.out, {".npy"});
  if (!options.plot.empty()) require_ending(app, options.plot, {".png", ".svg"}, "--plot");
  if (options.threads > 0) set_num_threads(options.threads);
  const Output output(options.json);
  stop_at_once("embed: stopped; nothing was written");
  EmbedJob job = read_points(app, options);
  if (find_method(options.method)->needs_labels && job.labels.numel() == 0) {
    throw UsageError("embed", fmt::format("{} tells classes apart, and {} has no labels", options.method, options.data),
                     "--labels l.npy");
  }
  refuse_input(app, {options.data, options.labels}, options.out);
  require_writable(options.out);
  if (!options.plot.empty()) require_writable(options.plot);
  const Tensor given = job.x;
  check_fits(options, given);
  const auto say_points = [&](const Tensor& x) {
    fmt::print(stderr, "{}: {} points of {} numbers\n", options.method, x.size(0), x.size(1));
  };
  say_points(given);
  const auto start = std::chrono::steady_clock::now();
  if (options.pca > 0 && options.pca < given.size(1)) {
    job.x = job.stage("pca", [&] { return Pca({.n_components = options.pca}).fit_transform(given); });
    say_points(job.x);
  } else if (options.pca > 0) {
    fmt::print(stderr, "--pca {}: the points have {} numbers already and stay as they are\n", options.pca,
               given.size(1));
  }
  const Tensor y = options.run(job);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_npy(options.out, y);
  stop_at_once(fmt::format("embed: stopped; the map is in {}", options.out.string()));

  nlohmann::ordered_json result{{"method", options.method}, {"n", y.size(0)}, {"seconds", seconds}};
  if (options.quality) job.stage("quality", [&] { add_quality(job, given, y, result); });
  if (!options.plot.empty()) {
    job.stage("plot", [&] {
      plot(options.plot, fmt::format("{} of {}", options.method, options.data), y, job.labels);
    });
  }
  result["stages"] = job.stages;
  result.update(job.results);
  result["out"] = options.out.string();
  output.say("{} points in {} dimensions, {:.2f} s: {}", y.size(0), y.size(1), seconds, options.out.string());
  if (options.quality) {
    const auto accuracy = result["knn_accuracy"];
    output.say(
        "trustworthiness {:.4f}, continuity {:.4f}{}", result["trustworthiness"].get<double>(),
        result["continuity"].get<double>(),
        accuracy.is_null() ? "" : fmt::format(", accuracy of {} neighbours {:.4f}", kVotes, accuracy.get<double>()));
  }
  output.finish(result);
  return 0;
}

Action setup_embed(CLI::App& app, const Arguments& arguments) {
  auto options = std::make_shared<EmbedArguments>();
  std::string methods;
  for (const EmbedMethod& method : embed_methods()) methods += fmt::format("{:8} {}\n", method.name, method.help);
  app.footer("Methods:\n" + methods + "./gf help embed METHOD shows a method's own options.\n");
  app.add_option("method", options->method, fmt::format("{}", fmt::join(method_names(), ", ")))
      ->required()
      ->check(known_method());
  app.add_option("--out", options->out, "the map, a .npy file [N, n_components]")->required();
  app.add_option("--data", options->data, "a .npy matrix [N, D], or images: strokes, mnist, a folder or a file")
      ->capture_default_str();
  app.add_option("--split", options->split, "of images that have splits: train, valid, test, train+valid or all")
      ->capture_default_str();
  app.add_option("--limit", options->limit, "the first so many points [all]")->check(positive());
  app.add_option("--labels", options->labels, "a .npy file of whole numbers [N] [the data's own]");
  app.add_option("--pca", options->pca, "first reduce the points to so many numbers by PCA [as they are]")
      ->check(positive());
  app.add_option("--plot", options->plot,
                 "a PNG or SVG of the first two coordinates, coloured by labels; their numbers beside it, in a .csv");
  app.add_flag("--quality", options->quality,
               fmt::format("trustworthiness and continuity of {} neighbours against the data, and the share of points "
                           "that most of their {} neighbours on the map agree with",
                           kTrustNeighbors, kVotes));
  app.add_option("--seed,--random_state", options->seed, "of all random numbers")
      ->capture_default_str()
      ->check(whole());
  app.add_option("--threads", options->threads, "the result does not depend on it")->check(positive());
  app.add_flag("--json", options->json, "the result as one JSON object, the last line of stdout");
  if (const std::string name = first_named(arguments, method_names()); !name.empty()) {
    const auto shared = app.get_options().size();
    options->run = find_method(name)->setup(app);
    const auto all = app.get_options();
    for (auto i = shared; i < all.size(); ++i) all[i]->group(kModelSettings + name);
  }
  return [options, &app] {
    try {
      return embed(app, *options);
    } catch (const OptionError& error) {  // misuse, as what the command line alone shows to be wrong
      fmt::print(stderr, "{}\n", error.what());
      return 2;
    }
  };
}

const RegisterCommand embed_command("embed", "a map of the data in few dimensions", setup_embed);

}  // namespace
}  // namespace gradfold
