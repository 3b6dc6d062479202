#pragma once

#include <revolute/graph/values/matrix.hpp>
#include <revolute/graph/values/shape.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace revolute::test {

/// What equations are read with: nothing but their text, the number of steps of each axis by its
/// letter, the leaves' values by what the text calls them, and other sizes by their letters.
struct EquationInput {
    using Name = std::pair<std::string, std::optional<std::int32_t>>;

    std::string text;
    std::map<std::string, std::int32_t> steps;
    std::map<Name, Matrix> leaves;
    std::map<std::string, double> sizes{};
};

/// A value asked for. A number, such as an empty sum, is repeated to fill the shape.
struct EquationOutput {
    EquationInput::Name name;
    Shape shape;
};

/// The values that the equations give, computed from the printed text: it is parsed by the
/// templates of the operators' notation, names are followed back to the leaves, and the operators'
/// reference kernels do the rest. Throws ParseError for text that is no equation, a name that
/// nothing defines, a value that two lines define or that depends on itself.
std::vector<Matrix> evaluate_equations(const EquationInput& input,
                                       std::span<const EquationOutput> outputs);

}  // namespace revolute::test
