#pragma once

#include <revolute/tools/language/detail/net_names.hpp>
#include <revolute/tools/language/detail/net_syntax.hpp>

#include <cstddef>
#include <vector>

namespace revolute::detail {

/// Lines that need each other from step to step, a recurrence, or one name's lines by themselves.
struct LineGroup {
    std::vector<std::size_t> lines;  ///< in the order of the text
    bool is_descending = false;      ///< each step reads later ones
};

/// The strongly connected components of what the names of a text read, in the order in which they
/// begin there.
std::vector<LineGroup> line_groups(const NetSyntax& syntax, const NetNames& names);

}  // namespace revolute::detail
