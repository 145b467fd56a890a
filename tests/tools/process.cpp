#include "tests/tools/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tensor/check.h"

namespace gradfold {
namespace {

// Nothing to read, and stdout and stderr in files of `folder`.
void redirect(const Scratch& folder) {
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(creat((folder / "out").c_str(), 0600), STDOUT_FILENO);
  dup2(creat((folder / "err").c_str(), 0600), STDERR_FILENO);
}

// What the child does: its words.
[[noreturn]] void become(const Words& words, const ProcessOptions& options, const Scratch& folder) {
  redirect(folder);
  for (std::string setting : options.environment) {
    const auto equals = setting.find('=');
    setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
  }
  if (options.file_limit > 0) {
    const rlimit limit{rlim_t(options.file_limit), rlim_t(options.file_limit)};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);  // write() then fails as on a full disk
  }
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(126);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Process::Process(const Words& words, const ProcessOptions& options) {
  pid_ = fork();
  require(pid_ >= 0, "Process", "cannot start {}", words.at(0));
  if (pid_ == 0) become(words, options, folder_);
}

Process::Process(const std::function<int()>& function) {
  std::fflush(nullptr);  // or both processes would write what is waiting
  pid_ = fork();
  require(pid_ >= 0, "Process", "cannot fork");
  if (pid_ > 0) return;
  redirect(folder_);
  const int code = function();
  std::fflush(nullptr);
  _exit(code);
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void Process::wait_until_it_handles(int signal) {
  namespace fs = std::filesystem;
  const fs::path proc = fmt::format("/proc/{}", pid_);
  if (!fs::exists(proc)) return std::this_thread::sleep_for(std::chrono::seconds(2));
  for (int tries = 0; tries < 6000; ++tries) {
    // Between fork() and exec() it still is this program, with doctest's handlers.
    std::error_code ended;
    const bool is_itself = fs::read_symlink(proc / "exe", ended) != fs::read_symlink("/proc/self/exe");
    const std::string status = contents(proc / "status");
    const auto at = status.find("SigCgt:");  // a mask in hexadecimal; man 5 proc
    require(!ended && at != std::string::npos, "Process", "it ended before it handled signal {}", signal);
    if (is_itself && std::stoull(status.substr(at + 7), nullptr, 16) >> (signal - 1) & 1) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw Error("Process", fmt::format("it does not handle signal {} after a minute", signal));
}

void Process::send(int signal) { kill(pid_, signal); }

Finished Process::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), contents(folder_ / "out"),
          contents(folder_ / "err")};
}

Finished run(const Words& words, const ProcessOptions& options) {
  return Process(words, options).wait();
}

Finished run_function(const std::function<int()>& function) { return Process(function).wait(); }

Finished gf(Words words, const ProcessOptions& options) {
  words.insert(words.begin(), GRADFOLD_BINARY_DIR "/gf");
  return run(words, options);
}

nlohmann::json last_json(const std::string& text) {
  const auto end = text.find_last_not_of('\n');
  const auto begin = text.rfind('\n', end);
  return nlohmann::json::parse(text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin));
}

}  // namespace gradfold
