#include "tests/files.h"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>

#include "tensor/random.h"
#include "tests/doctest.h"

namespace gradfold {

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "gradfold-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder could be made");
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), "cannot open " << path.string());
  return (std::ostringstream() << in.rdbuf()).str();
}

void put(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(
      path);  // some file systems flush a file to the disk when it is cut to zero and rewritten
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  REQUIRE_MESSAGE(out.flush().good(), "cannot write " << path.string());
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string message_of_reading(const std::string& name, const std::string& bytes,
                               const std::function<void(const std::filesystem::path&)>& read) {
  const Scratch folder;
  put(folder / name, bytes);
  const std::string message = message_of([&] { read(folder / name); });
  CHECK_MESSAGE((message == "no error" || contains(message, name)), message);
  return message;
}

void skip(const std::string& why) { MESSAGE("skipped: " << why); }

ShellResult shell(const std::string& line, const std::filesystem::path& folder) {
  FILE* pipe = popen(("cd '" + folder.string() + "' && (" + line + ") 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  ShellResult result{0, ""};
  char block[4096];
  for (std::size_t n; (n = fread(block, 1, sizeof block, pipe)) > 0;) result.output.append(block, n);
  const int status = pclose(pipe);
  result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::string python_with(const std::string& module) {
  for (const std::string python : {"python3", "/usr/bin/python3"}) {
    if (shell(python + " -c 'import " + module + "'").exit == 0) return python;
  }
  return "";
}

int refused_when_damaged(const std::string& valid, int rounds,
                         const std::function<void(const std::string&)>& read) {
  Rng rng(20);
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = valid;
    const auto at = static_cast<std::size_t>(rng.below(static_cast<Index>(bytes.size())));
    switch (rng.below(3)) {
      case 0: bytes[at] = static_cast<char>(rng.below(256)); break;
      case 1: bytes.resize(at); break;
      default: bytes.insert(at, bytes.substr(at / 2, 16)); break;
    }
    try {
      read(bytes);
    } catch (const Error&) {
      ++refused;
    }
  }
  return refused;
}

}  // namespace gradfold
