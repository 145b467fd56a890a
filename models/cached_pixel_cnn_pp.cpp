#include "models/cached_pixel_cnn_pp.h"

#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {

CachedPixelCnnPp::Block::Block(const PixelStreamsBlock& block, Index n, Index width, Index maps)
    : u(block.u, n, width), ul(block.ul, n, width), above(1, n, width, maps, /*margin=*/0) {}

CachedPixelCnnPp::CachedPixelCnnPp(const PixelCnnPp& model, Index n, Index width)
    : one_(Tensor::ones({n, 1})), blank_row_(Tensor::zeros({n, width, model.settings.maps})),
      blank_(Tensor::zeros({n, model.settings.maps})),
      // Both look at the row above when a row is begun, after its first pixel may have been set.
      above_(model.above_, n, width, /*more_rows=*/1), above_row_(model.above_row_, n, width, /*more_rows=*/1),
      left_(model.left_, n, width), output_(model.output_, n, width) {
  if (model.has_head()) {
    between_.emplace(*model.between_, n, width);
    head_.emplace(*model.head_, n, width);
  }
  const Index maps = model.settings.maps;
  for (std::size_t i = 0; i < model.down_.size(); ++i) {
    Resolution& resolution = resolutions_.emplace_back();
    for (const PixelStreamsBlock* block : model.down_[i]) resolution.down.emplace_back(*block, n, width, maps);
    for (const PixelStreamsBlock* block : model.up_[i]) resolution.up.emplace_back(*block, n, width, maps);
    if (i == model.halves_.size()) break;
    resolution.half_u.emplace(model.halves_[i]->u, n, width);
    resolution.half_ul.emplace(model.halves_[i]->ul, n, width);
    resolution.double_u.emplace(model.doubles_[i]->u, n, width);
    resolution.double_ul.emplace(model.doubles_[i]->ul, n, width);
    width = (width + 1) / 2;
  }
}

void CachedPixelCnnPp::set(Index y, Index x, const Tensor& levels) {
  pixel_ = levels * Real{2} - Real{1};
  const Tensor in = concatenate({pixel_, one_}, 1);
  above_.set(y, x, in);
  above_row_.set(y, x, in);
  left_.set(y, x, in);
}

Tensor CachedPixelCnnPp::logits(Index y, Index x) {
  if (y != row_ || x != column_) {
    if (y != row_) row(0, y, y > 0 ? above_.row(y - 1) : blank_row_);
    row_ = y;
    column_ = x;
    const Tensor first = (y > 0 ? above_row_.at(y - 1, x) : blank_) + (x > 0 ? left_.at(y, x - 1) : blank_);
    numbers_ = output_.pointwise(elu(pixel(0, y, x, first), 1));
  }
  return head_ ? head_->pointwise(elu(numbers_ + between_->pointwise(pixel_), 1)) : numbers_;
}

Tensor CachedPixelCnnPp::row(std::size_t i, Index y, Tensor maps) {
  Resolution& resolution = resolutions_[i];
  const auto run = [&](Block& block, const Tensor& before) {
    maps = block.u.row(y, maps, before);
    block.above.set_row(y, maps);
  };
  std::vector<Tensor> before{maps};
  for (Block& block : resolution.down) {
    run(block, {});
    before.push_back(maps);
  }
  if (resolution.half_u) {
    resolution.half_u->set_row(y, maps);
    if (y % 2 == 0) resolution.double_u->set_row(y / 2, row(i + 1, y / 2, resolution.half_u->row(y / 2)));
    maps = resolution.double_u->row(y);
  } else {
    before.pop_back();
  }
  for (Block& block : resolution.up) {
    run(block, before.back());
    before.pop_back();
  }
  return maps;
}

Tensor CachedPixelCnnPp::pixel(std::size_t i, Index y, Index x, Tensor maps) {
  Resolution& resolution = resolutions_[i];
  std::vector<Tensor> before{maps};
  for (Block& block : resolution.down) before.push_back(maps = block.ul.at(y, x, maps, block.above.get(y, x)));
  if (resolution.half_ul) {
    resolution.half_ul->set(y, x, maps);
    if (y % 2 == 0 && x % 2 == 0) {
      resolution.double_ul->set(y / 2, x / 2, pixel(i + 1, y / 2, x / 2, resolution.half_ul->at(y / 2, x / 2)));
    }
    maps = resolution.double_ul->at(y, x);
  } else {
    before.pop_back();
  }
  for (Block& block : resolution.up) {
    maps = block.ul.at(y, x, maps, concatenate({block.above.get(y, x), before.back()}, 1));
    before.pop_back();
  }
  return maps;
}

std::unique_ptr<PixelNet> PixelCnnPp::cached(Index n, Index width) {
  return std::make_unique<CachedPixelCnnPp>(*this, n, width);
}

}  // namespace gradfold
