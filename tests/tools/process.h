#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/files.h"

// Child processes for the tests of ./gf and build/gf.
namespace gradfold {

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
  Process(const std::vector<std::string>& words, const ProcessOptions& options = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal);
  Finished wait();

 private:
  pid_t pid_ = -1;
  Scratch folder_;  // of what it writes to stdout and stderr
};

Finished run(const std::vector<std::string>& words, const ProcessOptions& options = {});
// build/gf with these words.
Finished gf(std::vector<std::string> words, const ProcessOptions& options = {});

}  // namespace gradfold
