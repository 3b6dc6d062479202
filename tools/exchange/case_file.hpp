#pragma once

/// @file
/// Cases: a net with its data in a file, in PyTorch's names and layout, and what a program answers
/// on it.

#include <revolute/tools/exchange/state_dict.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// The values of one tensor of the cells' initial states, or their gradients.
struct StateArrays {
    std::string name;  ///< "h0", "c0", or that of another tensor and a 0; of gradients "dh0"
    std::vector<Matrix> values;  ///< by layer * directions + direction, [rows x B] each

    friend bool operator==(const StateArrays&, const StateArrays&) = default;
};

/// The values under that name; nullptr where there are none.
const std::vector<Matrix>* find_states(std::span<const StateArrays> states, std::string_view name);

/// What a net answers on a case, and the gradients of its loss. Gradients of parameters are under
/// PyTorch's names.
struct CaseResult {
    std::optional<double> loss;         ///< none where a file of gradients has none
    std::vector<Matrix> yhat;           ///< one for each answer, [O x B]
    StateDict grads;                    ///< of the parameters
    std::vector<Matrix> dx;             ///< by step, [I x B]
    std::vector<StateArrays> dinitial;  ///< of those tensors that it has, in the order of the cell
    /// Places of keys that a file has and this format does not: nothing is read from them.
    std::vector<std::string> unknown_keys;
};

/// A net with its data and, when the file has it, what another program found: docs/grad.md
/// describes the format, which is that of PyTorch's arrays.
struct Case {
    std::string name;                       ///< of the case, for reports
    Sizes sizes;                            ///< of the net
    Architecture architecture;              ///< of the net
    std::vector<Matrix> x;                  ///< by step, [I x B]
    std::vector<Matrix> targets;            ///< one for each answer, [O x B], or classes [1 x B]
    std::vector<StateArrays> initial;       ///< of all tensors of the cell's state
    StateDict parameters;                   ///< the values of all parameters
    std::optional<CaseResult> expected;     ///< what another program found
    std::vector<std::string> unknown_keys;  ///< as in a result, those of `expected` aside
};

/// Reads a case. Throws ParseError naming `source` and the entry that is missing, of the wrong type
/// or size, out of range, not finite, there twice, or of no use to the cell (c0 where there is no
/// cell state). `cells` are the user's, which a case may be of beside the library's.
Case parse_case(std::string_view json, std::string_view source,
                std::span<const CellType> cells = {});

/// Throws FileError when the file cannot be read, and what `parse_case` throws.
Case read_case(const std::filesystem::path& path, std::span<const CellType> cells = {});

/// Gradients alone, as `revolute grad --json` prints them: an object that has `grads` and may have
/// `loss`, `yhat`, `dx`, `dh0` and the like, in the layout of the case. Throws ParseError.
CaseResult parse_gradients(std::string_view json, std::string_view source, const Case& of);

/// An entry of a result that is NaN or infinite.
struct NotFiniteEntry {
    std::string place;  ///< "dx[3], row 1, column 0"
    double value = 0;   ///< a NaN without a sign
};
/// The first one, in the order of the members; none where all are finite.
std::optional<NotFiniteEntry> first_not_finite(const CaseResult& result);

/// The result in the layout of the case's file, as JSON. Throws EvaluationError naming the first
/// array with an entry that is not finite, and the entry: JSON has no such number.
std::string to_json(const CaseResult& result, const Case& of);

}  // namespace revolute
