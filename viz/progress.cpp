#include "viz/progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include "viz/terminal.h"

namespace gradfold {
namespace {

constexpr double kRedraw = 0.1;  // seconds between redrawings on a terminal
constexpr int kBarWidth = 24, kLeastBar = 8;

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string rate_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.1f}M", rate / 1e6);
  if (rate >= 1e4) return fmt::format("{:.1f}k", rate / 1e3);
  return rate >= 10 ? fmt::format("{:.0f}", rate) : fmt::format("{:.2g}", rate);
}

std::string bar(double share, int width) {
  const int full = static_cast<int>(share * width);
  return fmt::format(" [{}{}]", std::string(static_cast<std::size_t>(full), '#'),
                     std::string(static_cast<std::size_t>(width - full), '.'));
}

// Characters as a terminal counts them, near enough: UTF-8 sequences of three bytes and more (Korean, for
// one) take two columns.
int columns_of(const std::string& text) {
  int columns = 0;
  for (unsigned char c : text) columns += (c & 0xC0) == 0x80 ? 0 : c >= 0xE0 ? 2 : 1;
  return columns;
}

// The longest beginning that fits.
std::string cut(const std::string& text, int columns) {
  std::size_t end = 0, next = 0;
  while (next < text.size()) {
    ++next;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    if (columns_of(text.substr(0, next)) > columns) break;
    end = next;
  }
  return text.substr(0, end);
}

}  // namespace

std::string duration_text(double seconds) {
  const auto s = static_cast<long long>(std::max(0.0, seconds) + 0.5);
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

Progress::Progress(ProgressOptions options) : options_(std::move(options)) {
  if (!options_.clock) options_.clock = steady_seconds;
  if (!options_.out) options_.out = &std::cerr;
  start_ = drawn_ = options_.clock();
}

Progress::~Progress() { finish(); }

void Progress::step(Index n, std::string note) {
  if (finished_) return;
  done_ += n;
  if (!note.empty()) note_ = std::move(note);
  const double now = options_.clock();
  const bool terminal = (options_.width < 0 ? terminal_width(STDERR_FILENO) : options_.width) > 0;
  if (now - drawn_ < (terminal ? kRedraw : options_.log_every)) return;
  drawn_ = now;
  draw();
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  draw();
  if (last_length_ > 0) *options_.out << '\n' << std::flush;
}

// On a terminal the line is written over the last one; what the last had more of is blanked.
void Progress::draw() {
  const int width = options_.width < 0 ? terminal_width(STDERR_FILENO) : options_.width;
  const std::string line = text(width);
  if (width == 0) {
    *options_.out << line << '\n' << std::flush;
    return;
  }
  const int length = columns_of(line), left_over = std::max(0, last_length_ - length);
  *options_.out << '\r' << line << std::string(static_cast<std::size_t>(left_over), ' ') << std::flush;
  last_length_ = std::max(length, 1);
}

std::string Progress::text(int width) const {
  const double elapsed = options_.clock() - start_;
  const auto done = static_cast<double>(done_), total = static_cast<double>(options_.total);
  const double rate = elapsed > 0 ? done / elapsed : 0, share = total > 0 ? std::min(1.0, done / total) : 0;
  std::string before = options_.title, after;
  if (total > 0) {
    before += fmt::format("{}{:3.0f}%", before.empty() ? "" : " ", share * 100);
    after += fmt::format("  {}/{}", done_, options_.total);
  } else {
    after += fmt::format("  {} {}", done_, options_.unit);
  }
  if (rate > 0) after += fmt::format("  {} {}/s", rate_text(rate), options_.unit);
  if (!note_.empty()) after += "  " + note_;
  if (finished_) {
    after += fmt::format("  in {}", duration_text(elapsed));
  } else if (rate > 0 && total > 0) {
    after += fmt::format("  {} left", duration_text((total - done) / rate));
  }
  if (width == 0) return before + after;
  // The bar takes what room there is; on a narrow terminal it goes first, then the end of the line. The last
  // column stays free: writing there makes some terminals wrap.
  const int room = width - 1 - columns_of(before) - columns_of(after) - 3;
  const std::string middle = total > 0 && room >= kLeastBar ? bar(share, std::min(room, kBarWidth)) : "";
  return cut(before + middle + after, width - 1);
}

}  // namespace gradfold
