#pragma once

#include <revolute/tools/exchange/case_file.hpp>

#include <filesystem>
#include <string>
#include <vector>

// The cases in tests/data/cases: nets with numbers of PyTorch or of the complex step.

namespace revolute::test {

inline std::filesystem::path case_path(const std::string& name) {
    return std::filesystem::path(REVOLUTE_TEST_DATA) / "cases" / (name + ".json");
}

inline Case case_named(const std::string& name) { return read_case(case_path(name)); }

/// The gradients of a result that have a column for each sequence: dx, and those of the initial
/// states.
inline std::vector<std::vector<Matrix>*> sequences_of(CaseResult& result) {
    std::vector<std::vector<Matrix>*> all{&result.dx};
    for (StateArrays& states : result.dinitial) all.push_back(&states.values);
    return all;
}

/// The answers, and these.
inline std::vector<std::vector<Matrix>*> answers_and_sequences_of(CaseResult& result) {
    std::vector<std::vector<Matrix>*> all = sequences_of(result);
    all.insert(all.begin(), &result.yhat);
    return all;
}

}  // namespace revolute::test
