// gf course: every lesson program in order, then one page of what they wrote.
#include "tools/course.h"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>

#include "lessons/course_page.h"
#include "lessons/output_folder.h"
#include "tensor/check.h"
#include "tools/command.h"
#include "tools/subprocess.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

// A program lesson_2.3.
struct Step {
  int part, number;
  fs::path program;
  std::string id() const { return fmt::format("{}.{}", part, number); }
  auto operator<=>(const Step& other) const {
    return std::pair(part, number) <=> std::pair(other.part, other.number);
  }
};

// In the order of the course.
std::vector<Step> find_steps(const fs::path& programs) {
  std::vector<Step> steps;
  for (const auto& entry : fs::directory_iterator(programs)) {
    Step step{0, 0, entry.path()};
    const std::string name = entry.path().filename().string();
    if (std::sscanf(name.c_str(), "lesson_%d.%d", &step.part, &step.number) == 2) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

// When a file was written; the beginning of time for one that is not there.
fs::file_time_type written(const fs::path& file) {
  std::error_code missing;
  return fs::last_write_time(file, missing);
}

}  // namespace

int run_course(const fs::path& programs, const CourseOptions& options) {
  std::vector<std::string> words{"--out", options.out.string()};
  if (options.full) words.push_back("--full");
  for (const auto& [name, value] :
       {std::pair{"--data", options.data}, {"--seed", options.seed}, {"--threads", options.threads}}) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  }
  try_folder(options.out, options.out, "index.html");
  std::vector<std::string> failed;
  int stopped = 0;
  for (const Step& step : find_steps(programs)) {
    const fs::path result = options.out / step.id() / "result.json";
    const auto before = written(result);
    const int code = run_program(step.program.string(), words);
    if (code == 2) return 2;  // an option that no step takes
    if (code != 0) failed.push_back(step.id());
    if (code != 0 && code < 128 && written(result) == before) fs::remove(result);  // that of another run
    if (code == 128 + SIGINT || code == 128 + SIGTERM) {
      fmt::print("Stopped in step {}.\n", step.id());
      stopped = code;
    }
    make_folder(options.out);
    write_course_page(options.out);  // where that fails, as on a full disk, no later step could keep anything either
    if (stopped) break;
  }
  fmt::print("\nAll pictures and tables: {}\n", (options.out / "index.html").string());
  if (stopped) return stopped;
  if (!failed.empty())
    fmt::print("Steps with a claim that does not hold, or that failed: {}\n", fmt::join(failed, ", "));
  return failed.empty() ? 0 : 1;
}

namespace {

Action setup_course(CLI::App& app, const Arguments&) {
  auto options = std::make_shared<CourseOptions>();
  app.add_flag("--full", options->full, "all the data and the larger models: hours");
  app.add_option("--data", options->data, "for every step [the step's own: embedded data]");
  app.add_option("--seed", options->seed, "of all random numbers [1]")->check(whole());
  app.add_option("--threads", options->threads, "results do not depend on it");
  app.add_option("--out", options->out, "where pictures and the page go")->capture_default_str()->type_name("FOLDER");
  return [options] { return run_course(GRADFOLD_BINARY_DIR "/lessons", *options); };
}

const RegisterCommand course_command("course", "every lesson in order, then out/index.html", setup_course);

}  // namespace
}  // namespace gradfold
