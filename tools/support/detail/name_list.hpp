#pragma once

#include <span>
#include <string>

namespace revolute::detail {

/// "a, b, c": the names with commas between them. Of more than nine, the first eight and how many
/// more there are: "a, b, c, d, e, f, g, h and 412 more". A name of more than sixty bytes ends in
/// "..." before that. Names that are empty, or have commas in them or blanks around them, are in
/// quotes. Control characters are written as blanks.
std::string name_list(std::span<const std::string> names);

}  // namespace revolute::detail
