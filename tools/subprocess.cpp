#include "tools/subprocess.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "tensor/check.h"

namespace gradfold {
namespace {

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& words, int output) {
  signal(SIGINT, SIG_DFL);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
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
  const auto before = signal(SIGINT, SIG_IGN);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    become(program, words, ends[1]);
  }
  if (on_line) {
    close(ends[1]);
    read_lines(ends[0], on_line);
    close(ends[0]);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  signal(SIGINT, before);
  require(child > 0, "gf", "cannot start {}", program);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace gradfold
