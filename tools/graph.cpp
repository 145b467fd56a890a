// gf graph pixel_cnn [--blocks 1] --out g.svg: the graph of one loss, as backward walks it.
#include <cctype>
#include <map>

#include "autograd/graph_drawing.h"
#include "tensor/atomic_file.h"
#include "tools/command.h"
#include "tools/model_options.h"

namespace gradfold {
namespace {

// The model that a step of the course trains, with the settings of its quick run: a line for each such step.
struct StepModel {
  std::string name;
  ModelConfig settings;
};
const std::map<std::string, StepModel> model_of_step = {
    {"2.3", {"pixel_cnn", {{"maps", 16}, {"blocks", 8}}}},
};

std::string drawable_steps() {
  std::vector<std::string> steps;
  for (const auto& [step, model] : model_of_step) steps.push_back(step);
  return fmt::format("{}", fmt::join(steps, ", "));
}

struct GraphArguments {
  std::string model;
  ModelConfig config;
  std::filesystem::path out = "graph.svg";
};

int draw_graph(const CLI::App& app, const GraphArguments& options) {
  require_ending(app, options.out, {".svg", ".dot"});
  const auto step = model_of_step.find(options.model);
  if (step == model_of_step.end() && std::isdigit(static_cast<unsigned char>(options.model[0]))) {
    throw UsageError("graph", fmt::format("step {} trains no model that can be drawn; steps that do: {}",
                                          options.model, drawable_steps()));
  }
  ModelConfig settings = options.config;
  std::string name = options.model;
  if (step != model_of_step.end()) {
    name = step->second.name;
    settings.insert(step->second.settings.begin(), step->second.settings.end());  // what is not given
  }
  const auto model = chosen_model(name, settings);
  Rng rng(1);
  model->reset_parameters(rng);
  const Indices label = model->classes() > 0 ? Indices{0, 0} : Indices{};
  const ModelConfig config = model->config();
  const auto size = [&](const std::string& of) {
    const auto found = config.find(config.contains("side") ? "side" : of);
    return found == config.end() ? Index{28} : found->second;
  };
  const Shape images = {2, model->channels(), size("height"), size("width")};  // two: one alone has no batch statistics
  const Var loss = model->objectives()[0].loss(Tensor::zeros(images), label, rng);
  const auto names = model->named_parameters();
  const std::string picture = options.out.extension() == ".svg" ? graph_svg(loss, names) : graph_dot(loss, names);
  write_atomically(options.out, [&](std::ostream& file) { file << picture; });
  fmt::print("{}: {} parameters; the graph is in {}\n", model->name(), model->parameter_count(),
             options.out.string());
  return 0;
}

Action setup_graph(CLI::App& app, const Arguments& arguments) {
  auto options = std::make_shared<GraphArguments>();
  app.add_option("model", options->model, "a model, or a step that trains one (2.3)")->required();
  app.add_option("--out", options->out, "an .svg for a browser or a .dot for Graphviz")
      ->capture_default_str();
  Arguments names = arguments;
  for (const std::string& word : arguments) {
    if (const auto step = model_of_step.find(word); step != model_of_step.end())
      names.push_back(step->second.name);
  }
  add_model_options(app, names, options->config);
  return [options, &app] { return draw_graph(app, *options); };
}

const RegisterCommand graph_command("graph", "the graph that backward walks, as SVG or DOT", setup_graph);

}  // namespace
}  // namespace gradfold
