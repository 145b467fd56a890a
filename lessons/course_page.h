#pragma once
#include <filesystem>

namespace gradfold {

// OUT/index.html: every step whose OUT/N.M/result.json is there, in the order of the course.
void write_course_page(const std::filesystem::path& out);

}  // namespace gradfold
