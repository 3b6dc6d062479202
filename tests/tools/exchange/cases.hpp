#pragma once

#include <revolute/tools/exchange/case_file.hpp>

#include <filesystem>
#include <string>

// The cases in tests/data/cases: nets with numbers of PyTorch or of the complex step.

namespace revolute::test {

inline std::filesystem::path case_path(const std::string& name) {
    return std::filesystem::path(REVOLUTE_TEST_DATA) / "cases" / (name + ".json");
}

inline Case case_named(const std::string& name) { return read_case(case_path(name)); }

}  // namespace revolute::test
