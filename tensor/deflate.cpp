#include "tensor/deflate.h"

#include <limits>
#include <zlib.h>

#include "tensor/check.h"

namespace gradfold {

Bytes pack_bits(const Tensor& x) {
  require(x.rank() >= 1 && x.size(-1) > 0, "pack_bits", "x is {} but must have rows of 1 number or more", x.shape());
  const Index width = x.size(-1), rows = x.numel() / width, row_bytes = (width + 7) / 8;
  const Tensor numbers = x.contiguous();
  Bytes out(static_cast<std::size_t>(rows * row_bytes), 0);
  for (Index i = 0; i < numbers.numel(); ++i) {
    const Real v = numbers.data()[i];
    require(v == 0 || v == 1, "pack_bits", "element {} is {} but must be 0 or 1", i, v);
    const Index column = i % width;
    if (v == 1) out[static_cast<std::size_t>(i / width * row_bytes + column / 8)] |= 0x80 >> column % 8;
  }
  return out;
}

Bytes gzip(ByteView bytes) {
  require(bytes.size() <= std::numeric_limits<uInt>::max(), "gzip", "{} bytes are more than 4 GB", bytes.size());
  z_stream stream{};
  constexpr int kGzipHeader = 16, kMemory = 9;
  require(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipHeader + MAX_WBITS, kMemory,
                       Z_DEFAULT_STRATEGY) == Z_OK,
          "gzip", "zlib could not start; is memory exhausted?");
  Bytes out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  require(status == Z_STREAM_END, "gzip", "zlib stopped with status {}", status);
  return out;
}

}  // namespace gradfold
