#include "lessons/lesson.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "data/binarize.h"
#include "data/load.h"
#include "lessons/command_line.h"
#include "lessons/course_page.h"
#include "lessons/exit_code.h"
#include "lessons/interrupt.h"
#include "lessons/json_text.h"
#include "lessons/output_folder.h"
#include "lessons/plain_help.h"
#include "tensor/atomic_file.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "viz/png.h"

namespace gradfold {
namespace {

// What escapes a lesson's main(): its text, and the exit code that the command line promises.
[[noreturn]] void report_and_exit() {
  const int code = report(std::current_exception());
  std::fflush(nullptr);
  std::_Exit(code);
}

// Text broken into lines of at most `width` bytes, at blanks.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines{""};
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t to = std::min(text.find(' ', from), text.size());
    const std::string word = text.substr(from, to - from);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.push_back("");
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    from = to + 1;
  }
  return lines;
}

}  // namespace

Lesson::Lesson(int argc, char** argv, LessonOptions options)
    : options_(std::move(options)), data_(options_.data) {
  std::set_terminate(report_and_exit);
  parse(argc, argv);
  // A Ctrl-C while the folder is tried waits, or it would leave an empty folder; then it comes again, to say its line.
  int stopped_by = 0;
  {
    const Interrupt waiting;
    try_folder(folder(), out_, "result.json");
    if (waiting.asked()) stopped_by = waiting.signal();
  }
  stop_at_once(fmt::format("lesson {}: stopped before it finished; no results were written", options_.step));
  if (stopped_by) std::raise(stopped_by);
  say("{}  {}\n", options_.step, options_.title);
  say("  {}", options_.note);
  say("  {}\n", options_.claim);
}

Lesson::~Lesson() = default;

void Lesson::parse(int argc, char** argv) {
  const std::string who = "lesson " + options_.step;
  CLI::App app(fmt::format("{}  {}\n{}", options_.step, options_.title, options_.claim), who);
  app.formatter(std::make_shared<PlainHelp>());
  app.allow_extras();
  bool quick = false;
  Index epochs = -1;
  int threads = 0;
  app.add_option("--data", data_, "strokes, mnist, binarized-mnist, a folder or a file")
      ->capture_default_str();
  auto* full = app.add_flag("--full", full_, "all the data and the larger model: minutes to hours");
  app.add_flag("--quick", quick, "a minute on two cores (the default)")->excludes(full);
  app.add_option("--seed", seed_, "of all random numbers")->capture_default_str()->check(whole());
  if (options_.epochs > 0) {
    app.add_option("--epochs", epochs, "passes over the training images")->check(positive());
  }
  app.add_option("--threads", threads, "results do not depend on it")->check(positive());
  app.add_option("--out", out_, "where pictures go")->capture_default_str()->type_name("FOLDER");
  app.add_flag("--json", json_, "the result as one JSON object, the last line of stdout");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) std::exit(app.exit(error));  // --help
    throw UsageError(who, in_words(app, error));
  }
  refuse_unknown(app, app.remaining());
  epochs_ = epochs > 0 ? epochs : full_ ? options_.full_epochs : options_.epochs;
  if (threads > 0) set_num_threads(threads);
}

double Lesson::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

Dataset Lesson::load(Split split, Index quick, Prepare prepare) const {
  Dataset out = load_dataset(data_, split, {.limit = full_ ? 0 : quick, .seed = seed_});
  if (options_.labels && !out.has_labels()) {
    throw UsageError("lesson " + options_.step,
                     fmt::format("'{}' has no labels, and this lesson needs them", data_),
                     "use --data strokes or --data mnist");
  }
  const Index needed = std::min(quick, split == Split::kTrain ? options_.fewest_train : options_.fewest_test);
  if (out.size() < needed) {
    throw UsageError("lesson " + options_.step,
                     fmt::format("'{}' has {} images in its {} split, and a lesson takes {} or more", data_, out.size(),
                                 split_name(split), needed),
                     fmt::format("a file of {} images or more gives both splits enough",
                                 std::max(10 * options_.fewest_test, 5 * options_.fewest_train / 4)));
  }
  if (prepare) out.images = prepare(out.images);
  return out;
}

// Binarized MNIST is often handed on without its test file. A lesson chooses nothing by the held-out images,
// so the validation split serves as well; a published figure needs the test file.
Dataset Lesson::test_images(Prepare prepare) const {
  try {
    return load(Split::kTest, options_.test, prepare);
  } catch (const MissingSplit& error) {
    say("  ({}: held-out figures are of the validation split)\n", error.message());
    return load(Split::kValid, options_.test, prepare);
  }
}

Tensor binarize(const Tensor& images) { return binarize_threshold(images); }

Tensor shrink(const Tensor& images, Index block) {
  const Index n = images.size(0), c = images.size(1), h = images.size(2) / block, w = images.size(3) / block;
  const Tensor cut = images.slice(2, 0, h * block).slice(3, 0, w * block);
  return mean(cut.reshape({n, c, h, block, w, block}), {3, 5});
}

void Lesson::print(const std::string& line) const {
  fmt::print(json_ ? stderr : stdout, "{}\n", line);
  std::fflush(json_ ? stderr : stdout);
}

void Lesson::show(std::string_view what, double value) { shown_ = fmt::format("{} {:.2f}", what, value); }

void Lesson::picture(const std::string& name, const Image& image, const std::string& caption) {
  const std::filesystem::path file = folder() / name;
  make_folder(folder());
  write_png(file, image);
  pictures_.emplace_back(file, caption);
}

void Lesson::picture(const std::string& name, const Chart& chart, const std::string& caption) {
  const std::filesystem::path file = folder() / name;
  make_folder(folder());
  if (chart.save(file)) pictures_.emplace_back(file, caption);
}

void Lesson::claim(std::string id, std::string claim, double measured, bool holds, std::string shown) {
  if (shown.empty()) shown = fmt::format("{:.4g}", measured);
  claims_.push_back({std::move(id), std::move(claim), measured, holds, std::move(shown)});
}

void Lesson::print_table() const {
  constexpr std::size_t kClaim = 46, kMeasured = 46;
  say("\n{:<4} {:<{}} {:<{}} {}", "", "claim", kClaim, "measured", kMeasured, "holds?");
  say("{}", std::string(4 + kClaim + kMeasured + 9, '-'));
  for (const Claim& c : claims_) {
    const std::vector<std::string> claim = wrapped(c.claim, kClaim), shown = wrapped(c.shown, kMeasured);
    for (std::size_t i = 0; i < std::max(claim.size(), shown.size()); ++i) {
      say("{:<4} {:<{}} {:<{}} {}", i == 0 ? c.id : "", i < claim.size() ? claim[i] : "", kClaim,
          i < shown.size() ? shown[i] : "", kMeasured,
          i > 0     ? ""
          : c.holds ? "yes"
                    : "NO");
    }
  }
}

std::string Lesson::result() const {
  nlohmann::ordered_json out = {{"step", options_.step},
                                {"title", options_.title},
                                {"note", options_.note},
                                {"note_en", options_.claim},
                                {"seed", seed_},
                                {"data", data_},
                                {"seconds", seconds()},
                                {"claims", nlohmann::json::array()},
                                {"pictures", nlohmann::json::array()},
                                {"captions", nlohmann::json::array()}};
  for (const Claim& c : claims_) {
    out["claims"].push_back(
        {{"id", c.id}, {"claim", c.claim}, {"measured", c.measured}, {"shown", c.shown}, {"holds", c.holds}});
  }
  for (const auto& [file, caption] : pictures_) {
    out["pictures"].push_back(file.string());
    out["captions"].push_back(caption);
  }
  return json_text(out);
}

int Lesson::close() {
  progress_.reset();
  print_table();
  say("\nPictures:");
  for (const auto& [file, caption] : pictures_) say("  {}  {}", file.string(), caption);
  say("\n{}", options_.look_at);
  bool all_hold = true;
  for (const Claim& c : claims_) all_hold = all_hold && c.holds;
  say("{} seconds. {}", static_cast<int>(seconds() + 0.5),
      all_hold ? "Every claim holds on this run." : "NOT every claim holds on this run: see the table.");
  const std::string json = result();
  make_folder(folder());
  write_atomically(folder() / "result.json", [&](std::ostream& file) { file << json << "\n"; });
  if (std::filesystem::exists(out_ / "index.html")) write_course_page(out_);
  if (json_ && !(std::cout << json << std::endl))
    throw Error("--json", "the result could not be written to the standard output", "is the disk full?");
  return all_hold ? 0 : 1;
}

// ---- the training loop's range ----------------------------------------------------------------------

Lesson::Epochs Lesson::epochs(const Dataset& data, TrainOptions options) {
  return Epochs(*this, data, options);
}

Lesson::Epochs::Epochs(Lesson& lesson, const Dataset& data, TrainOptions options)
    : lesson_(lesson),
      batches_(data,
               {.batch = options.batch, .drop_last = true, .seed = lesson.seed() + 1000 * options.stream}) {
  const Index epochs = options.epochs > 0 ? options.epochs : lesson.epochs();
  steps_ = epochs * batches_.per_epoch();
  const std::string title = options.title.empty() ? "training" : options.title;
  lesson_.shown_.clear();
  lesson_.progress_ = std::make_unique<Progress>(
      ProgressOptions{.title = title, .total = epochs * batches_.images_per_epoch()});
}

Lesson::Epochs::~Epochs() { lesson_.progress_.reset(); }

Batch Lesson::Epochs::Iterator::operator*() const {
  Epochs& e = *owner_;
  const Index number = step_ / e.batches_.per_epoch();
  if (number != e.epoch_number_) {
    e.epoch_ = std::make_unique<Batches::Epoch>(e.batches_.epoch(number));
    e.epoch_number_ = number;
  }
  Batch batch = (*e.epoch_)[step_ % e.batches_.per_epoch()];
  e.batch_size_ = batch.size();
  return batch;
}

Lesson::Epochs::Iterator& Lesson::Epochs::Iterator::operator++() {
  owner_->lesson_.progress_->step(owner_->batch_size_, owner_->lesson_.shown_);
  ++step_;
  return *this;
}

}  // namespace gradfold
