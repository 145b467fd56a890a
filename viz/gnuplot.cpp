#include "viz/gnuplot.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

extern char** environ;

namespace gradfold {
namespace {

// Nameless files rather than pipes: nobody waits for the other side to read.
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
File temporary_file() { return {std::tmpfile(), std::fclose}; }

std::string content(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char block[1 << 16];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, file)) > 0;) text.append(block, n);
  return text;
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "it gave no reason";
  const auto before = text.find_last_of('\n', end);
  const auto begin = text.find_first_not_of(" \t", before == std::string::npos ? 0 : before + 1);
  return text.substr(begin, end + 1 - begin);
}

// 0 and the process number, or the system's error number.
int spawn(std::FILE* in, std::FILE* out, std::FILE* err, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, fileno(in), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, fileno(out), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, fileno(err), STDERR_FILENO);
  char program[] = "gnuplot", no_settings[] = "--default-settings", from_stdin[] = "-";
  char* arguments[] = {program, no_settings, from_stdin, nullptr};
  const int failure = posix_spawnp(&child, program, &files, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  return failure;
}

}  // namespace

GnuplotResult run_gnuplot(const std::string& script) {
  const File in = temporary_file(), out = temporary_file(), err = temporary_file();
  if (!in || !out || !err) return {false, "", "no temporary file could be made"};
  std::fwrite(script.data(), 1, script.size(), in.get());
  std::fflush(in.get());
  std::rewind(in.get());

  pid_t child = 0;
  if (const int failure = spawn(in.get(), out.get(), err.get(), child); failure != 0) {
    return {false, "", failure == ENOENT ? "gnuplot was not found" : "gnuplot did not start"};
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::string picture = content(out.get());
  if (status == 0 && !picture.empty()) return {true, std::move(picture), ""};
  return {false, "", fmt::format("gnuplot failed: {}", last_line(content(err.get())))};
}

std::string gnuplot_quote(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + "'";
}

}  // namespace gradfold
