#include "tensor/inflate.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

#include "tensor/check.h"

namespace gradfold {
namespace {

constexpr std::size_t kFirstGrowth = std::size_t{1} << 16;

struct Stream : z_stream {
  explicit Stream(Packing packing) : z_stream{} {
    const int window = packing == Packing::kGzip ? 16 + MAX_WBITS : -MAX_WBITS;
    require(inflateInit2(this, window) == Z_OK, "inflate", "zlib could not start; is memory exhausted?");
  }
  ~Stream() { inflateEnd(this); }
};

uInt at_most_uint(std::size_t n) {
  return static_cast<uInt>(std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
}

}  // namespace

bool is_gzip(ByteView bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

Inflated inflate(ByteView packed, Packing packing, std::size_t limit, std::string_view who,
                 std::string_view name) {
  Stream stream(packing);
  Inflated out{{}, false};
  std::size_t used = 0, made = 0;
  while (!out.complete && made < limit) {
    if (made == out.bytes.size()) out.bytes.resize(std::min(limit, std::max(kFirstGrowth, 2 * made)));
    stream.next_in = const_cast<Bytef*>(packed.data() + used);
    stream.avail_in = at_most_uint(packed.size() - used);
    stream.next_out = out.bytes.data() + made;
    stream.avail_out = at_most_uint(out.bytes.size() - made);
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    used = static_cast<std::size_t>(stream.next_in - packed.data());
    made = static_cast<std::size_t>(stream.next_out - out.bytes.data());
    if (status == Z_STREAM_END) {
      out.complete = packing == Packing::kDeflate || !is_gzip(packed.subspan(used));
      require(!out.complete || used == packed.size(), who,
              "{} goes on for {} bytes after the end of its compressed data; hint: the file is corrupt, get it "
              "again",
              name, packed.size() - used);
      if (!out.complete) inflateReset(&stream);
      continue;
    }
    require(status == Z_OK || status == Z_BUF_ERROR, who,
            "the compressed data of {} are corrupt after {} bytes ({}); hint: get the file again", name, made,
            stream.msg ? stream.msg : "zlib gives no reason");
    require(used < packed.size() || stream.avail_out == 0, who,
            "{} is truncated: its compressed data stop after {} bytes of content; hint: get the file again",
            name, made);
  }
  out.bytes.resize(made);
  return out;
}

}  // namespace gradfold
