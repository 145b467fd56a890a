#pragma once
#include <filesystem>
#include <string>

namespace gradfold {

// What `gf course` hands on to every step; an empty word is not handed on.
struct CourseOptions {
  bool full = false;
  std::string data = {}, seed = {}, threads = {};
  std::filesystem::path out = "out";
};

// Runs every program lesson_N.M of the folder `programs` in the order of the course, whatever becomes of the ones
// before, and after each writes out/index.html of the results that this run has made or left alone. Throws if that
// cannot be written. Returns the exit code: 0 if every step returned 0; 1 if one did not (all their names are printed at the end); 2 at once, without a page,
// if a step refuses an option; 130 after Ctrl-C, with the page of what there is.
int run_course(const std::filesystem::path& programs, const CourseOptions& options);

}  // namespace gradfold
