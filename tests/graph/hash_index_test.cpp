#include <revolute/graph/hash_index.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using revolute::HashIndex;
using revolute::mix_hash;

namespace {

/// Records that are plain numbers, found by their value through hashes of the test's choice.
struct Records {
    std::vector<std::uint64_t> values;
    HashIndex index;

    void add(std::uint64_t hash, std::uint64_t value) {
        index.insert(hash, static_cast<std::uint32_t>(values.size()));
        values.push_back(value);
    }
    std::uint32_t find(std::uint64_t hash, std::uint64_t value) const {
        return index.find(hash, [&](std::uint32_t i) { return values[i] == value; });
    }
};

}  // namespace

TEST_CASE("hash index: an empty one holds nothing") {
    const Records records;
    CHECK(records.find(1, 1) == HashIndex::absent);
}

TEST_CASE("hash index: finds every record after growing many times") {
    Records records;
    for (std::uint64_t i = 0; i < 100000; ++i) records.add(mix_hash(0, i), i);
    for (std::uint64_t i = 0; i < 100000; ++i) REQUIRE(records.find(mix_hash(0, i), i) == i);
    for (std::uint64_t i = 100000; i < 200000; ++i)
        REQUIRE(records.find(mix_hash(0, i), i) == HashIndex::absent);
}

TEST_CASE("hash index: records with one hash are told apart by the comparison") {
    Records records;
    for (std::uint64_t i = 0; i < 500; ++i) records.add(42, i);
    for (std::uint64_t i = 0; i < 500; ++i) REQUIRE(records.find(42, i) == i);
    CHECK(records.find(42, 500) == HashIndex::absent);
}

TEST_CASE("hash index: colliding records at the end of the table are found again at its start") {
    // With the odd factor's inverse the tag is all ones, so the place is the last one.
    constexpr std::uint64_t factor = 0xD6E8FEB86659FD93ULL;
    std::uint64_t inverse = factor;
    for (int i = 0; i < 6; ++i) inverse *= 2 - factor * inverse;
    REQUIRE(inverse * factor == 1);
    const std::uint64_t last = inverse * 0xFFFFFFFF00000000ULL;
    Records records;
    for (std::uint64_t i = 0; i < 100; ++i) records.add(last, i);
    for (std::uint64_t i = 0; i < 100; ++i) REQUIRE(records.find(last, i) == i);
}

TEST_CASE("hash index: compares only records whose tag is that of the hash") {
    Records records;
    for (std::uint64_t i = 0; i < 1000; ++i) records.add(mix_hash(7, i), i);
    int comparisons = 0;
    for (std::uint64_t i = 0; i < 1000; ++i)
        records.index.find(mix_hash(7, i), [&](std::uint32_t number) {
            ++comparisons;
            return number == i;
        });
    // A wrong tag agrees once in 2^32 pairs: with 10^6 pairs, hardly ever.
    CHECK(comparisons == 1000);
}
