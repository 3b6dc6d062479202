#pragma once

#include <revolute/graph/values/matrix.hpp>
#include <revolute/tools/language/detail/expression_reader.hpp>
#include <revolute/tools/language/net_text.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace revolute::detail {

/// By step, or at 0, the values of each draw.
using ValuesByStep = std::map<std::int32_t, std::vector<Matrix>>;

/// A value or an adjoint of a net.
struct TrueValue {
    bool has_steps = false;
    std::int32_t axis = 0;
    Shape shape{};
    bool is_adjoint = false;
    bool is_parameter = false;  ///< the adjoint of one, or one itself
    ValuesByStep at{};
    std::vector<double> largest{};  ///< by draw: entry of all steps, without its sign
};

double largest_of(const Matrix& matrix);  ///< entry without its sign

/// The numbers of all that a net's text names, and of the adjoints dX of all of that, for random
/// values of its leaves.
struct NetTruth {
    std::map<std::string, TrueValue> names;
    std::map<std::int32_t, Interval> steps;  ///< by time axis
    /// States that are given or trainable: name and step.
    std::vector<std::pair<std::string, std::int32_t>> starts{};
    int draws = 0;
    std::string loss{};              ///< its name
    std::set<std::string> leaves{};  ///< that the text names, with their own names
    /// Values by name and step, 0 without step, in an order in which they can be computed.
    std::vector<std::pair<std::string, std::int32_t>> computed{};

    const TrueValue* find(const std::string& name) const;
};

/// The names that a derivation may use without a line.
KnownNames known_names(const NetTruth& truth);

/// Throws what `NetText::build` and `differentiate` throw, and GraphError for a net without loss.
/// Leaves whose name, step and shape another net has get its values.
NetTruth net_truth(const NetText& net, const NetTextSizes& sizes, int draws, std::uint64_t seed,
                   const NetTruth* other = nullptr);

}  // namespace revolute::detail
