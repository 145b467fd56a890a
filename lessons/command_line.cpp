#include "lessons/command_line.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include <fmt/ranges.h>

#include "tensor/check.h"

namespace gradfold {
namespace {

// Levenshtein's distance: insertions, deletions and replacements from a to b.
int edit_distance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

constexpr double kLargest = 1e9;  // of options: more images, epochs or steps would never end, nor fit into memory

// Numbers that `good` takes.
CLI::Validator number(const std::string& wanted, const std::string& shown, bool (*good)(double)) {
  return {[wanted, good](const std::string& text) -> std::string {
            double value = 0;
            if (!CLI::detail::lexical_cast(text, value) || !good(value))
              return fmt::format("'{}' is no {}", text, wanted);
            return value <= kLargest ? "" : fmt::format("'{}' is more than 1e9", text);
          },
          shown};
}

}  // namespace

CLI::Validator positive() {
  return number("number above 0", "> 0", [](double v) { return v > 0; });
}

CLI::Validator not_negative() {
  return number("number of 0 or more", ">= 0", [](double v) { return v >= 0; });
}

CLI::Validator share() {
  return number("number from 0 to 1", "0 .. 1", [](double v) { return v >= 0 && v <= 1; });
}

CLI::Validator below_1() {
  return number("number from 0 to below 1", "0 .. 1", [](double v) { return v >= 0 && v < 1; });
}

CLI::Validator whole() {
  return {[](const std::string& text) -> std::string {
            std::uint64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc::result_out_of_range && stop == end)
              return fmt::format("'{}' is more than 18446744073709551615", text);
            return error == std::errc() && stop == end ? "" : fmt::format("'{}' is no whole number of 0 or more", text);
          },
          ">= 0"};
}

CLI::Validator setting() {
  return {[](const std::string& text) {
            std::int64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            const bool right = error == std::errc() && stop == end && std::abs(static_cast<double>(value)) <= kLargest;
            return right ? "" : fmt::format("'{}' is no whole number up to 1e9", text);
          },
          ""};
}

CLI::Validator filled() {
  return {[](const std::string& text) {
            return text.empty() ? "it is empty, as an unset variable of a shell is; name a file, or leave it out" : "";
          },
          ""};
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  int least = 3;
  for (const std::string& candidate : known) {
    const int distance = edit_distance(word, candidate);
    if (distance < least) least = distance, best = candidate;
  }
  return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

void require_ending(const CLI::App& app, const std::filesystem::path& out, const std::vector<std::string>& endings,
                    const std::string& name) {
  const std::string file = out.filename().string();
  for (const std::string& ending : endings) {
    if (file == ending)
      throw UsageError(app.get_name(), fmt::format("{} {} is an ending without a name", name, out.string()));
    if (file.ends_with(ending)) return;
  }
  throw UsageError(app.get_name(),
                   fmt::format("{} is {} but must end in {}", name, out.string(), fmt::join(endings, " or ")));
}

void refuse_input(const CLI::App& app, const std::vector<std::filesystem::path>& read,
                  const std::filesystem::path& out) {
  std::error_code none;  // equivalent() is about files that exist
  for (const std::filesystem::path& in : read)
    if (std::filesystem::equivalent(in, out, none))
      throw UsageError(app.get_name(), fmt::format("--out is {}, which is read; name another file", in.string()));
}

std::string in_words(const CLI::App& app, const CLI::ParseError& error) {
  const std::string said = error.what(), unconverted = "Could not convert: ", between = " = ";
  if (const auto at = said.find(between); said.starts_with(unconverted) && at != std::string::npos) {
    const std::string name = said.substr(unconverted.size(), at - unconverted.size());
    const CLI::Option* option = app.get_option_no_throw(name);
    const bool whole = option && option->get_type_name().find("INT") != std::string::npos;
    return fmt::format("{} is '{}' but must be a {}number", name, said.substr(at + between.size()),
                       whole ? "whole " : "");
  }
  if (const auto at = said.find(": 1 required "); at != std::string::npos && said.ends_with(" missing"))
    return said.substr(0, at) + " needs a value behind it";
  if (const auto at = said.find(" excludes "); at != std::string::npos)
    return said.substr(0, at) + " and " + said.substr(at + 10) + " exclude one another; leave one out";
  return said;
}

void refuse_unknown(const CLI::App& app, const std::vector<std::string>& left_over) {
  if (left_over.empty()) return;
  const std::string word = left_over.front().substr(0, left_over.front().find('='));
  std::vector<std::string> known, settings;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      known.push_back("--" + name);
      if (option->get_group().starts_with(kModelSettings)) {
        settings.push_back(fmt::format("--{:<9} {}", name, option->get_description()));
      }
    }
  }
  const std::string kind = word.starts_with("-") ? "option" : "argument", near = did_you_mean(word, known);
  const bool list = near.empty() && !settings.empty();
  const std::string all = near.empty() ? "--help shows what there is" : "";
  throw UsageError(
      app.get_name(), fmt::format("unknown {} {}{}", kind, word, near),
      list ? fmt::format("settings of the model are\n    {}", fmt::join(settings, "\n    ")) : all);
}

}  // namespace gradfold
