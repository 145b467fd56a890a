// What every lesson promises: options, exit codes, one JSON object, pictures where it says they are.
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

#include "lessons/lesson.h"
#include "tensor/npy.h"
#include "tensor/parallel.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

using Words = std::vector<std::string>;

// A lesson made in this process, with the words of its command line.
struct Made {
  Made(Words words, LessonOptions options = {.step = "9.9", .title = "a test", .epochs = 2, .train = 20, .test = 10})
      : words(words) {
    this->words.insert(this->words.begin(), "lesson");
    for (std::string& word : this->words) argv.push_back(word.data());
    lesson = std::make_unique<Lesson>(static_cast<int>(argv.size()), argv.data(), options);
  }
  Words words;
  std::vector<char*> argv;
  std::unique_ptr<Lesson> lesson;
};

nlohmann::json result_in(const std::filesystem::path& folder) {
  return nlohmann::json::parse(std::ifstream(folder / "9.9" / "result.json"));
}

ShellResult run_lesson(const std::string& step, const std::string& words) {
  return shell(std::string(GRADFOLD_BINARY_DIR) + "/lessons/lesson_" + step + " " + words);
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

TEST_CASE("a lesson runs on as many threads as --threads says") {
  const Scratch out;
  const int before = num_threads();
  for (const int threads : {1, 3}) {
    const Made made({"--threads", std::to_string(threads), "--out", out.path().string()});
    CHECK(num_threads() == threads);
  }
  set_num_threads(before);
}

TEST_CASE("a lesson whose claims hold ends with 0, one whose claim fails with 1; result.json tells which") {
  Scratch out;
  for (const bool second_holds : {true, false}) {
    Made made({"--json", "--seed", "7", "--out", out.path().string()});
    made.lesson->claim("X1", "two and two is four", 4, true);
    made.lesson->claim("X2", "five is even", 5, second_holds, "{} / 2 = {:.1f}", 5, 2.5);
    made.lesson->picture("blank.png", Image(8, 8), "nothing");
    CHECK(made.lesson->close() == (second_holds ? 0 : 1));
    const auto json = result_in(out.path());
    CHECK(json.at("step") == "9.9");
    CHECK(json.at("seed") == 7);
    CHECK(json.at("data") == "strokes");
    CHECK(json.at("seconds").get<double>() >= 0);
    CHECK(json.at("claims").size() == 2);
    CHECK(json.at("claims")[0].at("measured") == 4);
    CHECK(json.at("claims")[1] == nlohmann::json{{"id", "X2"},
                                                         {"claim", "five is even"},
                                                         {"measured", 5.0},
                                                         {"shown", "5 / 2 = 2.5"},
                                                         {"holds", second_holds}});
    CHECK(json.at("pictures")[0] == (out / "9.9/blank.png").string());
    CHECK(std::filesystem::exists(out / "9.9/blank.png"));
  }
}

TEST_CASE("options: epochs, full, and what the lesson itself asks for") {
  Scratch out;
  CHECK(Made({"--out", out.path().string()}).lesson->epochs() == 2);
  CHECK(Made({"--out", out.path().string(), "--epochs", "5"}).lesson->epochs() == 5);
  CHECK(Made({"--out", out.path().string(), "--full"}).lesson->full());
}

TEST_CASE("a step without epochs takes no --epochs") {
  Scratch out;
  CHECK_THROWS_WITH(Made({"--out", out.path().string(), "--epochs", "5"},
                         {.step = "9.9", .title = "a test", .epochs = 0}),
                    doctest::Contains("unknown option --epochs"));
  CHECK(run_lesson("1.2", "--epochs 1").exit == 2);
}

TEST_CASE("a lesson run after the course refreshes its page, with seed and data; without a page it makes none") {
  Scratch out;
  for (const char* seed : {"3", "4"}) {
    Made made({"--json", "--seed", seed, "--out", out.path().string()});
    made.lesson->claim("X1", "two and two is four", 4, true, fmt::format("seen with {}", seed));
    made.lesson->close();
    CHECK(std::filesystem::exists(out / "index.html") == (std::string(seed) == "4"));
    if (std::string(seed) == "3") put(out / "index.html", "an older page");
  }
  const std::string page = contents(out / "index.html");
  CHECK(contains(page, "seed 4, data strokes"));
  CHECK(contains(page, "seen with 4"));
  CHECK_FALSE(contains(page, "seen with 3"));
}

TEST_CASE("a folder that cannot be made is one sentence, before the work") {
  Scratch out;
  put(out / "file", "");
  const std::string message = message_of([&] { Made({"--out", (out / "file").string()}); });
  CHECK(message.starts_with("cannot write " + (out / "file/9.9").string() + ": "));
  CHECK(contains(message, "hint: check that the folder above it exists and may be written"));
}

TEST_CASE("training and held-out images differ, follow the seed, and come prepared") {
  Scratch out;
  const std::string place = out.path().string();
  Made a({"--out", place}), b({"--out", place}), c({"--out", place, "--seed", "2"});
  const Tensor train = a.lesson->train_images(binarize).images, test = a.lesson->test_images(binarize).images;
  CHECK(train.shape() == Shape{20, 1, 28, 28});
  CHECK(test.shape() == Shape{10, 1, 28, 28});
  CHECK(identical(train, b.lesson->train_images(binarize).images));
  CHECK_FALSE(identical(train, c.lesson->train_images(binarize).images));
  CHECK_FALSE(identical(train.slice(0, 0, 10).clone(), test));
  for (const Real v : train.to_vector()) CHECK((v == 0 || v == 1));
}

TEST_CASE("epochs: every image once an epoch, another order each epoch, the same for the same seed") {
  Scratch out;
  const auto order = [&](std::uint64_t stream) {
    Made made({"--out", out.path().string()});
    std::vector<std::int32_t> rows;
    for (const Batch& batch : made.lesson->epochs(made.lesson->train_images(), {.batch = 5, .stream = stream})) {
      rows.insert(rows.end(), batch.rows.values.begin(), batch.rows.values.end());
    }
    return rows;
  };
  std::vector<std::int32_t> rows = order(0);
  CHECK(rows == order(0));
  CHECK(rows != order(1));
  CHECK(rows.size() == 40);
  CHECK_FALSE(std::equal(rows.begin(), rows.begin() + 20, rows.begin() + 20));
  std::sort(rows.begin(), rows.begin() + 20);
  for (std::int32_t i = 0; i < 20; ++i) CHECK(rows[i] == i);
}

TEST_CASE("shrink takes the mean of blocks and drops what is left over") {
  const Tensor x = Tensor::from({1, 3, 0, 9, /**/ 5, 7, 4, 9}, {1, 1, 2, 4});
  CHECK(identical(shrink(x, 2), Tensor::from({4, 5.5}, {1, 1, 1, 2})));
  CHECK(shrink(Tensor::zeros({1, 1, 29, 30}), 7).shape() == Shape{1, 1, 4, 4});
}

TEST_CASE("misuse ends with 2 and says what is wrong") {
  const ShellResult option = run_lesson("2.3", "--epoch 3");
  CHECK(option.exit == 2);
  CHECK(option.output == "lesson 2.3: unknown option --epoch; did you mean --epochs?\n");
  CHECK(run_lesson("2.3", "--epochs x").output == "lesson 2.3: --epochs: 'x' is no number above 0\n");
  CHECK(run_lesson("2.3", "--epochs 0").exit == 2);
  CHECK(run_lesson("2.3", "--seed -1").output == "lesson 2.3: --seed: '-1' is no whole number of 0 or more\n");
  CHECK(run_lesson("2.3", "--full --quick").exit == 2);
  CHECK(run_lesson("2.3", "--help").exit == 0);
  Scratch out;
  const ShellResult data = run_lesson("2.3", "--data nowhere --out " + out.path().string());
  CHECK(data.exit == 2);
  CHECK(data.output.find("'nowhere' is no data set") != std::string::npos);
  write_npy(out / "images.npy", Tensor::zeros({40, 28, 28}));
  const ShellResult labels =
      run_lesson("1.1", "--data " + (out / "images.npy").string() + " --out " + out.path().string());
  CHECK(labels.exit == 2);
  CHECK(labels.output.find("has no labels, and this lesson needs them") != std::string::npos);
  const ShellResult few =
      run_lesson("2.3", "--data " + (out / "images.npy").string() + " --out " + out.path().string());
  CHECK(few.exit == 2);
  CHECK(few.output.find("has 32 images in its train split, and a lesson takes 200 or more\n  hint: a file of 320") !=
        std::string::npos);
}

TEST_CASE("2.3 runs from end to end on a file of small images; what must hold exactly holds") {
  Scratch out;
  Rng rng(3);
  Tensor images = rng.bernoulli(Tensor::full({320, 12, 12}, Real(0.2)));
  images.slice(1, 4, 8).slice(2, 4, 8).fill(1);
  write_npy(out / "images.npy", images);
  const ShellResult ran = run_lesson("2.3", "--json --epochs 1 --data " + (out / "images.npy").string() + " --out " +
                                     out.path().string() + " 2>/dev/null");
  CHECK((ran.exit == 0 || ran.exit == 1));  // so little training need not prove every claim
  const auto json = nlohmann::json::parse(last_line(ran.output));
  for (const char* key : {"step", "seed", "data", "seconds", "claims", "pictures"}) CHECK(json.contains(key));
  for (const auto& claim : json.at("claims")) {
    CAPTURE(claim.dump());
    const bool exact = contains(claim.at("claim").get<std::string>(), "the same bits");
    if (claim.at("id") == "P5" || exact) CHECK(claim.at("holds") == true);
  }
  for (const auto& picture : json.at("pictures")) CHECK(std::filesystem::exists(picture.get<std::string>()));
}
