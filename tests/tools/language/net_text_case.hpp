#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/language/net_text.hpp>

#include <map>
#include <string>
#include <vector>

// Nets as text, with the numbers that PyTorch computes of them (tests/data/nets).

namespace revolute::test {

/// A text with values for its leaves, and what its loss and gradients must be.
struct NetTextCase {
    std::string name;                      ///< of the file
    std::string text;                      ///< of the net
    int steps = 1;                         ///< N
    int columns = 1;                       ///< B
    std::map<std::string, Matrix> values;  ///< of leaves without step, by the text's names
    std::map<std::string, std::vector<Matrix>> sequences;  ///< by step
    double loss = 0;
    /// Of parameters and initial states, and of inputs at each step.
    std::map<std::string, Matrix> gradients;
    std::map<std::string, std::vector<Matrix>> input_gradients;
};

/// All of them, by file name.
std::vector<NetTextCase> net_text_cases();

/// The case's values for the leaves of a net that was built of its text.
Bindings values_of(const NetTextCase& expected, const TextNet& net);

}  // namespace revolute::test
