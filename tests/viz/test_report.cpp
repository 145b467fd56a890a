#include "viz/report.h"

#include <regex>

#include "tests/doctest.h"
#include "tests/files.h"
#include "viz/png.h"

using namespace gradfold;

namespace {

Report example() {
  return {.title = "gradfold <course> & \"more\"",
          .language = "ko",
          .paragraphs = {"다양체는 <b>굽은</b> 면이다."},
          .parts = {{"Part 2",
                     {{.id = "2.3",
                       .title = "PixelCNN",
                       .pictures = {{"2.3/two words #1.png", "it's <here>"}},
                       .claims = {{"P5", "no pixel sees p > q", "0 leaks", true}},
                       .seconds = 75},
                      {.id = "2.4", .title = "Limits", .claims = {{"P7", "slow", "fast", false}}}}}}};
}

std::string from_url(const std::string& url) {
  std::string path;
  for (std::size_t i = 0; i < url.size(); ++i) {
    path += url[i] == '%' ? static_cast<char>(std::stoi(url.substr(i + 1, 2), nullptr, 16)) : url[i];
    if (url[i] == '%') i += 2;
  }
  return path;
}

}  // namespace

TEST_CASE("report: text is escaped, Korean goes through, nothing of it is markup") {
  const Scratch folder;
  write_report(folder / "index.html", example());
  const std::string html = contents(folder / "index.html");
  CHECK(contains(html, "<html lang=\"ko\">"));
  CHECK(contains(html, "<meta charset=\"utf-8\">"));
  CHECK(contains(html, "<h1>gradfold &lt;course&gt; &amp; &quot;more&quot;</h1>"));
  CHECK(contains(html, "<p>다양체는 &lt;b&gt;굽은&lt;/b&gt; 면이다.</p>"));
  CHECK(contains(html, "<td>no pixel sees p &gt; q</td>"));
  CHECK(contains(html, "alt=\"it&#39;s &lt;here&gt;\""));
  CHECK_FALSE(contains(html, "<b>"));
  CHECK(contains(html, "width=device-width"));
}

TEST_CASE("report: every link leads somewhere, and nothing is fetched from elsewhere") {
  const Scratch folder;
  std::filesystem::create_directories(folder / "2.3");
  write_png(folder / "2.3" / "two words #1.png", Image(2, 2));
  write_png(folder / "그림.png", Image(2, 2));
  Report report = example();
  report.parts[0].steps[1].pictures.push_back({folder / "그림.png", "absolute"});
  write_report(folder / "index.html", report);
  const std::string html = contents(folder / "index.html");
  CHECK_FALSE(contains(html, "http"));

  static const std::regex link(R"re((src|href)="([^"]*)")re");
  int files = 0, anchors = 0;
  for (auto m = std::sregex_iterator(html.begin(), html.end(), link); m != std::sregex_iterator(); ++m) {
    const std::string target = (*m)[2];
    CAPTURE(target);
    if (target[0] == '#') {
      ++anchors;
      CHECK(contains(html, "id=\"" + target.substr(1) + "\""));
      continue;
    }
    ++files;
    CHECK(target[0] != '/');  // relative: the folder can be moved
    CHECK(std::filesystem::exists(folder / from_url(target)));
  }
  CHECK(anchors == 2);
  CHECK(files == 4);  // two pictures, each shown and linked
}

TEST_CASE("report: steps are marked by whether their claims hold") {
  const Scratch folder;
  write_report(folder / "index.html", example());
  const std::string html = contents(folder / "index.html");
  CHECK(contains(html, "2.3 PixelCNN</a> ✓"));
  CHECK(contains(html, "2.4 Limits</a> ✗"));
  CHECK(contains(html, "<td class=\"fails\">no</td>"));
  CHECK(contains(html, "<small>1:15</small>"));
}

TEST_CASE("report: an unwritable place is named") {
  const Scratch folder;
  CHECK(message_of([&] { write_report(folder / "none" / "index.html", example()); }).find("cannot write") == 0);
}
