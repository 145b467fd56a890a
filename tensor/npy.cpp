#include "tensor/npy.h"

#include <limits>

#include "tensor/atomic_file.h"
#include "tensor/npy_format.h"

namespace gradfold {
namespace {

void write_array(const std::filesystem::path& path, ElementType type, const Shape& shape,
                 const void* elements) {
  write_atomically(path, [&](std::ostream& out) {
    out << npy_header(type, shape);
    out.write(static_cast<const char*>(elements), shape.numel() * size_of(type));
  });
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path, "read_npy");
  return to_tensor(parse_npy(bytes, "read_npy", path.string()));
}

Indices read_npy_indices(const std::filesystem::path& path) {
  constexpr std::string_view who = "read_npy_indices";
  const Bytes bytes = read_file(path, who);
  const NpyArray array = parse_npy(bytes, who, path.string());
  require(is_integer(array.type), who,
          "{} holds floating-point numbers, not integers; hint: save a.astype('int32')", path.string());
  require(!array.fortran_order || array.shape.rank() <= 1, who,
          "{} is in Fortran order; hint: save np.ascontiguousarray(a)", path.string());
  Indices out(array.shape);
  for (Index i = 0; i < out.numel(); ++i) {
    const std::int64_t value =
        decode_integer(array.type, array.big_endian, &array.elements[i * size_of(array.type)]);
    using Limits = std::numeric_limits<std::int32_t>;
    require(value >= Limits::min() && value <= Limits::max(), who,
            "element {} of {} is {}, which does not fit 32 bits", i, path.string(), value);
    out[i] = static_cast<std::int32_t>(value);
  }
  return out;
}

void write_npy(const std::filesystem::path& path, const Tensor& x) {
  require(x.defined(), "write_npy", "the tensor for {} is undefined", path.string());
  const Tensor rows = x.contiguous();
  write_array(path, kRealType, rows.shape(), rows.data());
}

void write_npy(const std::filesystem::path& path, const Indices& x) {
  require(x.numel() == x.shape.numel(), "write_npy", "the indices for {} are {} numbers of shape {}",
          path.string(), x.numel(), x.shape);
  write_array(path, ElementType::kI32, x.shape, x.values.data());
}

}  // namespace gradfold
