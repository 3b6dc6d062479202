#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace revolute::test {

/// Checks that `text` is what the file tests/<name> holds ("graph/golden/rnn.txt"). With
/// REVOLUTE_UPDATE_GOLDEN=1 in the environment the file is written instead: read the difference
/// before committing it.
inline void check_golden(std::string_view name, std::string_view text) {
    const std::filesystem::path path = std::filesystem::path(REVOLUTE_SOURCE) / "tests" / name;
    const char* update = std::getenv("REVOLUTE_UPDATE_GOLDEN");
    if (update != nullptr && std::string_view(update) == "1") {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream out(path, std::ios::binary);
        out << text << std::flush;
        REQUIRE(out.good());
        return;
    }
    INFO("golden file tests/", std::string(name), ", written anew with REVOLUTE_UPDATE_GOLDEN=1");
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.is_open());
    const std::string golden(std::istreambuf_iterator<char>(in), {});
    CHECK(std::string(text) == golden);
}

}  // namespace revolute::test
