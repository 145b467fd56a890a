#include "lessons/image_list.h"

#include "models/every_image.h"
#include "tensor/indexing.h"
#include "viz/grid.h"

namespace gradfold {

Image image_list(const std::vector<std::size_t>& which, const std::vector<std::vector<double>>& tables) {
  std::vector<Tensor> images;
  std::vector<std::string> says;
  for (const std::size_t k : which) {
    images.push_back(every_binary_image(4).slice(0, static_cast<Index>(k), static_cast<Index>(k) + 1));
    std::string shares;
    for (const std::vector<double>& table : tables)
      shares += fmt::format("{}{:.2g}", shares.empty() ? "" : " / ", 100 * table.at(k));
    says.push_back(shares + " %");
  }
  return grid(concatenate(images, 0), {.columns = 1, .zoom = 10, .row_titles = says});
}

}  // namespace gradfold
