// Packed bits lie where a reader looks for them, and what gzip packs inflate unpacks.
#include "tensor/deflate.h"

#include "tensor/inflate.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("bits: the first number is the highest bit, a row begins a byte") {
  const Tensor x = Tensor::from({1, 0, 0, 0, 0, 0, 1, 0, 1, 1, /**/ 0, 0, 0, 0, 0, 0, 0, 1, 0, 1}, {2, 10});
  CHECK(pack_bits(x) == Bytes{0x82, 0xc0, 0x01, 0x40});
  CHECK(pack_bits(x.transpose(0, 1)) == Bytes{0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x40, 0x80, 0xc0});
  CHECK(message_of([] { pack_bits(Tensor::from({0, Real(0.5)})); }) ==
        "pack_bits: element 1 is 0.5 but must be 0 or 1");
}

TEST_CASE("gzip and back, for nothing, something regular and noise") {
  Rng rng(3);
  const Bytes noise = pack_bits(rng.bernoulli(Tensor::full({4000, 8}, Real(0.5))));
  for (const Bytes& bytes : {Bytes{}, Bytes(10000, 7), noise}) {
    const Bytes packed = gzip(bytes);
    CHECK(is_gzip(packed));
    const Inflated back = inflate(packed, Packing::kGzip, bytes.size() + 1, "test", "packed");
    CHECK(back.complete);
    CHECK(back.bytes == bytes);
  }
  CHECK(gzip(Bytes(10000, 7)).size() < 100);
  CHECK(gzip(noise).size() > noise.size());
}
