#pragma once

/// @file
/// How the store finds equal records: a hash table of their numbers.

#include <cstdint>
#include <utility>
#include <vector>

namespace revolute {

/// Mixes one more word into a hash: multiply by the golden ratio, fold the high half down.
constexpr std::uint64_t mix_hash(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 32);
}

/// Finds the number of a record by its hash. Records live elsewhere, numbered from 0; the table
/// holds only their numbers, beside 32 bits of hash that decide the place and spare most
/// comparisons. Places grow with the hash, so growing the table is one pass in order.
class HashIndex {
 public:
    /// What is found when there is nothing; no record has this number.
    static constexpr std::uint32_t absent = 0xFFFFFFFF;

    /// Number of the record with this hash for which `is_equal(number)` holds, or `absent`.
    template <class IsEqual>
    std::uint32_t find(std::uint64_t hash, IsEqual&& is_equal) const {
        if (slots_.empty()) return absent;
        const std::uint32_t tag = tag_of(hash);
        for (std::size_t place = place_of(tag); slots_[place].number != absent; place = next(place))
            if (slots_[place].tag == tag && is_equal(slots_[place].number))
                return slots_[place].number;
        return absent;
    }

    /// Adds a record that `find` does not find.
    void insert(std::uint64_t hash, std::uint32_t number) {
        if (count_ + 1 > limit(slots_.size())) grow(slots_.size() + slots_.size() / 2 + 16);
        place({tag_of(hash), number});
        ++count_;
    }

    /// Number of the record with this hash for which `is_equal(number)` holds; when there is none,
    /// adds the one that `append()` makes and numbers.
    template <class IsEqual, class Append>
    std::uint32_t find_or_append(std::uint64_t hash, IsEqual&& is_equal, Append&& append) {
        const std::uint32_t found = find(hash, is_equal);
        if (found != absent) return found;
        const std::uint32_t number = append();
        insert(hash, number);
        return number;
    }

 private:
    struct Slot {
        std::uint32_t tag;
        std::uint32_t number;
    };

    static constexpr std::size_t limit(std::size_t capacity) { return capacity - capacity / 5; }
    static constexpr std::uint32_t tag_of(std::uint64_t hash) {
        return static_cast<std::uint32_t>((hash * 0xD6E8FEB86659FD93ULL) >> 32);
    }
    std::size_t place_of(std::uint32_t tag) const { return (tag * slots_.size()) >> 32; }
    std::size_t next(std::size_t place) const { return place + 1 == slots_.size() ? 0 : place + 1; }

    void place(Slot slot) {
        std::size_t place = place_of(slot.tag);
        while (slots_[place].number != absent) place = next(place);
        slots_[place] = slot;
    }

    void grow(std::size_t capacity) {
        std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(capacity, {0, absent}));
        for (const Slot slot : old)
            if (slot.number != absent) place(slot);
    }

    std::vector<Slot> slots_;
    std::size_t count_ = 0;
};

}  // namespace revolute
