#include <revolute/graph/rolling/rolled.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace revolute {

namespace {

/// The step of the name that the part's member at step t has; none where the name has no step.
std::optional<std::int32_t> step_of_name(const PartName& name, std::int32_t t) {
    return name.axis ? std::optional(t + name.shift) : std::nullopt;
}

/// The members that have the name, at any step.
template <class Visit>
void for_each_named(const Rolled& rolled, std::string_view name, const Visit& visit) {
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        for (const PartName& known : part.names)
            if (known.name == name) visit(PartId{i}, part, known);
    }
}

/// "x(9)", or "x".
std::string asked_for(std::string_view name, std::optional<std::int32_t> t) {
    return t ? fmt::format("{}({})", name, *t) : std::string(name);
}

/// What of the name there is, as the end of an error.
std::string what_there_is(const Rolled& rolled, std::string_view name) {
    std::set<std::int32_t> steps;
    bool has_stepless = false;
    for_each_named(rolled, name, [&](PartId, const Part& part, const PartName& known) {
        for (std::size_t place = 0; place < part.size(); ++place) {
            const std::int32_t t = part.step_of(place);
            if (!known.steps.contains(t)) continue;
            const std::optional<std::int32_t> step = step_of_name(known, t);
            if (step)
                steps.insert(*step);
            else
                has_stepless = true;
        }
    });
    if (has_stepless) return fmt::format("{} has no step", name);
    if (steps.empty()) return fmt::format("no value is called {}", name);
    return fmt::format("{} has steps from {} to {}", name, *steps.begin(), *steps.rbegin());
}

}  // namespace

Member Rolled::find(std::string_view name, std::optional<std::int32_t> t) const {
    std::vector<Member> found;
    for_each_named(*this, name, [&](PartId id, const Part& part, const PartName& known) {
        if (known.axis.has_value() != t.has_value()) return;
        const std::int32_t step = t ? *t - known.shift : 0;
        const bool is_there = part.is_family() ? part.has_member(step) : step == 0;
        if (is_there && known.steps.contains(step) &&
            std::ranges::find(found, Member{id, step}) == found.end())
            found.push_back({id, step});
    });
    if (found.empty())
        throw GraphError(fmt::format("find: there is no {}\n  {}", asked_for(name, t),
                                     what_there_is(*this, name)));
    if (found.size() > 1)
        throw GraphError(fmt::format("find: {} values are called {}; name them apart", found.size(),
                                     asked_for(name, t)));
    return found.front();
}

}  // namespace revolute
