#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "data/batches.h"
#include "tensor/random.h"
#include "viz/chart.h"
#include "viz/grid.h"
#include "viz/progress.h"

namespace gradfold {

struct LessonOptions {
  std::string step = {};     // "2.3"
  std::string title = {};    // "PixelCNN and masked convolution"
  std::string note = {};     // what the lecture notes say, in their words (Korean)
  std::string claim = {};    // the same in English
  std::string look_at = {};  // what to look at when it is over, and what to change next
  std::string data = "strokes";
  bool labels = false;  // it cannot do without them
  Index epochs = 3, full_epochs = 20;  // 0: it has none, and no --epochs
  Index train = 4000, test = 1000;  // images of the data set that a quick run takes; --full takes all
  Index fewest_train = 200, fewest_test = 32;  // without so many (or those above) its pictures cannot be drawn
};

// 1 where an image is at least half ink, else 0.
Tensor binarize(const Tensor& images);
// The mean of every block x block pixels: [N, C, H, W] -> [N, C, H / block, W / block]. What is left over at
// the right and below is cut off.
Tensor shrink(const Tensor& images, Index block);

struct TrainOptions {
  Index batch = 64;
  Index epochs = 0;          // 0: the lesson's, which --epochs sets
  std::string title = {};    // what the progress bar calls it
  std::uint64_t stream = 0;  // two trainings of one lesson that must not see the same order differ here
};

// What every step shares: options, data, seed, progress, pictures, and the table of claims at the end.
//
//   step [--data D] [--full | --quick] [--seed N] [--epochs N] [--threads N] [--out DIR] [--json]
//
// Text goes to stdout; with --json to stderr, and the last line of stdout is one object:
//   {"step", "seed", "data", "seconds", "claims": [{"id", "claim", "measured", "shown", "holds"}],
//    "pictures": ["out/2.3/samples.png"], "captions": ["..."], "title", "note", "note_en"}
// The same object is written to DIR/STEP/result.json beside the pictures; DIR/index.html, the page of all steps,
// is written anew if it is there.
//
// Ctrl-C ends a step at once, wherever it is, with 130; pictures that are written stay, there is no table, and an
// earlier run's result.json is what it was.
// A step's main() needs no try: what escapes it is reported in one line, and ends the program with 2 for
// misuse of the command line, 1 for anything else.
class Lesson {
 public:
  Lesson(int argc, char** argv, LessonOptions options);
  ~Lesson();
  Lesson(const Lesson&) = delete;

  bool full() const { return full_; }
  std::uint64_t seed() const { return seed_; }
  const std::string& data() const { return data_; }
  Index epochs() const { return epochs_; }
  // Random numbers for one purpose: those of another purpose do not move when this one draws more.
  Rng rng(std::string_view purpose) const { return Rng(seed_).fork(purpose); }
  double seconds() const;

  // The data set of --data: training and held-out images, which never share a row. `prepare` is applied to
  // the images: lesson.train_images(binarize).
  using Prepare = Tensor (*)(const Tensor&);
  Dataset train_images(Prepare prepare = nullptr) const {
    return load(Split::kTrain, options_.train, prepare);
  }
  Dataset test_images(Prepare prepare = nullptr) const;

  // for (const Batch& batch : lesson.epochs(train, {.batch = 64})) { ...; lesson.show("nats", loss.item()); }
  // All batches of all epochs, with a progress bar.
  class Epochs;
  Epochs epochs(const Dataset& data, TrainOptions options = {});
  // What the progress bar shows beside the time that is left.
  void show(std::string_view what, double value);

  // A line for people.
  template <class... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) const {
    print(fmt::format(format, std::forward<Args>(args)...));
  }

  // Writes DIR/STEP/name. A chart that gnuplot could not draw is left out; its CSV stays.
  void picture(const std::string& name, const Image& image, const std::string& caption);
  void picture(const std::string& name, const Chart& chart, const std::string& caption);

  // A row of the closing table: what the notes say, what this run measured, whether it holds. `shown` is the
  // measurement in words; without it the number stands alone.
  void claim(std::string id, std::string claim, double measured, bool holds, std::string shown = {});
  // The same with those words as say() takes them:
  //   lesson.claim("P3", "one pass is enough", ms, ms < 5, "one pass {:.1f} ms", ms);
  template <class First, class... Rest>
  void claim(std::string id, std::string claim, double measured, bool holds,
             fmt::format_string<First, Rest...> shown, First&& first, Rest&&... rest) {
    this->claim(std::move(id), std::move(claim), measured, holds,
                fmt::format(shown, std::forward<First>(first), std::forward<Rest>(rest)...));
  }

  // Prints the table, writes result.json; 0 if every claim holds, 1 if one fails.
  int close();

 private:
  struct Claim {
    std::string id, claim;
    double measured;
    bool holds;
    std::string shown;
  };
  void parse(int argc, char** argv);
  void print(const std::string& line) const;
  void print_table() const;
  std::string result() const;
  Dataset load(Split split, Index quick, Prepare prepare) const;
  std::filesystem::path folder() const { return out_ / options_.step; }

  LessonOptions options_;
  std::string data_;
  bool full_ = false, json_ = false;
  std::uint64_t seed_ = 1;
  Index epochs_ = 0;
  std::filesystem::path out_ = "out";
  std::vector<Claim> claims_;
  std::vector<std::pair<std::filesystem::path, std::string>> pictures_;  // file, caption
  std::unique_ptr<Progress> progress_;
  std::string shown_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The batches of several epochs in a row, for a range-for.
class Lesson::Epochs {
 public:
  Epochs(Lesson& lesson, const Dataset& data, TrainOptions options);
  ~Epochs();

  class Iterator {
   public:
    Iterator(Epochs* owner, Index step) : owner_(owner), step_(step) {}
    Batch operator*() const;
    Iterator& operator++();
    bool operator!=(const Iterator& end) const { return step_ < end.step_; }

   private:
    Epochs* owner_;
    Index step_;
  };
  Iterator begin() { return {this, 0}; }
  Iterator end() { return {this, steps_}; }
  Index steps() const { return steps_; }  // batches in all epochs
  Index per_epoch() const { return batches_.per_epoch(); }

 private:
  Lesson& lesson_;
  Batches batches_;
  Index steps_;
  std::unique_ptr<Batches::Epoch> epoch_;
  Index epoch_number_ = -1, batch_size_ = 0;
};

}  // namespace gradfold
