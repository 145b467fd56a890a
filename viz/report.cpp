#include "viz/report.h"

#include <ostream>

#include <fmt/format.h>

#include "tensor/atomic_file.h"
#include "tensor/check.h"
#include "viz/progress.h"

namespace gradfold {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c4232d; --soft: #8882; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin-top: 2.2rem; } h3 small { font-weight: normal; opacity: .65; }
nav ul { padding-left: 1.2rem; } a { color: inherit; }
figure { display: inline-block; margin: .5rem 1rem .5rem 0; max-width: 100%; vertical-align: top; }
figure img { max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line); border-radius: 4px; }
figcaption { font-size: .85rem; opacity: .8; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { background: var(--soft); } td.id { white-space: nowrap; }
td.holds { color: var(--good); font-weight: bold; } td.fails { color: var(--bad); font-weight: bold; }
)";

std::string escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

// A path as a URL: what is not plain is percent-encoded, so that spaces, '#' and Korean names work.
std::string url(const std::string& path) {
  static constexpr std::string_view kPlain = "-._~/";
  std::string out;
  for (unsigned char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(static_cast<char>(c)) != kPlain.npos) {
      out += static_cast<char>(c);
    } else {
      out += fmt::format("%{:02X}", c);
    }
  }
  return out;
}

std::string link_to(const std::filesystem::path& file, const std::filesystem::path& page) {
  if (file.is_relative()) return url(file.generic_string());
  const auto folder = std::filesystem::absolute(page).parent_path();
  return url(std::filesystem::proximate(file, folder).generic_string());
}

std::string anchor(const ReportStep& step) { return url("step-" + step.id); }

bool all_hold(const ReportStep& step) {
  for (const ReportClaim& claim : step.claims) {
    if (!claim.holds) return false;
  }
  return true;
}

std::string contents(const Report& report) {
  std::string html = "<nav><ul>\n";
  for (const ReportPart& part : report.parts) {
    html += fmt::format("<li>{}<ul>\n", escape(part.title));
    for (const ReportStep& step : part.steps) {
      const std::string_view mark = step.claims.empty() ? "" : all_hold(step) ? " ✓" : " ✗";
      html += fmt::format("<li><a href=\"#{}\">{} {}</a>{}</li>\n", anchor(step), escape(step.id),
                          escape(step.title), mark);
    }
    html += "</ul></li>\n";
  }
  return html + "</ul></nav>\n";
}

std::string paragraphs(const std::vector<std::string>& texts) {
  std::string html;
  for (const std::string& text : texts) html += fmt::format("<p>{}</p>\n", escape(text));
  return html;
}

std::string claims_table(const std::vector<ReportClaim>& claims) {
  if (claims.empty()) return "";
  std::string html =
      "<div class=\"table\"><table>\n"
      "<tr><th></th><th>claim</th><th>measured</th><th>holds?</th></tr>\n";
  for (const ReportClaim& c : claims) {
    html += fmt::format("<tr><td class=\"id\">{}</td><td>{}</td><td>{}</td><td class=\"{}\">{}</td></tr>\n",
                        escape(c.id), escape(c.claim), escape(c.measured), c.holds ? "holds" : "fails",
                        c.holds ? "yes" : "no");
  }
  return html + "</table></div>\n";
}

std::string step_section(const ReportStep& step, const std::filesystem::path& page) {
  std::string html =
      fmt::format("<section id=\"{}\">\n<h3>{} {}", anchor(step), escape(step.id), escape(step.title));
  if (step.seconds > 0) html += fmt::format(" <small>{}</small>", duration_text(step.seconds));
  html += "</h3>\n";
  html += paragraphs(step.paragraphs);
  for (const ReportPicture& picture : step.pictures) {
    const std::string file = link_to(picture.file, page), caption = escape(picture.caption);
    html += fmt::format(
        "<figure><a href=\"{0}\"><img src=\"{0}\" alt=\"{1}\" loading=\"lazy\"></a>"
        "<figcaption>{1}</figcaption></figure>\n",
        file, caption);
  }
  return html + claims_table(step.claims) + "</section>\n";
}

}  // namespace

void write_report(const std::filesystem::path& page, const Report& report) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
      escape(report.language), escape(report.title), kStyle, escape(report.title));
  html += paragraphs(report.paragraphs) + contents(report);
  for (const ReportPart& part : report.parts) {
    html += fmt::format("<h2>{}</h2>\n", escape(part.title));
    for (const ReportStep& step : part.steps) html += step_section(step, page);
  }
  html += "</body>\n</html>\n";
  write_atomically(page, [&](std::ostream& out) { out << html; });
}

}  // namespace gradfold
