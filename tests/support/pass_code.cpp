#include <revolute/graph/program/detail/print_code.hpp>
#include <support/pass_code.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <regex>
#include <utility>

namespace revolute::test {

using namespace revolute::detail;

namespace {

bool computes(const Instruction& instruction, PartId part) {
    bool found = false;
    for_each_result_in_stack(instruction,
                             [&](const MemberRange& site) { found |= site.part == part; });
    return found;
}

/// "h(1..5)"
std::string described(const Part& part, std::uint32_t number) {
    const std::string name =
        part.names.empty() ? fmt::format("%{}", number) : part.names.front().name;
    if (!part.is_family()) return name;
    const auto [low, high] = part.hull();
    return low == high ? fmt::format("{}({})", name, low)
                       : fmt::format("{}({}..{})", name, low, high);
}

}  // namespace

PassCode::PassCode(const std::vector<Expr>& outputs, std::optional<Pass> without)
    : rolled(spelled_out(roll(outputs))), reads(rolled) {
    code.loops = lower(rolled, reads, without);
    code.residence.resize(rolled.parts.size());
    REQUIRE_NOTHROW(verify_code(rolled, reads, code, "lowering"));
}

PassCode& PassCode::run(std::initializer_list<Pass> passes) {
    for (const Pass pass : passes) {
        const auto row = std::ranges::find(detail::passes(), pass, &PassRow::pass);
        REQUIRE(row != detail::passes().end());
        row->run(rolled, reads, code);
        REQUIRE_NOTHROW(verify_code(rolled, reads, code, row->name));
    }
    return *this;
}

PassCode& PassCode::move_to_end(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) move_to_end(part(name));
    REQUIRE_NOTHROW(verify_code(rolled, reads, code, "the test"));
    return *this;
}

void PassCode::move_to_end(PartId part) {
    std::optional<Instruction> moved;
    for (Loop& loop : code.loops)
        for (std::size_t i = loop.body.size(); i-- > 0;)
            if (computes(loop.body[i], part)) {
                REQUIRE(!moved);
                REQUIRE(loop.rounds == 1);
                moved = std::move(loop.body[i]);
                loop.body.erase(loop.body.begin() + static_cast<std::ptrdiff_t>(i));
            }
    REQUIRE(moved);
    if (code.loops.back().rounds > 1) code.loops.push_back({});
    code.loops.back().body.push_back(std::move(*moved));
}

void PassCode::swap(std::size_t one, std::size_t other) {
    std::swap(code.loops.at(0).body.at(one), code.loops.at(0).body.at(other));
    REQUIRE_NOTHROW(verify_code(rolled, reads, code, "the test"));
}

std::string PassCode::text() const {
    static const std::regex number_of_named("([A-Za-z_][A-Za-z_0-9]*)%[0-9]+");
    return std::regex_replace(to_text(rolled, code), number_of_named, "$1");
}

std::string PassCode::residences() const {
    std::string text;
    for (const auto& [residence, word] : {std::pair{Residence::slab, "slab:"},
                                          {Residence::round, "round:"},
                                          {Residence::block, "block:"}}) {
        std::vector<std::string> names;
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            if (reads.standing(PartId{i}) == Standing::computed && code.residence[i] == residence)
                names.push_back(described(rolled.parts[i], i));
        std::ranges::sort(names);
        if (!names.empty())
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", word, fmt::join(names, " "));
    }
    return text;
}

PartId PassCode::part(std::string_view name) const {
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        if (!rolled.parts[i].names.empty() && rolled.parts[i].names.front().name == name)
            return PartId{i};
    FAIL("no part of that name");
    return {};
}

}  // namespace revolute::test
