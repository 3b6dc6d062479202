#pragma once

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/case_net.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace revolute::test {

/// The case in a text from anywhere, nothing when it is refused as it should be: by a ParseError.
/// Every other exception escapes.
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

/// Solves a case and reads back what is printed of it: false when the answer is not finite, as
/// values near the largest number make it, and refused by an EvaluationError.
inline bool solve_and_read_back(const Case& of) {
    const CaseResult result = solve(of);
    std::string text;
    try {
        text = to_json(result, of);
    } catch (const EvaluationError&) {
        return false;
    }
    parse_gradients(text, "text", of);
    return true;
}

}  // namespace revolute::test
