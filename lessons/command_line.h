#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

// What the command lines of lessons and of ./gf share: checks, and one sentence for each slip.
namespace gradfold {

// Whole or other numbers above 0.
CLI::Validator positive();
// Whole numbers of 0 or more: -1 read as an unsigned number would pass for 18446744073709551615.
CLI::Validator whole();

// The word of `known` nearest to `word` (by edit distance, at most 2 away), or "".
std::string nearest(const std::string& word, const std::vector<std::string>& known);
// "; did you mean NEAREST?" or "".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

// Throws a UsageError unless the file that is to be written ends in one of these: ".png". `name` is what the
// command line calls it.
void require_ending(const CLI::App& app, const std::filesystem::path& out, const std::vector<std::string>& endings,
                    const std::string& name = "--out");

// The group of options that are a model's: "Settings of pixel_cnn".
inline const std::string kModelSettings = "Settings of ";

// Throws a UsageError for words that `app` was given and does not know; it names the nearest option, or a
// model's settings if none is near.
void refuse_unknown(const CLI::App& app, const std::vector<std::string>& left_over);

}  // namespace gradfold
