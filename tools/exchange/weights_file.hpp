#pragma once

/// @file
/// Weights as JSON: an object with PyTorch's names (tools/exchange/state_dict.hpp); a weight is a
/// list of its rows, a bias or a peephole a list of numbers, as tolist() of a tensor gives them.
/// docs/weights.md is about using such files.

#include <revolute/tools/exchange/state_dict.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace revolute {

/// All arrays, one a line. Numbers read back to the same bits.
std::string weights_to_json(const StateDict& arrays);

/// Reads what `weights_to_json` wrote, or another program. Throws ParseError naming `source` and
/// the array that is neither a list of numbers nor a list of equally long rows of numbers. What net
/// the arrays fit is for `from_state_dict` to say.
StateDict parse_weights(std::string_view json, std::string_view source);

/// Throws FileError when the file cannot be read, and what `parse_weights` throws.
StateDict read_weights(const std::filesystem::path& path);

}  // namespace revolute
