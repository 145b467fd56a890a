#pragma once
#include <filesystem>
#include <functional>
#include <string>

// What tests of files share.
namespace gradfold {

// An empty folder that disappears with the object.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string contents(const std::filesystem::path& path);
void put(const std::filesystem::path& path, const std::string& bytes);

bool contains(const std::string& text, const std::string& part);

// The text of the Error that f throws, or "no error". Another exception passes through and fails the test.
std::string message_of(const std::function<void()>& f);

// The same of reading a file of this name that holds these bytes. The message must name the file.
std::string message_of_reading(const std::string& name, const std::string& bytes,
                               const std::function<void(const std::filesystem::path&)>& read);

// Says why a test asserts nothing on this machine: `return skip("...")`.
void skip(const std::string& why);

// Runs a line of shell in a folder; its output, errors included.
struct ShellResult {
  int exit;
  std::string output;
};
ShellResult shell(const std::string& line, const std::filesystem::path& folder = ".");

// A Python that can import `module`, or "" if none is found.
std::string python_with(const std::string& module);

// Damages `valid` in `rounds` seeded ways (a byte changed, cut short, bytes repeated) and hands each to `read`,
// which must succeed or throw an Error; anything else fails the test. Returns how many were refused.
int refused_when_damaged(const std::string& valid, int rounds, const std::function<void(const std::string&)>& read);

}  // namespace gradfold
