#include <revolute/graph/program/detail/machine/team.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <stdexcept>

using revolute::detail::Team;

TEST_CASE("team: after a meeting each sees what the others wrote before it") {
    constexpr std::size_t size = 3;
    Team team(size);
    std::array<std::size_t, size> values{};
    std::array<std::size_t, size> sums{};
    auto work = [&](std::size_t lane) {
        for (std::size_t round = 0; round < 200; ++round) {
            values[lane] = round * lane;
            team.meet();
            sums[lane] += values[0] + values[1] + values[2];
            team.meet();
        }
    };
    for (int run = 1; run <= 3; ++run) {
        team.run(work);
        for (const std::size_t sum : sums) CHECK(sum == std::size_t(run) * 3 * 199 * 200 / 2);
    }
}

TEST_CASE("team: what one throws ends the work of all, and is thrown to the caller") {
    constexpr std::size_t size = 3;
    Team team(size);
    for (std::size_t thrower = 0; thrower < size; ++thrower) {
        std::array<int, size> rounds{};
        auto work = [&](std::size_t lane) {
            for (int round = 0; round < 10; ++round) {
                if (lane == thrower && round == 4) throw std::runtime_error("four");
                ++rounds[lane];
                team.meet();
            }
        };
        CHECK_THROWS_WITH_AS(team.run(work), "four", std::runtime_error);
        for (const int count : rounds) CHECK((count == 4 || count == 5));
        CHECK(rounds[thrower] == 4);
    }
    int calls = 0;
    auto work = [&](std::size_t lane) {
        if (lane == 0) ++calls;
    };
    team.run(work);
    CHECK(calls == 1);
}
