#include "property/plans.hpp"

#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include <cstdlib>
#include <ostream>
#include <string>
#include <unordered_map>

namespace revolute::test {

namespace {

/// Whole numbers below `limit`, of any size from the first graph on: RapidCheck begins with small
/// ones.
rc::Gen<std::uint32_t> below(std::uint32_t limit) {
    return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, limit));
}

rc::Gen<Shape> shapes() {
    return rc::gen::map(rc::gen::pair(below(3), below(3)), [](const auto& sizes) {
        return Shape{static_cast<int>(sizes.first) + 1, static_cast<int>(sizes.second) + 1};
    });
}

rc::Gen<Application> applications(std::uint32_t operators) {
    constexpr std::uint32_t pick = 64;
    return rc::gen::build<Application>(
        rc::gen::set(&Application::op, below(operators)),
        rc::gen::set(&Application::operands,
                     rc::gen::container<std::array<std::uint32_t, 3>>(below(pick))),
        rc::gen::set(&Application::count, below(2)),
        rc::gen::set(&Application::attribute, below(pick)),
        rc::gen::set(&Application::is_squashed, rc::gen::arbitrary<bool>()));
}

/// One to four leaves and up to 14 applications.
rc::Gen<GraphPlan> plans(std::uint32_t operators) {
    constexpr double most_leaves = 0.04, most_applications = 0.14;  // of RapidCheck's size, 100
    return rc::gen::build<GraphPlan>(
        rc::gen::set(&GraphPlan::leaves,
                     rc::gen::nonEmpty(rc::gen::scale(
                         most_leaves, rc::gen::container<std::vector<Shape>>(shapes())))),
        rc::gen::set(&GraphPlan::applications,
                     rc::gen::scale(most_applications, rc::gen::container<std::vector<Application>>(
                                                           applications(operators)))),
        rc::gen::set(&GraphPlan::values, below(1000)));
}

/// A number from the environment, or `otherwise`.
int from_environment(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::atoi(text);
}

/// The failing graph, and what the property says of it.
std::string text_of(const rc::detail::FailureResult& failure) {
    std::string text;
    for (const auto& shown : failure.counterExample) text += shown.second;
    return text + failure.description;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ShownPlan& plan) {
    return out << RandomGraph(plan.plan, plan.operators).listing();
}

Report check_property(Property property, int graphs, std::span<const Op* const> operators) {
    rc::detail::TestParams parameters;
    parameters.seed = static_cast<std::uint64_t>(from_environment("REVOLUTE_PROPERTY_SEED", 1));
    parameters.maxSuccess = from_environment("REVOLUTE_PROPERTY_GRAPHS", graphs);
    Report report;
    const auto drawn = rc::gen::map(plans(static_cast<std::uint32_t>(operators.size())),
                                    [operators](const GraphPlan& plan) {
                                        return ShownPlan{plan, operators};
                                    });
    rc::detail::TestListenerAdapter silent;
    const auto result = rc::detail::checkTestable(
        [&] {
            const ShownPlan shown = *drawn;
            RandomGraph graph(shown.plan, shown.operators);
            ++report.graphs;
            if (property(graph) == Outcome::undecided) ++report.undecided;
        },
        rc::detail::TestMetadata{}, parameters, silent,
        std::unordered_map<std::string, rc::detail::Reproduce>{});
    report.holds = result.is<rc::detail::SuccessResult>();
    if (result.is<rc::detail::FailureResult>())
        report.text = text_of(result.get<rc::detail::FailureResult>());
    return report;
}

}  // namespace revolute::test
