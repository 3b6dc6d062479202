#include <revolute/graph/values/bytes_in_words.hpp>

#include <doctest/doctest.h>

using namespace revolute;

TEST_CASE("bytes in words: two digits, or all of less than a thousand") {
    CHECK(bytes_in_words(1) == "1 byte");
    CHECK(bytes_in_words(999) == "999 bytes");
    CHECK(bytes_in_words(4800) == "4.8 kB");
    CHECK(bytes_in_words(12'000'000) == "12 MB");
    CHECK(bytes_in_words(999'600'000) == "1.0 GB");
    CHECK(bytes_in_words(2'500'000'000'000) == "2.5 TB");
}
