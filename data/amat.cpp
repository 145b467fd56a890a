#include "data/amat.h"

#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>

#include "tensor/inflate.h"

namespace gradfold {
namespace {

constexpr std::string_view kAmatReader = "read_amat";
constexpr std::size_t kLongestText = std::size_t{1} << 32, kLongestWord = 20;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : name_(path.string()), text_(read_file(path, kAmatReader)) {
    if (is_gzip(text_)) {
      Inflated content = inflate(text_, Packing::kGzip, kLongestText, kAmatReader, name_);
      require(content.complete, kAmatReader, "{} unpacks to more than {} bytes", name_, kLongestText);
      text_ = std::move(content.bytes);
    }
    text_.push_back('\n');
    text_.push_back('\0');  // stops strtod
  }

  Dataset read() {
    pixels_.reserve(text_.size() / 2);  // a digit and a blank each
    for (at_ = reinterpret_cast<const char*>(text_.data()); at_ < end();) line();
    require(columns_ > 0, kAmatReader, "{} holds no numbers", name_);
    const Index n = static_cast<Index>(pixels_.size()) / (side_ * side_);
    Dataset out{name_, Tensor::from(pixels_, {n, 1, side_, side_}), {}, {}};
    if (!labels_.empty()) out.labels.shape = {n}, out.labels.values = std::move(labels_);
    return out;
  }

 private:
  const char* end() const { return reinterpret_cast<const char*>(text_.data()) + text_.size() - 1; }

  void line() {
    ++line_;
    const std::size_t before = pixels_.size();
    double last = 0;
    for (skip_blanks(); *at_ != '\n'; skip_blanks()) pixels_.push_back(static_cast<Real>(last = number()));
    ++at_;
    const Index count = static_cast<Index>(pixels_.size() - before);
    if (count == 0) return;
    if (columns_ == 0) set_columns(count);
    require(count == columns_, kAmatReader,
            "line {} of {} has {} numbers, but the first line has {}; hint: the file is truncated or "
            "corrupt, get it again",
            line_, name_, count, columns_);
    if (has_label_) take_label(last);
    check_pixels(before);
  }

  void skip_blanks() {
    while (is_blank(*at_)) ++at_;
  }

  double number() {
    // Almost every number is a lone 0 or 1.
    if ((*at_ == '0' || *at_ == '1') && (is_blank(at_[1]) || at_[1] == '\n')) return *at_++ - '0';
    char* after = nullptr;
    const double value = std::strtod(at_, &after);
    if (after == at_ || !(is_blank(*after) || *after == '\n')) {
      throw Error(kAmatReader, fmt::format("line {} of {} holds '{}', which is no number", line_, name_, word()),
                  "an .amat file is text: a line an image, numbers from 0 to 1 separated by blanks");
    }
    at_ = after;
    return value;
  }

  // What stands here, for a message: the start of it, and ? for what cannot be shown.
  std::string word() const {
    std::string out;
    for (const char* c = at_; c < end() && !is_blank(*c) && *c != '\n' && out.size() < kLongestWord; ++c) {
      out.push_back(*c > ' ' && *c <= '~' ? *c : '?');
    }
    return out;
  }

  void set_columns(Index count) {
    columns_ = count;
    side_ = static_cast<Index>(std::sqrt(static_cast<double>(count)));
    has_label_ = side_ * side_ + 1 == count;
    require(has_label_ || side_ * side_ == count, kAmatReader,
            "line {} of {} has {} numbers, which are neither a square image's pixels nor those and a label",
            line_, name_, count);
  }

  void take_label(double label) {
    pixels_.pop_back();
    require(label >= 0 && label <= std::numeric_limits<std::int32_t>::max() && label == std::floor(label), kAmatReader,
            "line {} of {} ends in the label {}, which is no whole number of 0 or more", line_, name_, label);
    labels_.push_back(static_cast<std::int32_t>(label));
  }

  void check_pixels(std::size_t begin) const {
    for (std::size_t i = begin; i < pixels_.size(); ++i) {
      require(pixels_[i] >= 0 && pixels_[i] <= 1, kAmatReader,
              "line {} of {} holds {}; pixels are grey levels from 0 to 1; hint: divide "
              "bytes by 255",
              line_, name_, pixels_[i]);
    }
  }

  std::string name_;
  Bytes text_;
  const char* at_ = nullptr;
  Index line_ = 0, columns_ = 0, side_ = 0;
  bool has_label_ = false;
  std::vector<Real> pixels_;
  std::vector<std::int32_t> labels_;
};

}  // namespace

Dataset read_amat(const std::filesystem::path& path) { return Reader(path).read(); }

}  // namespace gradfold
