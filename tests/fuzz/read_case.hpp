#pragma once

#include <revolute/graph/error.hpp>
#include <revolute/tools/case_net.hpp>

#include <optional>
#include <string_view>

namespace revolute::test {

/// The case in a text from anywhere, nothing when it is refused as it should be: by a ParseError. Every other
/// exception escapes.
inline std::optional<Case> read_any_case(std::string_view text) {
    try {
        return parse_case(text, "text");
    } catch (const ParseError&) {
        return std::nullopt;
    }
}

/// Likewise, whether a text has gradients for that case.
inline bool has_gradients(std::string_view text, const Case& of) {
    try {
        parse_gradients(text, "text", of);
        return true;
    } catch (const ParseError&) {
        return false;
    }
}

/// Whether solving the case takes little time.
inline bool is_small(const Case& of) {
    const Sizes& sizes = of.sizes;
    constexpr double most = 1000;  // entries of all states, and of the largest matrix
    const double units = 1.0 * sizes.steps * of.architecture.layers * sizes.hidden * sizes.batch;
    return units <= most && 1.0 * sizes.hidden * (sizes.hidden + sizes.input) <= most &&
           1.0 * sizes.steps * sizes.output * sizes.batch <= most;
}

/// Solves a case and reads back what is printed of it. Values so large that the answer is not finite are
/// printed as null, which is refused.
inline void solve_and_read_back(const Case& of) { has_gradients(to_json(solve(of), of), of); }

}  // namespace revolute::test
