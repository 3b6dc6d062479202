#pragma once

#include <revolute/graph/evaluate.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace revolute::detail {

/// A value that is not finite, and what it is made of.
struct NotFinite {
    std::string_view finder;  ///< "evaluate"
    std::string_view op;
    std::string in_step;  ///< ", in step t = 4", or empty
    std::string node;     ///< described
    ConstMatrixView value;
    std::vector<std::pair<std::string, ValueRange>> operands;  ///< "operand 0 is x[4] [3 x 1]"
};

/// The text of the error: where the first entry is that is not finite, and the ranges of all values.
std::string to_text(const NotFinite& found);

}  // namespace revolute::detail
