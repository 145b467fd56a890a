#include "tools/subprocess.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "tensor/check.h"

namespace gradfold {
namespace {

std::atomic<pid_t> running = 0;

// A terminal sends its Ctrl-C to the child as well; kill sends to this process alone.
void pass_on(int signal, siginfo_t* from, void*) {
  if (from->si_code == SI_USER && running > 0) kill(running, signal);
}

// While the child runs, SIGINT and SIGTERM are its own to obey.
class PassOnSignals {
 public:
  PassOnSignals() {
    struct sigaction action = {};
    action.sa_sigaction = pass_on;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before_[i]);
  }
  ~PassOnSignals() {
    running = 0;
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }
  PassOnSignals(const PassOnSignals&) = delete;

  static constexpr std::array kSignals{SIGINT, SIGTERM};

 private:
  std::array<struct sigaction, kSignals.size()> before_;
};

// What a child of a process with threads may do before it is another program: no allocation.
[[noreturn]] void become(const std::vector<char*>& argv, int output, const sigset_t& mask) {
  for (const int s : PassOnSignals::kSignals) signal(s, SIG_DFL);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  execvp(argv[0], argv.data());
  _exit(127);
}

void read_lines(int from, const std::function<void(const std::string&)>& on_line) {
  std::string line;
  std::array<char, 4096> block;
  for (ssize_t n; (n = read(from, block.data(), block.size())) > 0;) {
    for (ssize_t i = 0; i < n; ++i) {
      if (block[static_cast<std::size_t>(i)] != '\n') line += block[static_cast<std::size_t>(i)];
      else on_line(std::exchange(line, {}));
    }
  }
  if (!line.empty()) on_line(line);
}

}  // namespace

int run_program(const std::string& program, const std::vector<std::string>& words,
                const std::function<void(const std::string&)>& on_line) {
  int ends[2] = {-1, -1};
  require(!on_line || pipe(ends) == 0, "gf", "cannot start {}: no pipe can be made", program);
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const PassOnSignals passing;
  // A signal that comes before the child is known waits until it is.
  sigset_t waiting, before;
  sigemptyset(&waiting);
  for (const int s : PassOnSignals::kSignals) sigaddset(&waiting, s);
  pthread_sigmask(SIG_BLOCK, &waiting, &before);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    become(argv, ends[1], before);
  }
  running = child;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (on_line) {
    close(ends[1]);
    read_lines(ends[0], on_line);
    close(ends[0]);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  require(child > 0, "gf", "cannot start {}", program);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace gradfold
