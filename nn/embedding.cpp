#include "nn/embedding.h"

#include "autograd/ops/indexing.h"
#include "autograd/ops/shape.h"

namespace gradfold {

Embedding::Embedding(Index count, Index features)
    : count(count), features(features), weight(param("weight", {count, features}, init::normal(0, 1))) {}

Var Embedding::operator()(const Indices& index) {
  return scoped([&] {
    for (Index i = 0; i < index.numel(); ++i) {
      require(index[i] >= 0 && index[i] < count, "Embedding", "index {} at position {} must be one of 0..{}", index[i],
              i, count - 1);
    }
    Indices flat = index;
    flat.shape = {index.numel()};
    Shape shape = index.shape;
    shape.push_back(features);
    return reshape(index_select(weight, 0, flat), shape);
  });
}

}  // namespace gradfold
