#include <revolute/tools/support/detail/name_list.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using revolute::detail::name_list;

TEST_CASE("name list: few names are all there") {
    CHECK(name_list({}).empty());
    CHECK(name_list(std::vector<std::string>{"a"}) == "a");
    CHECK(name_list(std::vector<std::string>(9, "a")) == "a, a, a, a, a, a, a, a, a");
}

TEST_CASE("name list: names that would be read as others are in quotes") {
    CHECK(name_list(std::vector<std::string>{"a", "b, c", "", " d", "e "}) ==
          "a, \"b, c\", \"\", \" d\", \"e \"");
}

TEST_CASE("name list: of many, the first eight and how many more") {
    CHECK(name_list(std::vector<std::string>(10, "a")) == "a, a, a, a, a, a, a, a and 2 more");
    CHECK(name_list(std::vector<std::string>(420, "a")) == "a, a, a, a, a, a, a, a and 412 more");
}

TEST_CASE("name list: a long name is cut between characters") {
    CHECK(name_list(std::vector<std::string>{std::string(60, 'x')}) == std::string(60, 'x'));
    CHECK(name_list(std::vector<std::string>{std::string(61, 'x'), "b"}) ==
          std::string(60, 'x') + "..., b");
    const std::string umlaut = "\xC3\xA4";
    CHECK(name_list(std::vector<std::string>{std::string(59, 'x') + umlaut + "y"}) ==
          std::string(59, 'x') + "...");
    CHECK(name_list(std::vector<std::string>{std::string(100, '\x80')}) == "...");
}
