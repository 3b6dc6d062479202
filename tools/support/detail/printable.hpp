#pragma once

#include <string>
#include <string_view>

namespace revolute::detail {

/// The text in one line, as a terminal may be given it: each run of line ends and other control
/// characters, with the blanks around it, is one blank, and none at the ends.
std::string printable(std::string_view text);

}  // namespace revolute::detail
