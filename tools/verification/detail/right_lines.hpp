#pragma once

#include <revolute/tools/language/net_text.hpp>

#include <map>
#include <string>
#include <vector>

namespace revolute::detail {

/// The lines that `derive` prints of a net, by the name that they define: of any number of steps
/// where there are such, else of the number that is asked for; none where there are none.
std::map<std::string, std::vector<std::string>> right_lines(const NetText& net,
                                                            const NetTextSizes& sizes);

}  // namespace revolute::detail
