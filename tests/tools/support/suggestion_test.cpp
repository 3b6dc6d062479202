#include <revolute/tools/support/detail/look_alike.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using revolute::detail::did_you_mean;
using revolute::detail::likely_meant;
using revolute::detail::look_alike;
using revolute::detail::with_numbers;

TEST_CASE("suggestion: one letter left out, put in, replaced or exchanged") {
    const std::vector<std::string> words{"draw", "train", "check", "predict"};
    for (const char* const written : {"tran", "traain", "trein", "trian"})
        CHECK(likely_meant(written, words) == "train");
    CHECK(likely_meant("train", words) == "train");
    CHECK(likely_meant("perdcit", words) == "predict");
}

TEST_CASE("suggestion: small letters and large are alike") {
    const std::vector<std::string> words{"YEAR", "SunActivity"};
    CHECK(likely_meant("year", words) == "YEAR");
    CHECK(likely_meant("SUNACTIVTY", words) == "SunActivity");
}

TEST_CASE("suggestion: what is near nothing is answered by nothing") {
    const std::vector<std::string> words{"draw", "train"};
    CHECK(likely_meant("nonsense", words).empty());
    CHECK(likely_meant("x", words).empty());
    CHECK(likely_meant("", words).empty());
    CHECK(likely_meant("c", std::vector<std::string>{"a", "b"}).empty());
    CHECK(likely_meant("train", {}).empty());
    CHECK(did_you_mean("nonsense", words).empty());
    CHECK(did_you_mean("drwa", words) == "\n  did you mean \"draw\"?");
}

TEST_CASE("suggestion: the beginning of one word alone is taken for it") {
    const std::vector<std::string> words{"tolerance", "layers", "learning-rate"};
    CHECK(likely_meant("tol", words) == "tolerance");
    CHECK(likely_meant("LAY", words) == "layers");
    for (const char* const of_several_or_none : {"l", "t", "x", "rate"})
        CHECK(likely_meant(of_several_or_none, words).empty());
}

TEST_CASE("suggestion: a word of which half the letters differ is another") {
    CHECK(likely_meant("nope", std::vector<std::string>{"ops", "demo"}).empty());
    CHECK(likely_meant("lsmt", std::vector<std::string>{"gru", "lstm"}) == "lstm");
}

TEST_CASE("suggestion: of equally near words the first") {
    CHECK(likely_meant("cat", std::vector<std::string>{"hat", "rat"}) == "hat");
}

TEST_CASE("suggestion: a name in other characters that look the same is found and told apart") {
    const std::vector<std::string> names{"x",
                                         "A\xC2\xA0"
                                         "B",
                                         "e\xCC\x81\xF0\x9F\x98\x80",
                                         "\xE2\x80\xAE"
                                         "abc"};
    CHECK(look_alike("A B", names) == names[1]);
    CHECK(look_alike("\xC3\xA9\xF0\x9F\x98\x80", names) == names[2]);
    CHECK(look_alike("abc", names) == names[3]);
    for (const char* const other : {"x", "A", "AB", "\xF0\x9F\x98\x80", "abd", "\xFF", ""})
        CHECK_FALSE(look_alike(other, names));
    CHECK(with_numbers(names[1]) == "A\\u00A0B");
    CHECK(with_numbers(names[2]) == "e\\u0301\xF0\x9F\x98\x80");
    CHECK(with_numbers("\xC3\xA9") == "\\u00E9");
    CHECK(with_numbers("\xE6\xB8\xA9") == "\xE6\xB8\xA9");
}
