#include "tensor/gzip.h"

#include <algorithm>
#include <limits>

#include <zlib.h>

#include "tensor/check.h"

namespace gradfold {
namespace {

constexpr int kGzipWindow = 15 + 16;  // a window of 32 KiB; 16 asks for gzip's header and checksum
constexpr int kMostMemory = 9;
constexpr std::size_t kAtOnce = 1 << 16;

struct Deflater : z_stream {
  Deflater() : z_stream{} {
    const int ok = deflateInit2(this, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMostMemory, Z_DEFAULT_STRATEGY);
    require(ok == Z_OK, "gzip", "zlib could not start; is memory exhausted?");
  }
  ~Deflater() { deflateEnd(this); }
};

}  // namespace

Bytes gzip(ByteView bytes) {
  Deflater stream;
  Bytes out;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const std::size_t n = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream.next_in = const_cast<Bytef*>(bytes.data());  // zlib's type; it writes nothing there
      stream.avail_in = static_cast<uInt>(n);
      bytes = bytes.subspan(n);
    }
    const std::size_t have = out.size();
    out.resize(have + kAtOnce);
    stream.next_out = out.data() + have;
    stream.avail_out = kAtOnce;
    state = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    out.resize(have + kAtOnce - stream.avail_out);
  }
  return out;
}

}  // namespace gradfold
