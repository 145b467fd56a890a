#include "tensor/crc32.h"

#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("CRC-32's check value, part by part as well") {
  const Bytes digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  CHECK(crc32(digits) == 0xcbf43926);  // of every list of CRCs
  const ByteView all(digits);
  CHECK(crc32(all.subspan(4), crc32(all.first(4))) == 0xcbf43926);
  CHECK(crc32({}) == 0);
  CHECK(crc32({}, 0xcbf43926) == 0xcbf43926);
}
