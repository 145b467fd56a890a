#include "tests/tools/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tensor/check.h"
#include "tests/files.h"

namespace gradfold {
namespace fs = std::filesystem;

namespace {

fs::path new_file() {
  std::string name = (fs::temp_directory_path() / "gradfold-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  require(descriptor >= 0, "Process", "cannot make a temporary file {}", name);
  close(descriptor);
  return name;
}

[[noreturn]] void become(const std::vector<std::string>& words, const ProcessOptions& options, const fs::path& out,
                         const fs::path& err) {
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(open(out.c_str(), O_WRONLY), STDOUT_FILENO);
  dup2(open(err.c_str(), O_WRONLY), STDERR_FILENO);
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

Process::Process(const std::vector<std::string>& words, const ProcessOptions& options)
    : out_(new_file()), err_(new_file()) {
  pid_ = fork();
  require(pid_ >= 0, "Process", "cannot start {}", words.at(0));
  if (pid_ == 0) become(words, options, out_, err_);
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  fs::remove(out_);
  fs::remove(err_);
}

void Process::send(int signal) { kill(pid_, signal); }

Finished Process::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), contents(out_), contents(err_)};
}

Finished run(const std::vector<std::string>& words, const ProcessOptions& options) {
  return Process(words, options).wait();
}

Finished gf(std::vector<std::string> words, const ProcessOptions& options) {
  words.insert(words.begin(), GRADFOLD_BINARY_DIR "/gf");
  return run(words, options);
}

}  // namespace gradfold
