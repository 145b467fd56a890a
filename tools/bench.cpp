// gf bench [FILTER]: the cases of bench/*.cpp, in several processes one after the other, and one table at the
// end. gf bench --vs: the same work in other frameworks (bench/peers/*.py), in turns with ours.
// gf bench --plot: how time grows with the number of points (bench_growth.h).
#include <stdlib.h>

#include <algorithm>
#include <map>

#include <fmt/ranges.h>

#include "bench/environment.h"
#include "tensor/atomic_file.h"
#include "tensor/check.h"
#include "tensor/parallel.h"
#include "tools/bench_growth.h"
#include "tools/bench_process.h"
#include "tools/bench_results.h"
#include "tools/command.h"
#include "tools/output.h"
#include "tools/subprocess.h"
#include "viz/progress.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

struct Script {
  fs::path path;
  Names cases;  // those that were asked for
};

void prepare_environment(const BenchOptions& options) {
  bench::clear_environment();
  if (options.threads == 0) return;
  set_num_threads(options.threads);
  setenv("OMP_NUM_THREADS", std::to_string(options.threads).c_str(), 1);
}

void finish(const BenchOptions& options, const nlohmann::ordered_json& result) {
  if (!options.json_file.empty()) {
    write_atomically(options.json_file, [&](std::ostream& file) { file << result.dump(2) << "\n"; });
  }
  Output(options.json && options.json_file.empty()).finish(result);
}

std::string machine(const nlohmann::ordered_json& context) {
  const auto load = context.value("load_avg", std::vector<double>());
  return fmt::format("{} cores, {} threads{}", context.value("num_cpus", 0), num_threads(),
                     load.empty() ? "" : fmt::format(", load {:.1f} before the first process", load[0]));
}

int bench(const BenchOptions& options) {
  const Output output(options.json && options.json_file.empty());
  const Names all = matching(lines_of(options.program, {"--benchmark_list_tests"}), BenchOptions());
  const Names cases = matching(all, options);
  require_some(!cases.empty(), all, options);
  if (!options.plot.empty() && std::none_of(cases.begin(), cases.end(), is_cost)) {
    throw UsageError("bench", "--plot draws how time grows, but no case FAMILY/cost/METHOD/N was asked for",
                     "./gf bench manifold/cost --plot cost.png");
  }
  std::vector<nlohmann::ordered_json> processes;
  {
    Progress bar({.title = "bench", .total = Index(cases.size()) * options.processes, .unit = "cases"});
    for (int i = 0; i < options.processes; ++i) processes.push_back(measure(options, cases, bar));
  }
  auto result = merged(processes);
  output.say("\n{}{}\nThe middle of {} process{}.", table_of(result), machine(result["context"]),
             options.processes, options.processes == 1 ? "" : "es");
  const std::vector<Growth> growths = growths_of(result);
  if (!growths.empty()) {
    result["growth"] = growth_json(growths);
    output.say("\n{}Seconds grow as N to the exponent; the peak of memory is that at the largest N.",
               growth_table(growths));
    if (!options.plot.empty() && plot_growth(options.plot, growths)) output.say("{}", options.plot.string());
  }
  finish(options, result);
  require(options.plot.empty() || !growths.empty(), "bench", "no case of cost succeeded, so {} was not drawn",
          options.plot.string());
  return 0;
}

// ---- other frameworks ------------------------------------------------------------------------------------

// The first Python that has what the scripts need; else the reason is what the last one said.
std::string find_python(const std::vector<Script>& scripts) {
  Names said;
  for (const std::string python : kPythons) {
    const auto fits = [&](const Script& script) {
      said.clear();
      return run_program(python, {script.path, "--check"},
                         [&](const std::string& line) { said.push_back(line); }) == 0;
    };
    if (std::all_of(scripts.begin(), scripts.end(), fits)) return python;
  }
  throw Error("bench", said.empty() ? "--vs needs Python 3 with PyTorch"
                                    : fmt::format("--vs: {}", fmt::join(said, "\n")),
              said.empty() ? "apt-get install python3-torch" : "");
}

std::vector<Script> find_scripts(const BenchOptions& options) {
  std::vector<Script> scripts;
  Names all;
  for (const auto& entry : fs::directory_iterator(options.peers)) {
    if (entry.path().extension() != ".py" || entry.path().filename() == "peer.py") continue;
    Names names;
    const int code = run_program("python3", {entry.path(), "--list"},
                                 [&](const std::string& line) { names.push_back(line); });
    if (code == 127)
      throw Error("bench", "--vs needs Python 3 with PyTorch", "apt-get install python3-torch");
    require(code == 0, "bench", "{} --list ended with {}: {}", entry.path().string(), code,
            fmt::join(names, "\n"));
    all.insert(all.end(), names.begin(), names.end());
    const Names cases = matching(names, options);
    if (!cases.empty()) scripts.push_back({entry.path(), cases});
  }
  require_some(!scripts.empty(), all, options);
  std::sort(scripts.begin(), scripts.end(), [](const Script& a, const Script& b) { return a.path < b.path; });
  return scripts;
}

// Ours and the peer's of one script, one right after the other. Google Benchmark's word on the machine.
nlohmann::ordered_json play_round(const BenchOptions& options, const std::string& python,
                                  const Script& script, Progress& bar, std::vector<PeerRound>& rounds) {
  const auto measured = measure(options, script.cases, bar);
  std::map<std::string, double> ours;
  for (const auto& run : measured.at("benchmarks")) {
    ours[case_name(run["run_name"])] = milliseconds_of(run);
  }
  Names words{script.path, "--threads", std::to_string(num_threads())};
  words.insert(words.end(), script.cases.begin(), script.cases.end());
  lines_of(python, words, [&](const std::string& line) {
    const auto found = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!found.is_object()) return;
    const std::string name = found.at("case"), peer = found.at("peer");
    require(ours.count(name), "bench", "{} has the case {}, which ours do not", script.path.string(), name);
    rounds.push_back({name, peer, ours.at(name), found.at("ms")});
    bar.step(1, name + " " + peer);
  });
  return measured.at("context");
}

int compare_with_peers(const BenchOptions& options) {
  const std::vector<Script> scripts = find_scripts(options);
  const std::string python = find_python(scripts);
  Index cases = 0;
  for (const Script& script : scripts) cases += Index(script.cases.size());
  std::vector<PeerRound> rounds;
  nlohmann::ordered_json context;
  {
    Progress bar({.title = "bench --vs", .total = 2 * cases * options.processes, .unit = "cases"});
    for (int i = 0; i < options.processes; ++i) {
      for (const Script& script : scripts) {
        const auto now = play_round(options, python, script, bar, rounds);
        if (context.is_null()) context = now;
      }
    }
  }
  const auto result = versus(rounds);
  Output(options.json && options.json_file.empty())
      .say("\n{}{}\nRatio: the peer's time over ours, above 1 ours is faster; the middle of {} round{}.",
           versus_table(result), machine(context), options.processes, options.processes == 1 ? "" : "s");
  finish(options, result);
  return 0;
}

Action setup_bench(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<BenchOptions>();
  app.footer("build/gf_bench --help: Google Benchmark's own options.\n");
  app.add_option("filter", options->filters,
                 "cases whose names one of these matches: gemm, 'conv2d/forward/.*' [all]");
  auto* json = app.add_option(
      "--json", options->json_file,
      "write Google Benchmark's JSON (every process a repetition, their middle as _median) or, "
      "with --vs, {\"cases\": [...]} to FILE.json; without FILE: as the last line of stdout");
  json->expected(0, 1)->type_name("[FILE.json]");
  app.add_option("--plot", options->plot,
                 "a PNG or SVG of seconds against the number of points N with fitted exponents, and a .csv beside it; "
                 "for cases FAMILY/cost/METHOD/N: ./gf bench manifold/cost --processes 1 --plot cost.png")
      ->type_name("FILE.png");
  app.add_flag("--vs", options->vs, "the same work in PyTorch, in turns with ours (needs python3-torch)");
  app.add_option("--processes", options->processes,
                 "rounds; 1 for a quick look. The middle one counts: some libraries "
                 "are faster in one process than in another")
      ->capture_default_str()
      ->check(positive());
  app.add_option("--threads", options->threads, "for cases that do not name their own [all cores]")
      ->check(positive());
  app.add_option("--program", options->program, "another build's gf_bench")->group("");
  app.add_option("--peers", options->peers, "another folder of peers' scripts")->group("");
  return [options, json, &app] {
    options->json = json->count() > 0;
    if (!options->json_file.empty() && fs::path(options->json_file).extension() != ".json") {
      throw UsageError("bench", fmt::format("--json {} is no .json file; hint: a filter goes before --json",
                                            options->json_file));
    }
    if (!options->json_file.empty()) require_writable(options->json_file);
    if (!options->plot.empty()) {
      require_ending(app, options->plot, {".png", ".svg"}, "--plot");
      if (options->vs) throw UsageError("bench", "--plot draws our own cases; it does not go with --vs");
      require_writable(options->plot);
    }
    prepare_environment(*options);
    try {
      return options->vs ? compare_with_peers(*options) : bench(*options);
    } catch (const Stopped&) {
      fmt::print(stderr, "bench: stopped\n");
      return kStoppedExit;
    }
  };
}

const RegisterCommand bench_command("bench", "our benchmarks; --vs: the same work in PyTorch", setup_bench);

}  // namespace
}  // namespace gradfold
