// gf doctor: what this machine gives the project to work with.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <unistd.h>

#include "data/load.h"
#include "tensor/check.h"
#include "tensor/parallel.h"
#include "tools/command.h"
#include "tools/subprocess.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

bool on_path(const std::string& program) {
  std::string path = std::getenv("PATH") ? std::getenv("PATH") : "";
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (access((path.substr(begin, end - begin) + "/" + program).c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

std::string vector_instructions() {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__ARM_NEON)
  return "NEON";
#elif defined(__SSE2__)
  return "SSE2 only: the portable build, or an old machine";
#else
  return "none that this build knows";
#endif
}

std::string threads() {
#ifdef _OPENMP
  return fmt::format("{} of {} cores, OpenMP", num_threads(), std::thread::hardware_concurrency());
#else
  return "one: the compiler has no OpenMP (macOS: brew install libomp)";
#endif
}

std::string data_set(const std::string& name) {
  try {
    return fmt::format("found in {}", dataset_folder(name).string());
  } catch (const Error& error) {
    return fmt::format("missing: {} (the embedded strokes need nothing)", error.hint());
  }
}

std::string pytorch() {
  const std::string look = "import sys, importlib.util as u; sys.exit(u.find_spec('torch') is None)";
  for (const std::string python : kPythons) {
    if (run_program(python, {"-c", look}, [](const std::string&) {}) == 0) return "found, of " + python;
  }
  return "missing (apt: python3-torch): needed to add an op's or a layer's test values, and by bench --vs";
}

void line(const std::string& what, const std::string& found) { fmt::print("  {:<18} {}\n", what, found); }

Action setup_doctor(CLI::App&, const Arguments&) {
  return [] {
    fmt::print("this build\n");
    line("compiler", __VERSION__);
    line("vectors", vector_instructions());
    line("threads", threads());
    line("element type", sizeof(Real) == 4 ? "float" : "double");
    fmt::print("at run time\n");
    line("gnuplot", on_path("gnuplot") ? "found" : "missing: charts are left out, their CSV stays");
    line("PyTorch", pytorch());
    line("mnist", data_set("mnist"));
    line("binarized-mnist", data_set("binarized-mnist"));
    line("disk here", fmt::format("{:.1f} GiB free", double(fs::space(".").available) / (1 << 30)));
    return 0;
  };
}

const RegisterCommand doctor_command("doctor", "what this machine has, and what is missing", setup_doctor);

}  // namespace
}  // namespace gradfold
