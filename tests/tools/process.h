#pragma once
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tests/files.h"

// Child processes for the tests of ./gf and build/gf.
namespace gradfold {

using Words = std::vector<std::string>;

struct Finished {
  int exit = 0;       // exit code; 128 + n if signal n ended it
  std::string out, err;
};

struct ProcessOptions {
  std::vector<std::string> environment = {};   // "NAME=value", over this process's own
  long file_limit = 0;                         // bytes that a file may grow to (a full disk); 0: none
  std::filesystem::path folder = {};           // where it runs
};

class Process {
 public:
  Process(const Words& words, const ProcessOptions& options = {});
  explicit Process(const std::function<int()>& function);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Waits until it handles this signal itself: before that, the signal would end it without a word. (Linux tells;
  // elsewhere this waits for two seconds.)
  void wait_until_it_handles(int signal);
  void send(int signal);
  Finished wait();

 private:
  pid_t pid_ = -1;
  Scratch folder_;  // of what it writes to stdout and stderr
};

Finished run(const Words& words, const ProcessOptions& options = {});
// A function in a process of its own; what it returns is the exit code. It must not use other threads.
Finished run_function(const std::function<int()>& function);
// build/gf with these words.
Finished gf(Words words, const ProcessOptions& options = {});

// The last line that a command with --json writes.
nlohmann::json last_json(const std::string& text);

}  // namespace gradfold
