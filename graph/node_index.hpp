#pragma once

/// @file
/// How the store finds a node that is equal to one about to be made.

#include <revolute/graph/hash_index.hpp>
#include <revolute/graph/node_id.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace revolute {

/// Finds the node that is equal to one about to be made. A node is filed under its newest operand:
/// graphs are mostly built out of what was made just before, so a look-up reads memory that is
/// still in the cache, where a plain hash table would miss at every node. Neighbouring operands
/// share a bucket; what finds its bucket full (the thousandth user of one parameter) or has no
/// operand goes to a plain hash table. Buckets stand in the order of ids, so growing appends and
/// moves nothing about.
class NodeIndex {
 public:
    /// What is found when there is nothing; no node has this number.
    static constexpr std::uint32_t absent = HashIndex::absent;

    /// Number of the node with this hash and these operands for which `is_equal(number)` holds, or
    /// `absent`.
    template <class IsEqual>
    std::uint32_t find(std::uint64_t hash, std::span<const NodeId> operands,
                       IsEqual&& is_equal) const {
        if (!operands.empty()) {
            const std::size_t bucket = bucket_of(operands);
            if (bucket >= buckets_.size()) return absent;
            for (const std::uint32_t number : buckets_[bucket])
                if (number == absent || is_equal(number)) return number;
        }
        return overflow_.find(hash, is_equal);
    }

    /// Adds a node that `find` does not find.
    void insert(std::uint64_t hash, std::span<const NodeId> operands, std::uint32_t number) {
        if (!operands.empty()) {
            const std::size_t bucket = bucket_of(operands);
            if (bucket >= buckets_.size()) buckets_.resize(bucket + 1, empty_bucket());
            for (std::uint32_t& place : buckets_[bucket]) {
                if (place != absent) continue;
                place = number;
                return;
            }
        }
        overflow_.insert(hash, number);
    }

    /// Makes room for that many nodes.
    void reserve(std::size_t nodes) { buckets_.reserve(nodes / ids_per_bucket + 1); }

 private:
    // Every node is filed under one id, so six ids fill six of eight places on average.
    static constexpr std::uint32_t ids_per_bucket = 6;
    using Bucket = std::array<std::uint32_t, 8>;

    static constexpr Bucket empty_bucket() {
        Bucket bucket{};
        bucket.fill(absent);
        return bucket;
    }
    static std::size_t bucket_of(std::span<const NodeId> operands) {
        NodeId newest = operands.front();
        for (const NodeId operand : operands)
            if (operand > newest) newest = operand;
        return index(newest) / ids_per_bucket;
    }

    std::vector<Bucket> buckets_;
    HashIndex overflow_;
};

}  // namespace revolute
