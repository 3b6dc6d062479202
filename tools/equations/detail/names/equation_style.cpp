#include <revolute/tools/equations/detail/names/equation_style.hpp>
#include <revolute/tools/equations/detail/names/steps_in_names.hpp>
#include <revolute/tools/equations/detail/order/equation_order.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace revolute::detail {

namespace {

/// All names in equations, by whether they have steps.
struct NamesThere {
    explicit NamesThere(const Equations& equations) {
        for (const Equation& line : equations.lines) {
            add(line.name, line.step ? std::optional(line.step->axis) : std::nullopt);
            for (const NameRead& read : names_read(line)) add(read.name, read.axis);
        }
    }

    void add(const std::string& name, std::optional<std::int32_t> axis) {
        if (!all.insert(name).second) return;
        if (axis)
            stepped.add(name, *axis);
        else
            stepless.push_back(name);
    }

    std::set<std::string> all;
    SteppedNames stepped;
    std::vector<std::string> stepless;
};

/// The name of the value that a name is the adjoint of, or is.
std::string value_of(std::string name, const std::set<std::string>& adjoints) {
    while (adjoints.contains(name)) name.erase(0, 1);
    return name;
}

/// The name of a value with its signs.
std::string with_signs(const Equations& equations, const std::string& value) {
    const auto found = equations.with_signs.find(value);
    return found == equations.with_signs.end() ? value : found->second;
}

/// Names that are set by letters, with these. A value and its adjoint are set alike.
std::map<std::string, std::string> spelled_names(const Equations& equations) {
    const NamesThere names(equations);
    std::map<std::string, std::string> spelled;
    for (const std::string& name : names.stepless) {
        const std::string value = value_of(name, equations.adjoints);
        const std::string letters = with_signs(equations, value);
        const std::string ds = name.substr(0, name.size() - value.size());
        if (names.stepped.would_hold(ds + letters)) spelled.emplace(value, letters);
    }
    const bool has_columns =
        equations.columns != BatchColumns::unsaid || !equations.columns_of_losses.empty();
    if (has_columns) {
        std::string letters = "B_";
        while (names.all.contains(letters)) letters += '_';
        spelled.emplace("B", letters);
    }
    return spelled;
}

}  // namespace

EquationStyle style_of(const Equations& equations, Notation notation,
                       const EquationFormat& format) {
    EquationStyle style{.notation = notation,
                        .transpose = format.transpose,
                        .axes = equations.axes,
                        .is_general = equations.is_general,
                        .first_step = equations.first_step(),
                        .adjoints = equations.adjoints,
                        .has_several_axes = equations.has_several_axes()};
    if (notation != Notation::latex) return style;
    style.spelled = spelled_names(equations);
    style.with_signs = equations.with_signs;
    return style;
}

}  // namespace revolute::detail
