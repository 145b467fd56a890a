// doctest's own code, which every test program shares.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
