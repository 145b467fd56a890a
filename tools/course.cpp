// gf course: every lesson program in order, then one page of what they wrote.
#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tensor/check.h"
#include "tools/command.h"
#include "tools/subprocess.h"
#include "viz/report.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

struct Options {
  bool full = false;
  std::string data, seed, threads;
  fs::path out = "out";
};

// build/lessons/lesson_2.3, in the order of the course.
struct Step {
  int part, number;
  fs::path program;
  std::string id() const { return fmt::format("{}.{}", part, number); }
  auto operator<=>(const Step& other) const {
    return std::pair(part, number) <=> std::pair(other.part, other.number);
  }
};

std::vector<Step> find_steps() {
  std::vector<Step> steps;
  for (const auto& entry : fs::directory_iterator(GRADFOLD_BINARY_DIR "/lessons")) {
    Step step{0, 0, entry.path()};
    const std::string name = entry.path().filename().string();
    if (std::sscanf(name.c_str(), "lesson_%d.%d", &step.part, &step.number) == 2) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

// What the step wrote about itself (lessons/lesson.h).
ReportStep report_of(const fs::path& result, const fs::path& page_folder) {
  const auto json = nlohmann::json::parse(std::ifstream(result));
  ReportStep step{.id = json.at("step"), .title = json.at("title"), .seconds = json.at("seconds")};
  for (const char* text : {"note", "note_en"}) {
    if (!json.value(text, "").empty()) step.paragraphs.push_back(json.at(text));
  }
  for (const auto& claim : json.at("claims")) {
    step.claims.push_back({claim.at("id"), claim.at("claim"), claim.at("shown"), claim.at("holds")});
  }
  for (std::size_t i = 0; i < json.at("pictures").size(); ++i) {
    const fs::path picture = json.at("pictures").at(i).get<std::string>();
    step.pictures.push_back({fs::relative(picture, page_folder), json.at("captions").at(i)});
  }
  return step;
}

std::string part_title(int part) {
  static const std::array names = {"Generative models", "PixelRNN and PixelCNN", "Manifolds",
                                   "Autoencoders and VAE"};
  return part >= 1 && part <= int(names.size()) ? fmt::format("{}. {}", part, names[part - 1])
                                                : fmt::format("{}.", part);
}

void add_to_report(Report& report, const Step& step, const fs::path& result, const fs::path& page_folder) {
  const std::string title = part_title(step.part);
  if (report.parts.empty() || report.parts.back().title != title) report.parts.push_back({title, {}});
  report.parts.back().steps.push_back(report_of(result, page_folder));
}

int course(const Options& options) {
  std::vector<std::string> words{"--out", options.out.string()};
  if (options.full) words.push_back("--full");
  for (const auto& [name, value] :
       {std::pair{"--data", options.data}, {"--seed", options.seed}, {"--threads", options.threads}}) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  }
  Report report{.title = "gradfold: the course"};
  std::vector<std::string> failed;
  int stopped = 0;
  for (const Step& step : find_steps()) {
    const fs::path result = options.out / step.id() / "result.json";
    fs::remove(result);
    const int code = run_program(step.program.string(), words);
    if (code == 2) return 2;  // an option that no step takes
    if (code != 0) failed.push_back(step.id());
    if (fs::exists(result)) add_to_report(report, step, result, options.out);
    if (code == 128 + SIGINT) {
      fmt::print("Stopped in step {}.\n", step.id());
      stopped = code;
      break;
    }
  }
  const fs::path page = options.out / "index.html";
  write_report(page, report);
  fmt::print("\nAll pictures and tables: {}\n", page.string());
  if (stopped) return stopped;
  if (!failed.empty())
    fmt::print("Steps with a claim that does not hold, or that failed: {}\n", fmt::join(failed, ", "));
  return failed.empty() ? 0 : 1;
}

Action setup(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<Options>();
  app.add_flag("--full", options->full, "all the data and the larger models: hours");
  app.add_option("--data", options->data, "for every step [the step's own: embedded data]");
  app.add_option("--seed", options->seed, "of all random numbers [1]")->check(whole());
  app.add_option("--threads", options->threads, "results do not depend on it");
  app.add_option("--out", options->out, "where pictures and the page go")->capture_default_str();
  return [options] { return course(*options); };
}

const RegisterCommand command("course", "every lesson in order, then out/index.html", setup);

}  // namespace
}  // namespace gradfold
