// Case files with damage: truncations, changed bytes, deletions, the same for every run.

#include "fuzz/read_case.hpp"
#include <revolute/tools/support/output_file.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

using namespace revolute;

namespace {

/// A case as text, and pieces that make a difference where they are put.
struct Damage {
    explicit Damage(std::string whole) : text(std::move(whole)) {}

    std::string truncated(std::size_t at) const { return text.substr(0, at); }
    std::string flipped(std::size_t at, unsigned bit) const {
        std::string damaged = text;
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
        return damaged;
    }
    std::string without(std::size_t at, std::size_t count) const {
        return text.substr(0, at) + text.substr(std::min(text.size(), at + count));
    }
    /// The number, text or name around `at` replaced by something else.
    std::string replaced(std::size_t at, const std::string& by) const {
        constexpr const char* ends = "[]{}:, \n";
        const std::size_t before = text.find_last_of(ends, at),
                          after = text.find_first_of(ends, at);
        if (before == text.npos || after == text.npos) return by;
        return text.substr(0, before + 1) + by + text.substr(after);
    }

    std::string text;
};

std::vector<std::string> damaged_texts(const std::string& text, unsigned seed) {
    const Damage damage(text);
    std::mt19937 random(seed);
    const auto place = [&] { return random() % text.size(); };
    const std::vector<std::string> words{"null",
                                         "[]",
                                         "{}",
                                         "-1",
                                         "0.5",
                                         "1e400",
                                         "1e308",
                                         "1000000",
                                         "1000001",
                                         "4294967297",
                                         "18446744073709551615",
                                         "\"rnn\"",
                                         "true"};
    std::vector<std::string> texts;
    for (int i = 0; i < 60; ++i) {
        texts.push_back(damage.truncated(place()));
        // Drawn one after the other: compilers order a call's arguments as they like.
        const std::size_t flipped = place(), bit = random() % 8, from = place();
        const std::size_t count = 1 + random() % 20, replaced = place();
        texts.push_back(damage.flipped(flipped, static_cast<unsigned>(bit)));
        texts.push_back(damage.without(from, count));
        texts.push_back(damage.replaced(replaced, words[random() % words.size()]));
    }
    return texts;
}

std::vector<std::filesystem::path> small_cases() {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(REVOLUTE_TEST_DATA "/cases"))
        if (file.path().extension() == ".json" && file.file_size() < 12'000)
            files.push_back(file.path());
    std::ranges::sort(files);
    return files;
}

}  // namespace

TEST_CASE("cases: damaged files are read or refused, and what is read can be solved") {
    unsigned seed = 1, refused = 0, read = 0, solved = 0;
    for (const auto& file : small_cases()) {
        const std::string good = read_file(file);
        const Case undamaged = parse_case(good, "text");
        for (const std::string& text : damaged_texts(good, seed++)) {
            INFO(text);
            std::optional<Case> of;
            REQUIRE_NOTHROW(of = test::read_any_case(text));
            ++(of ? read : refused);
            if (of && test::is_small(*of) && read % 8 == 0)
                REQUIRE_NOTHROW(solved += test::solve_and_read_back(*of));
            REQUIRE_NOTHROW(test::has_gradients(text, undamaged));
        }
    }
    // Both happen often: most changed digits are read, most truncations are not.
    CHECK(read > 200);
    CHECK(refused > 1000);
    CHECK(solved > read / 16);
}

TEST_CASE("cases: sizes of a million beside small arrays are refused before memory is asked for") {
    // Reserved, any two of them together would be 8 TB: the exception would be another one.
    const std::string good =
        read_file(REVOLUTE_TEST_DATA "/cases/rnn_one_of_each_complex_step.json");
    const auto refusal = [&](std::initializer_list<const char*> sizes) {
        std::string text = good;
        for (const std::string size : sizes) {
            const std::string entry = fmt::format("\"{}\": 1,", size);
            REQUIRE(text.find(entry) != text.npos);
            text.replace(text.find(entry), entry.size(), fmt::format("\"{}\": 1000000,", size));
        }
        return test::message_of<ParseError>([&] { parse_case(text, "text"); });
    };
    const std::string text = "text: is no case that can be read: ";
    CHECK(refusal({"T"}) == text + "x must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"B"}) == text + "x[0] must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"I"}) == text + "x[0][0] must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"O"}) == text + "y[0] must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"H"}) == text + "h0[0][0] must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"T", "B", "I", "H", "O"}) == text + "x must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"B", "I"}) == text + "x[0] must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"I", "H", "O"}) == text + "x[0][0] must be a list of 1000000 (a list of 1)");
    CHECK(refusal({"layers"}) == text + "layers must be an integer from 1 to 1000 (1000000)");
}
