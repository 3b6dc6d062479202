#include <revolute/tools/detail/suggestion.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using revolute::detail::did_you_mean;
using revolute::detail::likely_meant;

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

TEST_CASE("suggestion: of equally near words the first") {
    CHECK(likely_meant("cat", std::vector<std::string>{"hat", "rat"}) == "hat");
}
