#include "lessons/layer_pictures.h"

#include "autograd/dependency_map.h"
#include "tensor/indexing.h"
#include "viz/grid.h"
#include "viz/receptive_field.h"

namespace gradfold {

Image masks_by_color() {
  std::vector<Tensor> rows;
  std::vector<std::string> titles{"grey"};
  for (const MaskType type : {MaskType::kA, MaskType::kB}) {
    rows.push_back(causal_mask(type, 1, 1, {5, 5}));
    rows.push_back(causal_mask(type, 3, 3, {5, 5}, 3).reshape({9, 1, 5, 5}));
  }
  for (const char out : {'R', 'G', 'B'})
    for (const char in : {'R', 'G', 'B'}) titles.push_back(fmt::format("{}>{}", in, out));
  return grid(concatenate(rows, 0), {.columns = 10, .zoom = 12, .gap = 6, .column_titles = titles,
                                     .row_titles = {"A", "B"}});
}

Image sight_by_layer(PixelCnn& model, const Shape& image, Rng rng) {
  const Index row = image[2] / 2, col = image[3] / 2, blocks = model.settings.blocks;
  std::vector<Tensor> maps;
  std::vector<std::string> titles;
  for (Index depth = 0; depth < blocks; ++depth) {
    maps.push_back(receptive_field([&](const Var& x) { return model.trunk(x, depth); }, image, row, col, rng));
    titles.push_back(depth == 0 ? "first layer" : fmt::format("+ {} block{}", depth, depth > 1 ? "s" : ""));
  }
  maps.push_back(receptive_field([&](const Var& x) { return model(x); }, image, row, col, rng));
  titles.push_back("whole net");
  return receptive_fields(maps, titles, row, col, {.zoom = 4});
}

}  // namespace gradfold
