#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gradfold {

struct ReportClaim {
  std::string id, claim, measured;
  bool holds = false;
};
struct ReportPicture {
  std::filesystem::path file;  // relative to the page's folder, or absolute
  std::string caption;
};
struct ReportStep {
  std::string id, title;                   // "2.3", "PixelCNN and masked convolution"
  std::vector<std::string> paragraphs = {};
  std::vector<ReportPicture> pictures = {};
  std::vector<ReportClaim> claims = {};
  double seconds = 0;
};
struct ReportPart {
  std::string title;
  std::vector<ReportStep> steps;
};
struct Report {
  std::string title;
  std::string language = "en";             // of the text, for the browser's fonts and reader
  std::vector<std::string> paragraphs = {};
  std::vector<ReportPart> parts = {};
};

// One HTML page with its style inside: contents, then every step with its pictures and its table
// claim, measured, holds. Pictures are linked relative to the page, so that the folder can be moved
// or served. All text is escaped; UTF-8 goes through.
void write_report(const std::filesystem::path& page, const Report& report);

}  // namespace gradfold
