#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/equation_term.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>
#include <revolute/tools/verification/detail/line_judge.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace revolute::detail {

namespace {

KnownSizes shapes_of(const NetTruth& truth) {
    KnownSizes sizes;
    for (const auto& [name, value] : truth.names) sizes.shapes[name] = value.shape;
    return sizes;
}

}  // namespace

std::string step_in_words(std::int32_t axis, std::int32_t t, const StepsByAxis& steps) {
    const auto [low, high] = steps.at(axis);
    const std::string last = last_step_name(axis);
    const bool is_near_last = high - t < t - low;
    const std::string words = !is_near_last ? fmt::format("{}", t)
                              : t == high   ? last
                                            : fmt::format("{}{:+}", last, t - high);
    return fmt::format("{} = {}", axis_name(axis), words);
}

bool are_alike(const Matrix& a, const Matrix& b, double largest) {
    constexpr double of_rounding = 1e-9, of_cancelled = 1e-14;
    if (a.shape() != b.shape()) return false;
    const double allowed =
        of_rounding * std::max(largest_of(a), largest_of(b)) + of_cancelled * largest;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a.values()[i] - b.values()[i]) <= allowed)) return false;
    return true;
}

LineJudge::LineJudge(const NetSource& source, const DerivationLines& lines, NetNames names,
                     const NetTruth& truth)
    : source_(source),
      lines_(lines),
      names_(std::move(names)),
      truth_(truth),
      own_{source, lines.own, names_},
      steps_(truth.steps),
      draws_(static_cast<std::size_t>(truth.draws)) {
    for (const auto& [name, value] : truth.names) names_.know(name, value.has_steps, value.axis);
    require_meanings();
    shapes_ = std::make_unique<NetShapes>(own_, steps_, shapes_of(truth));
    values_ = std::make_unique<ValueBuilder>(own_, *shapes_, steps_, 1, graph_);
    for (const auto& [name, value] : truth.names)
        for (const auto& [t, draws] : value.at) {
            const Expr leaf = graph_.input(name, draws.front().shape());
            values_->put({names_.number(name), t}, leaf);
            for (std::size_t draw = 0; draw < draws.size(); ++draw)
                draws_[draw].bind(leaf, draws[draw]);
        }
    values_->make_all();
}

/// A name that the net does not have, nor its d, is the derivation's own and has a line.
void LineJudge::require_meanings() const {
    std::vector<std::string> known;
    for (const auto& [name, value] : truth_.names) known.push_back(name);
    for (const WrittenEquation& line : lines_.own.equations) known.push_back(line.name);
    for (const NetName& name : names_.all()) {
        const TrueValue* value = truth_.find(name.name);
        if (value != nullptr && value->has_steps != name.has_steps)
            source_.fail(name.place, fmt::format("{} has {} step in the net", name.name,
                                                 value->has_steps ? "a" : "no"));
        if (std::ranges::find(known, name.name) == known.end())
            source_.fail(name.place,
                         fmt::format("neither the net nor a line here says what {} is{}", name.name,
                                     did_you_mean(name.name, known)));
    }
}

std::vector<std::int32_t> LineJudge::steps_of(const WrittenEquation& line) const {
    if (!line.step) return {0};
    const NumberContext context{steps_};
    std::vector<std::int32_t> steps;
    if (line.steps) {
        for_each_step(*line.steps, context, [&](std::int32_t t) { steps.push_back(t); });
        std::ranges::sort(steps);  // lines may go down
        return steps;
    }
    const TrueValue& value = truth_.names.at(line.name);
    if (!line.step->is_variable()) return {value_of(*line.step, value.axis, context)};
    const auto [low, high] = steps_.at(value.axis);
    for (std::int32_t t = low; t <= high; ++t) {
        const bool is_said = std::ranges::any_of(lines_.judged, [&](const WrittenEquation& other) {
            const bool is_fixed = other.step && (!other.step->is_variable() || other.steps);
            return is_fixed && other.name == line.name &&
                   std::ranges::count(steps_of(other), t) > 0;
        });
        if (!is_said) steps.push_back(t);
    }
    return steps;
}

bool LineJudge::agrees(const Expr& value, const TrueValue& truth, std::int32_t t) const {
    for (std::size_t draw = 0; draw < draws_.size(); ++draw)
        if (!are_alike(evaluate(value, draws_[draw]), truth.at.at(t)[draw], truth.largest[draw]))
            return false;
    return true;
}

std::map<std::string, ValuesByStep> LineJudge::own_values() const {
    std::vector<Expr> outputs;
    outputs.reserve(values_->lines().size());
    for (const auto& [member, line] : values_->lines()) outputs.push_back(values_->at(member));
    std::map<std::string, ValuesByStep> values;
    if (outputs.empty()) return values;
    for (const Bindings& draw : draws_) {
        std::vector<Matrix> computed = evaluate(outputs, draw);
        auto next = computed.begin();
        for (const auto& [member, line] : values_->lines())
            values[names_[member.name].name][member.t].push_back(std::move(*next++));
    }
    return values;
}

LineOutcome LineJudge::judge(const WrittenEquation& line, const WrittenTerm& right) {
    LineOutcome outcome;
    const TrueValue& truth = truth_.names.at(line.name);
    for (const std::int32_t t : steps_of(line)) {
        const auto known = truth.at.find(t);
        if (known == truth.at.end()) {
            outcome.shapes = fmt::format("the net has no {}({})", line.name, t);
            return outcome;
        }
        NumberContext context{steps_};
        if (line.step) context.now[truth.axis] = t;
        try {
            const TermValue value = values_->value(right, context);
            const Shape shape = known->second.front().shape();
            const Expr expression =
                value.is_number ? graph_.constant(value.number, shape) : value.expression;
            if (expression.shape() != shape) {
                outcome.shapes =
                    fmt::format("the right side is {}, and {} is {}", to_string(expression.shape()),
                                line.name, to_string(shape));
                return outcome;
            }
            (agrees(expression, truth, t) ? outcome.right_at : outcome.wrong_at).push_back(t);
        } catch (const Error& error) {  // of shapes, an index that is none, a step without value
            outcome.shapes = first_line_of(error);
            return outcome;
        }
    }
    return outcome;
}

}  // namespace revolute::detail
