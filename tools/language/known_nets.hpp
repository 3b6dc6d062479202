#pragma once

/// @file
/// Nets of papers, as texts that `read_net` reads.

#include <optional>
#include <span>
#include <string_view>

namespace revolute {

/// A net that comes with the library as a text.
struct KnownNet {
    std::string_view name;    ///< "elman"
    std::string_view title;   ///< what it is
    std::string_view source;  ///< where it is published
    std::string_view text;    ///< for `read_net`
};

/// All of them, by name.
std::span<const KnownNet> known_nets();

/// The net of that name; none where there is none.
std::optional<KnownNet> known_net(std::string_view name);

}  // namespace revolute
