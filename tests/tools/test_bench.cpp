// gf bench: several processes of programs that only pretend to measure, and scripts that play the other
// framework.
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// A gf_bench with two cases. sum/8 takes 2, 1 and 5 ms in its first three processes, at ratios 0.5, 2 and
// 0.9; each process notes its filter and the environment that other libraries read.
const char* program = R"sh(#!/bin/bash
cd "$(dirname "$0")"
if [ "$1" = --benchmark_list_tests ]; then echo sum/8/iterations:15/manual_time; echo tiny/1; exit; fi
echo "Benchmark   Time"; echo "sum/8/iterations:15/manual_time  1 us"; echo "tiny/1  1 ns"
echo x >>count
echo "$1 ${OPENBLAS_CORETYPE-none} ${OMP_WAIT_POLICY-none} ${OMP_NUM_THREADS-none}" >>seen
case $(wc -l <count) in
  1) ms=2 ratio=0.5 ;;
  2) ms=1 ratio=2 ;;
  *) ms=5 ratio=0.9 ;;
esac
cat >"${2#--benchmark_out=}" <<JSON
{"context": {"num_cpus": 2, "load_avg": [0.5, 0.4, 0.3]}, "benchmarks": [
 {"run_name": "sum/8/iterations:15/manual_time", "run_type": "iteration", "real_time": 7, "time_unit": "us",
  "ours": 10, "peer": 20, "ratio": $ratio, "goal": 1, "ms": $ms, "label": "GB/s, peer: plain loop"},
 {"run_name": "tiny/1", "run_type": "iteration", "real_time": 12.5, "time_unit": "ns", "peak_MB": 3}]}
JSON
)sh";

// Another, with cases of cost: linear takes N / 1000 seconds, square (N / 1000)^2, and broken fails. Each process
// notes its filter.
const char* growing_program = R"sh(#!/bin/bash
cd "$(dirname "$0")"
cases="sum maps/cost/linear/1000 maps/cost/linear/3000 maps/cost/linear/10000
maps/cost/square/1000 maps/cost/square/4000 maps/cost/once/2000 maps/cost/broken/1000"
if [ "$1" = --benchmark_list_tests ]; then printf '%s/iterations:1/real_time\n' $cases; exit; fi
name=${1#*(} && name=${name%%)*} && n=${name##*/}
echo "$name" >>seen
case $name in
  */square/*) ms=$((n * n / 1000)) ;;
  sum) ms=1 n=0 ;;
  *) ms=$n ;;
esac
case $name in */broken/*) failed=true ;; *) failed=false ;; esac
cat >"${2#--benchmark_out=}" <<JSON
{"context": {"num_cpus": 2}, "benchmarks": [
 {"run_name": "$name/iterations:1/real_time", "run_type": "iteration", "real_time": $ms, "time_unit": "ms",
  "error_occurred": $failed, "error_message": "too many", "peak_MB": $((n / 100)), "label": "points of $name"}]}
JSON
)sh";

// A folder with the program and one peer's script.
struct Workshop {
  explicit Workshop(const std::string& module = "time", const char* bench_program = program) {
    put(folder / "gf_bench", bench_program);
    fs::permissions(folder / "gf_bench", fs::perms::owner_all);
    fs::create_directory(folder / "peers");
    put(folder / "peers/other.py",
        "import sys\nsys.path.insert(0, '" GRADFOLD_SOURCE_DIR
        "/bench/peers')\nimport peer\n"
        "peer.main({'sum/8': lambda m: lambda: m.sleep(0.01)}, peer='Other', module='" +
            module + "', install='make it')\n");
  }
  Finished bench(std::vector<std::string> words) const {
    words.insert(words.begin(), {"bench", "--program", folder / "gf_bench", "--peers", folder / "peers"});
    return gf(words,
              {.environment = {"OPENBLAS_CORETYPE=Haswell", "OMP_WAIT_POLICY=active", "OMP_NUM_THREADS=2"}});
  }
  Scratch folder;
};

}  // namespace

TEST_CASE("three processes, one table: of each case the one in the middle") {
  const Workshop workshop;
  const fs::path file = workshop.folder / "result.json";
  const Finished ran = workshop.bench({"--json", file});
  REQUIRE_MESSAGE(ran.exit == 0, ran.err);
  std::istringstream lines(ran.out);
  std::string line, table;
  while (std::getline(lines, line))
    table += line.find("sum/8 ") == 0 || line.find("tiny/1 ") == 0 ? line + "\n" : "";
  CHECK(table == "sum/8    5.00 ms      10.0      20.0   0.90   1.00          GB/s, peer: plain loop  BELOW\n"
                 "tiny/1   12.5 ns                                            peak_MB 3.0\n");
  CHECK(contains(ran.out, "2 cores, 2 threads, load 0.5 before the first process\nThe middle of 3 processes.\n"));

  const auto json = nlohmann::json::parse(contents(file));
  CHECK(json.at("context").at("num_cpus") == 2);
  CHECK(json.at("benchmarks").size() == 8);  // two cases, three times and their middle
  CHECK(json["benchmarks"][2]["repetition_index"] == 1);
  CHECK(json["benchmarks"][6]["name"] == "sum/8/iterations:15/manual_time_median");
  CHECK(json["benchmarks"][6]["aggregate_name"] == "median");
  CHECK(json["benchmarks"][6]["ratio"] == 0.9);

  // What would make other libraries run unlike elsewhere is gone; the threads that were asked for stay.
  CHECK(contains(contents(workshop.folder / "seen"), " none none 2\n"));
}

TEST_CASE("a filter, a number of processes, and the JSON as the last line") {
  const Workshop workshop;
  const Finished ran = workshop.bench({"^su", "--processes", "1", "--threads", "1", "--json"});
  REQUIRE_MESSAGE(ran.exit == 0, ran.err);
  CHECK(nlohmann::json::parse(ran.out).at("benchmarks").size() == 4);
  CHECK(contains(ran.err, "The middle of 1 process.\n"));
  CHECK(contents(workshop.folder / "seen") ==
        "--benchmark_filter=^(sum/8)(/(iterations|repeats|min_time):.*|/[a-z]*_time)*$ none none 1\n");
}

TEST_CASE("time against N: exponents, memory and a picture") {
  const Workshop workshop("time", growing_program);
  const fs::path picture = workshop.folder / "cost.png";
  const Finished ran = workshop.bench({"--processes", "1", "--json", "--plot", picture});
  REQUIRE_MESSAGE(ran.exit == 0, ran.err);

  const auto growth = nlohmann::json::parse(ran.out).at("growth");
  REQUIRE(growth.size() == 3);  // what failed has no place in it
  CHECK(growth[0]["method"] == "linear");
  CHECK(growth[0]["n"] == std::vector<double>{1000, 3000, 10000});
  CHECK(growth[0]["seconds"] == std::vector<double>{1, 3, 10});
  CHECK(growth[0]["peak_MB"] == std::vector<double>{10, 30, 100});
  CHECK(growth[0]["exponent"].get<double>() == doctest::Approx(1));
  CHECK(growth[1]["exponent"].get<double>() == doctest::Approx(2));
  CHECK(growth[2]["method"] == "once");
  CHECK(growth[2]["exponent"].is_null());  // one point has no slope

  CHECK(contains(ran.err, "seconds    1000    2000    3000    4000   10000  exponent  peak MB\n"
                          "linear        1               3              10      1.00      100  points of "
                          "maps/cost/linear/10000\n"));
  CHECK(contains(ran.err, "\nonce                  2                                         20  points of "
                          "maps/cost/once/2000\n"));
  CHECK(contains(ran.err, "FAILED: too many\n"));
  CHECK(contains(contents(workshop.folder / "cost.csv"), "\nlinear  N^1.00,10000,10\nsquare  N^2.00,1000,1\n"));
  CHECK(contains(contents(workshop.folder / "cost.csv"), "\nonce,2000,2\n"));
  if (shell("gnuplot --version").exit == 0) CHECK(contents(picture).starts_with("\x89PNG"));

  // Each case of cost has a process to itself.
  CHECK(contains(contents(workshop.folder / "seen"), "sum\nmaps/cost/linear/1000\nmaps/cost/linear/3000\n"));
}

TEST_CASE("--plot of what cannot be drawn") {
  const Workshop workshop("time", growing_program);
  const fs::path picture = workshop.folder / "cost.png", nowhere = workshop.folder / "none" / "cost.png";
  const auto refused = [&](const std::vector<std::string>& words, int code, const std::string& message) {
    const Finished ran = workshop.bench(words);
    CHECK(ran.exit == code);
    CHECK(ran.err == message);
    CHECK_FALSE(fs::exists(picture));
  };
  refused({"--plot", "cost.pdf"}, 2, "bench: --plot is cost.pdf but must end in .png or .svg\n");
  refused({"--plot", nowhere}, 1, "cannot write " + nowhere.string() +
                                      ": No such file or directory\n  hint: check that the folder exists and may be "
                                      "written\n");
  refused({"sum", "--plot", picture}, 2,
          "bench: --plot draws how time grows, but no case FAMILY/cost/METHOD/N was asked for\n"
          "  hint: ./gf bench manifold/cost --plot cost.png\n");
  refused({"--vs", "--plot", picture}, 2, "bench: --plot draws our own cases; it does not go with --vs\n");
  CHECK_FALSE(fs::exists(workshop.folder / "seen"));  // found out before anything was measured

  const Finished failed = workshop.bench({"broken", "--processes", "1", "--plot", picture});
  CHECK(failed.exit == 1);
  CHECK(contains(failed.err, "bench: no case of cost succeeded, so " + picture.string() + " was not drawn\n"));
}

TEST_CASE("--vs: the same cases in another framework, in turns with ours") {
  if (python_with("json").empty()) return skip("no Python");
  const Workshop workshop;
  const Finished ran = workshop.bench({"--vs", "--json"});
  REQUIRE_MESSAGE(ran.exit == 0, ran.err);
  const auto cases = last_json(ran.out).at("cases");
  REQUIRE(cases.size() == 1);  // only what the peer has
  CHECK(cases[0]["case"] == "sum/8");
  CHECK(cases[0]["peer"] == "Other");
  CHECK(cases[0]["ours_ms"] == 2);  // of 1, 2 and 5
  CHECK(cases[0]["peer_ms"].get<double>() >= 10);
  CHECK(cases[0]["ratio"].get<double>() == doctest::Approx(cases[0]["peer_ms"].get<double>() / 2));
  CHECK(contains(ran.err, "above 1 ours is faster; the middle of 3 rounds."));
}

TEST_CASE("misuse of bench, and a framework that is not there, are one sentence") {
  const Workshop workshop;
  const auto refused = [&](const std::vector<std::string>& words, int code, const std::string& message) {
    const Finished ran = workshop.bench(words);
    CHECK(ran.exit == code);
    CHECK(ran.err == message);
  };
  refused({"nothing"}, 2, "bench: no case matches nothing; there are sum, tiny\n");
  refused({"("}, 2, "bench: the filter ( is no regular expression\n");
  refused({"--json", "sum"}, 2, "bench: --json sum is no .json file; hint: a filter goes before --json\n");
  CHECK(contains(workshop.bench({"--json", workshop.folder / "none" / "x.json"}).err, "cannot write "));
  refused({"--processes", "0"}, 2, "bench: --processes: '0' is no number above 0\n");
  refused({"--sv"}, 2, "bench: unknown option --sv; did you mean --vs?\n");
  if (python_with("json").empty()) return skip("no Python");
  refused({"--vs", "tiny"}, 2, "bench: no case with a peer matches tiny; there are sum\n");
  CHECK(Workshop("no_such_framework").bench({"--vs"}).exit == 1);
  CHECK(Workshop("no_such_framework").bench({"--vs"}).err ==
        "bench: --vs: Other is not installed; hint: make it\n");
}

TEST_CASE("every case of a peer's script is a case of ours") {
  const fs::path ours = GRADFOLD_BINARY_DIR "/gf_bench";
  const std::string python = python_with("json");
  if (python.empty() || !fs::exists(ours)) return skip("no Python, or no ./gf bench yet");
  const std::string listed = run({ours, "--benchmark_list_tests"}).out;
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(GRADFOLD_SOURCE_DIR "/bench/peers")) {
    if (entry.path().extension() != ".py" || entry.path().filename() == "peer.py") continue;
    std::istringstream names(shell(python + " " + entry.path().string() + " --list").output);
    for (std::string name; std::getline(names, name); ++cases) {
      CHECK_MESSAGE((contains(listed, name + "\n") || contains(listed, name + "/")), entry.path().string()
                                                                               << ": " << name);
    }
  }
  CHECK(cases > 10);
}
