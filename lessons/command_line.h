#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

// What the command lines of lessons and of ./gf share: checks, and one sentence for each slip.
namespace gradfold {

// Whole or other numbers above 0, from 0 on, from 0 to 1, and from 0 to below 1; none above 1e9, and none that are not
// finite.
CLI::Validator positive();
CLI::Validator not_negative();
CLI::Validator share();
CLI::Validator below_1();
// Whole numbers from 0 to 2^64 - 1: -1 read as an unsigned number would pass for the last of them.
CLI::Validator whole();
// Whole numbers that a model's setting may be; which of them, the model says.
CLI::Validator setting();
// Any word but the empty one.
CLI::Validator filled();

// The word of `known` nearest to `word` (by edit distance, at most 2 away), or "".
std::string nearest(const std::string& word, const std::vector<std::string>& known);
// "; did you mean NEAREST?" or "".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

// Throws a UsageError unless the file that is to be written ends in one of these: ".png". `name` is what the
// command line calls it.
void require_ending(const CLI::App& app, const std::filesystem::path& out, const std::vector<std::string>& endings,
                    const std::string& name = "--out");

// Throws a UsageError if the file that is to be written is one of those that are read; "" is none.
void refuse_input(const CLI::App& app, const std::vector<std::filesystem::path>& read,
                  const std::filesystem::path& out);

// What CLI11 says of a command line, in words of a person.
std::string in_words(const CLI::App& app, const CLI::ParseError& error);

// The group of options that are a model's: "Settings of pixel_cnn".
inline const std::string kModelSettings = "Settings of ";

// Throws a UsageError for words that `app` was given and does not know; it names the nearest option, or a
// model's settings if none is near.
void refuse_unknown(const CLI::App& app, const std::vector<std::string>& left_over);

}  // namespace gradfold
