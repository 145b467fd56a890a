#include "tensor/gzip.h"

#include "tensor/inflate.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("gzip: what is packed is unpacked again, by us and by gzip, and is as small as gzip -9 makes it") {
  Rng rng(1);
  for (const Index n : {0, 1, 1000, 300000}) {
    CAPTURE(n);
    Bytes bytes;
    for (Index i = 0; i < n; ++i) bytes.push_back(static_cast<std::uint8_t>(rng.below(i % 97 + 1)));
    const Bytes packed = gzip(bytes);
    CHECK(is_gzip(packed));
    CHECK(packed == gzip(bytes));
    const Inflated back = inflate(packed, Packing::kGzip, bytes.size() + 1, "test", "bytes");
    CHECK(back.complete);
    CHECK(back.bytes == bytes);

    const Scratch folder;
    put(folder / "x", std::string(bytes.begin(), bytes.end()));
    put(folder / "ours.gz", std::string(packed.begin(), packed.end()));
    CHECK(shell("gzip -dc ours.gz | cmp - x", folder.path()).exit == 0);
    shell("gzip -9n x", folder.path());
    CHECK(packed.size() <= contents(folder / "x.gz").size() * 1.01 + 8);
  }
}
