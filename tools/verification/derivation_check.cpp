#include <revolute/graph/values/error.hpp>
#include <revolute/tools/language/detail/text_reader.hpp>
#include <revolute/tools/verification/derivation_check.hpp>
#include <revolute/tools/verification/detail/line_edits.hpp>
#include <revolute/tools/verification/detail/line_judge.hpp>
#include <revolute/tools/verification/detail/right_lines.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace revolute {

namespace {

using detail::LineEdit;
using detail::LineOutcome;
using detail::NetSource;
using detail::NetSyntax;
using detail::PossibleSummand;
using detail::step_in_words;
using detail::TrueValue;
using detail::WrittenEquation;
using detail::WrittenTerm;

/// Reads a derivation, judges its lines, and looks for what is the matter with wrong ones.
class DerivationReading {
 public:
    DerivationReading(const NetText& net, std::string_view text, std::string name,
                      const DerivationOptions& options)
        : net_(net),
          options_(options),
          truth_(detail::net_truth(net, options.sizes, options.draws, options.seed)),
          source_(text, std::move(name)),
          functions_({}),
          syntax_(read_text(source_, functions_, {true, detail::known_names(truth_)})),
          lines_(taken_apart()),
          judge_(source_, lines_, detail::NetNames(source_, syntax_), truth_) {}

    DerivationCheck check() {
        DerivationCheck result;
        for (const WrittenEquation& line : syntax_.equations) result.lines.push_back(checked(line));
        result.missing = missing();
        return result;
    }

 private:
    detail::DerivationLines taken_apart() const {
        require_near_steps(source_, syntax_, truth_.steps);
        detail::DerivationLines lines;
        for (const WrittenEquation& line : syntax_.equations) {
            if (truth_.find(line.name) == nullptr)
                lines.own.equations.push_back(line);
            else
                lines.judged.push_back(line);
        }
        return lines;
    }

    CheckedLine checked(const WrittenEquation& line) {
        CheckedLine result;
        result.line = line.left_place.line;
        result.text = source_.bare_line(result.line);
        result.subject = source_.at(line.left_place);
        if (truth_.find(line.name) == nullptr) {
            result.verdict = LineVerdict::definition;
            return result;
        }
        const LineOutcome outcome = judge_.judge(line, line.right);
        if (outcome.is_right()) return result;
        const bool is_in_part = outcome.is_right_in_part();
        result.verdict = is_in_part ? LineVerdict::right_in_part : LineVerdict::wrong;
        if (is_in_part)
            for (const std::int32_t t : outcome.wrong_at)
                result.wrong_at.push_back(
                    step_in_words(truth_.names.at(line.name).axis, t, truth_.steps));
        result.mistake = mistake_in(line, outcome);
        detail::RightLines right = derived().lines_of(line.name);
        result.right_lines = std::move(right.lines);
        result.made_lines = std::move(right.made);
        return result;
    }

    /// What makes the line right everywhere, or, where it is wrong at some steps, at these.
    std::string mistake_in(const WrittenEquation& line, const LineOutcome& outcome) {
        std::string at_wrong_steps;
        const bool is_in_part = outcome.is_right_in_part();
        for (const LineEdit& edit : line_edits(source_, line, truth_, summands_of_right(line))) {
            const LineOutcome edited = judge_.judge(line, edit.right);
            if (edited.is_right()) return edit.mistake;
            if (is_in_part && at_wrong_steps.empty() && edited.shapes.empty() &&
                std::ranges::includes(edited.right_at, outcome.wrong_at))
                at_wrong_steps = fmt::format("{} there", edit.mistake);
        }
        return at_wrong_steps.empty() ? outcome.shapes : at_wrong_steps;
    }

    const detail::RightDerivation& derived() {
        if (!derived_) derived_.emplace(net_, options_.sizes, truth_, judge_);
        return *derived_;
    }

    /// The terms of the right lines whose names are known here.
    std::vector<PossibleSummand> summands_of_right(const WrittenEquation& line) {
        std::vector<PossibleSummand> summands;
        for (const std::string& text : derived().lines_of(line.name).lines) {
            const NetSource alone(text, "right");
            try {
                const NetSyntax right =
                    read_text(alone, functions_, {true, detail::known_names(truth_)});
                for (WrittenTerm& term : summands_of(right.equations.front().right)) {
                    if (!is_known(term)) continue;
                    std::string written(alone.at(term.place));
                    forget_places(term);
                    summands.push_back({std::move(term), std::move(written)});
                }
            } catch (const ParseError&) {
                continue;  // what derive prints and this does not read adds no proposals
            }
        }
        return summands;
    }

    bool is_known(const WrittenTerm& term) const {
        if (term.kind == WrittenTerm::Kind::name)
            return truth_.find(term.name) != nullptr || is_own(term.name);
        return std::ranges::all_of(
            term.operands, [this](const WrittenTerm& operand) { return is_known(operand); });
    }

    bool is_own(const std::string& name) const {
        return std::ranges::find(lines_.own.equations, name, &WrittenEquation::name) !=
               lines_.own.equations.end();
    }

    static void forget_places(WrittenTerm& term) {
        term.place = {1, 1, 1};
        for (WrittenTerm& operand : term.operands) forget_places(operand);
    }

    /// Gradients of what is trained that no line gives, and steps of adjoints that have lines.
    std::vector<std::string> missing() {
        std::vector<std::string> missing;
        std::set<std::string> given;
        for (const WrittenEquation& line : lines_.judged) given.insert(line.name);
        for (const auto& [name, value] : truth_.names)
            if (value.is_adjoint && value.is_parameter && !given.contains(name))
                missing.push_back(name);
        for (const auto& [name, t] : truth_.starts)
            if (!is_said(fmt::format("d{}", name), t))
                missing.push_back(fmt::format("d{}({})", name, t));
        for (const std::string& name : given) {
            const TrueValue& value = truth_.names.at(name);
            if (!value.is_adjoint || !value.has_steps) continue;
            std::vector<std::int32_t> steps;
            for (const auto& [t, draws] : value.at)
                if (!is_said(name, t) && truth_.steps.at(value.axis).contains(t) && !is_zero(draws))
                    steps.push_back(t);
            add_missing_steps(name, value.axis, steps, missing);
        }
        return missing;
    }

    bool is_said(const std::string& name, std::int32_t t) const {
        return std::ranges::any_of(lines_.judged, [&](const WrittenEquation& line) {
            return line.name == name && std::ranges::count(judge_.steps_of(line), t) > 0;
        });
    }

    /// "dh at t = 0..T-1", a stretch after another.
    void add_missing_steps(const std::string& name, std::int32_t axis,
                           const std::vector<std::int32_t>& steps,
                           std::vector<std::string>& missing) const {
        for (std::size_t i = 0; i < steps.size();) {
            std::size_t last = i;
            while (last + 1 < steps.size() && steps[last + 1] == steps[last] + 1) ++last;
            std::string words =
                fmt::format("{} at {}", name, step_in_words(axis, steps[i], truth_.steps));
            if (last > i) {
                const std::string until = step_in_words(axis, steps[last], truth_.steps);
                words += ".." + until.substr(until.find("= ") + 2);
            }
            missing.push_back(std::move(words));
            i = last + 1;
        }
    }

    static bool is_zero(const std::vector<Matrix>& draws) {
        return std::ranges::all_of(draws, [](const Matrix& draw) {
            return std::ranges::all_of(draw.values(), [](double value) { return value == 0; });
        });
    }

    const NetText& net_;
    const DerivationOptions& options_;
    detail::NetTruth truth_;
    NetSource source_;
    detail::NetFunctions functions_;
    NetSyntax syntax_;
    detail::DerivationLines lines_;
    detail::LineJudge judge_;
    std::optional<detail::RightDerivation> derived_;
};

}  // namespace

bool DerivationCheck::passes() const {
    return std::ranges::all_of(lines, [](const CheckedLine& line) {
        return line.verdict == LineVerdict::right || line.verdict == LineVerdict::definition;
    });
}

DerivationCheck check_derivation(const NetText& net, std::string_view derivation, std::string name,
                                 const DerivationOptions& options) {
    return DerivationReading(net, derivation, std::move(name), options).check();
}

}  // namespace revolute
