#include <revolute/ops/ops.hpp>
#include <revolute/tools/verification/detail/line_edits.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

bool is_operation(const WrittenTerm& term, const Op& op, std::size_t operands) {
    return term.kind == TermKind::operation && term.op == &op && term.operands.size() == operands;
}

bool is_number(const WrittenTerm& term, double number) {
    return term.kind == TermKind::number && term.number == number;
}

WrittenTerm made(const Op& op, std::vector<WrittenTerm> operands) {
    WrittenTerm term;
    term.kind = TermKind::operation;
    term.op = &op;
    term.place = operands.front().place;
    term.operands = std::move(operands);
    return term;
}

WrittenTerm number(double value) {
    WrittenTerm term;
    term.kind = TermKind::number;
    term.number = value;
    return term;
}

WrittenTerm negated(const WrittenTerm& term) { return made(negate_op, {term}); }

/// A function of a value that derivatives have as a factor, and how it is written.
struct Factor {
    WrittenTerm term;
    std::string text;
};

/// v, 1 - v, the slope of tanh, and that of sigmoid.
std::vector<Factor> factors_of(const WrittenTerm& v, const std::string& name) {
    const WrittenTerm rest = made(subtract_op, {number(1), v});
    return {{v, name},
            {rest, fmt::format("1 - {}", name)},
            {made(subtract_op, {number(1), made(square_op, {v})}), fmt::format("1 - {}^2", name)},
            {made(hadamard_op, {v, rest}), fmt::format("{0} o (1 - {0})", name)}};
}

/// The value that a factor of such a form is of; none of another form.
const WrittenTerm* value_in(const WrittenTerm& term) {
    if (term.kind == TermKind::name) return &term;
    const bool is_rest = is_operation(term, subtract_op, 2) && is_number(term.operands[0], 1);
    if (is_rest && term.operands[1].kind == TermKind::name) return &term.operands[1];
    if (is_rest && is_operation(term.operands[1], square_op, 1) &&
        term.operands[1].operands[0].kind == TermKind::name)
        return &term.operands[1].operands[0];
    const bool is_slope = is_operation(term, hadamard_op, 2) &&
                          term.operands[0].kind == TermKind::name &&
                          is_operation(term.operands[1], subtract_op, 2);
    return is_slope ? &term.operands[0] : nullptr;
}

/// Makes one change after another in a copy of the right side, and takes it back.
class EditMaker {
 public:
    EditMaker(const NetSource& source, const WrittenEquation& line, const NetTruth& truth,
              const std::vector<PossibleSummand>& summands)
        : source_(source), truth_(truth), line_(line), summands_(summands), root_(line.right) {}

    std::vector<LineEdit> edits() {
        visit(root_, &EditMaker::change_simply);
        visit(root_, &EditMaker::change_step_of_value);
        visit(root_, &EditMaker::change_step_of_adjoint);
        change_whole();
        visit(root_, &EditMaker::change_factors);
        visit(root_, &EditMaker::change_names);
        visit(root_, &EditMaker::add_factors);
        return std::move(edits_);
    }

 private:
    using Change = void (EditMaker::*)(WrittenTerm& term);

    std::string text(const WrittenTerm& term) const {
        return term.place.line == 0 ? std::string{} : std::string(source_.at(term.place));
    }

    void visit(WrittenTerm& term, Change change) {
        (this->*change)(term);
        for (WrittenTerm& operand : term.operands) visit(operand, change);
    }

    /// The right side with this in place of the term.
    void offer(WrittenTerm& term, WrittenTerm other, std::string mistake) {
        std::swap(term, other);
        edits_.push_back({root_, std::move(mistake)});
        std::swap(term, other);
    }

    void change_simply(WrittenTerm& term) {
        if (term.is_number()) return change_number(term);
        const std::string own = text(term);
        offer(term, negated(term), fmt::format("the sign of {}", own));
        if (is_operation(term, transpose_op, 1))
            offer(term, term.operands[0],
                  fmt::format("{} is not transposed there", text(term.operands[0])));
        else if (term.kind == TermKind::name)
            offer(term, made(transpose_op, {term}), fmt::format("{} is transposed there", own));
        if (is_operation(term, matmul_op, 2))
            offer(term, made(matmul_op, {term.operands[1], term.operands[0]}),
                  fmt::format("the order of {} and {}", text(term.operands[0]),
                              text(term.operands[1])));
        for (const Op* op : {&add_op, &subtract_op})
            if (is_operation(term, *op, 2)) drop_summands(term);
        for (const Op* op : {&hadamard_op, &matmul_op, &divide_op, &multiply_op})
            if (is_operation(term, *op, 2)) drop_factors(term);
        if (term.kind == TermKind::sum) change_limits(term);
    }

    void change_number(WrittenTerm& term) {
        const auto scaled = [&](double by) { return made(matmul_op, {number(by), term}); };
        offer(term, scaled(2), fmt::format("the number {}, which is twice that", text(term)));
        offer(term, scaled(0.5), fmt::format("the number {}, which is half of that", text(term)));
        offer(term, scaled(-1), fmt::format("the sign of {}", text(term)));
    }

    /// Steps of values first: those of adjoints are rarely mistaken, and both may fit in a sum.
    void change_step_of_value(WrittenTerm& term) {
        if (term.kind == TermKind::name && !is_adjoint(term)) change_step(term);
    }
    void change_step_of_adjoint(WrittenTerm& term) {
        if (term.kind == TermKind::name && is_adjoint(term)) change_step(term);
    }

    void change_step(WrittenTerm& term) {
        if (!term.step) return;
        for (const std::int32_t by : {1, -1}) {
            WrittenTerm other = term;
            other.step->offset += by;
            offer(term, other,
                  fmt::format("the step of {}, which is {} {}", text(term),
                              by > 0 ? "one later" : "one earlier", "there"));
        }
    }

    void drop_summands(WrittenTerm& term) {
        const bool is_difference = term.op == &subtract_op;
        offer(term, term.operands[0],
              fmt::format("the term {}, which does not belong there", text(term.operands[1])));
        offer(term, is_difference ? negated(term.operands[1]) : term.operands[1],
              fmt::format("the term {}, which does not belong there", text(term.operands[0])));
        offer(term,
              made(is_difference ? add_op : subtract_op, {term.operands[0], term.operands[1]}),
              fmt::format("the sign of {}", text(term.operands[1])));
    }

    void drop_factors(WrittenTerm& term) {
        for (const std::size_t kept : {0U, 1U})
            offer(term, term.operands[kept],
                  fmt::format("the factor {}, which does not belong there",
                              text(term.operands[1 - kept])));
    }

    void change_limits(WrittenTerm& term) {
        for (WrittenStep WrittenSteps::*limit : {&WrittenSteps::first, &WrittenSteps::last})
            for (const std::int32_t by : {1, -1}) {
                WrittenTerm other = term;
                (other.steps.*limit).offset += by;
                offer(term, other,
                      fmt::format("the {} step of the sum, which is one {}",
                                  limit == &WrittenSteps::first ? "first" : "last",
                                  by > 0 ? "later" : "earlier"));
            }
    }

    /// A number as factor of all, and a term too few.
    void change_whole() {
        for (const double by : {2.0, 0.5})
            offer(root_, made(matmul_op, {number(by), root_}),
                  fmt::format("a factor of {} in all of it", by));
        for (const PossibleSummand& missing : summands_) {
            offer(root_, made(add_op, {root_, missing.term}),
                  fmt::format("the term {} is missing", missing.text));
            offer(root_, made(subtract_op, {root_, missing.term}),
                  fmt::format("the term -{} is missing", missing.text));
        }
    }

    /// Slopes of another function of the same value.
    void change_factors(WrittenTerm& term) {
        const WrittenTerm* value = value_in(term);
        if (value == nullptr || is_adjoint(*value)) return;
        const WrittenTerm of = *value;
        for (Factor& factor : factors_of(of, text(of)))
            offer(term, factor.term, fmt::format("{}, where {} belongs", text(term), factor.text));
    }

    /// A name of the derivation's own is taken for one, too.
    bool is_adjoint(const WrittenTerm& name) const {
        const TrueValue* value = truth_.find(name.name);
        return value == nullptr || value->is_adjoint;
    }

    /// Another value of the same shape: another gate, weight or adjoint.
    void change_names(WrittenTerm& term) {
        if (term.kind != TermKind::name) return;
        const TrueValue* own = truth_.find(term.name);
        if (own == nullptr) return;
        for (const auto& [name, other] : truth_.names) {
            const bool is_like = name != term.name && other.shape == own->shape &&
                                 other.has_steps == own->has_steps &&
                                 other.is_adjoint == own->is_adjoint;
            if (!is_like) continue;
            WrittenTerm changed = term;
            changed.name = name;
            offer(term, changed,
                  fmt::format("{}, where {} belongs", text(term), written(name, term.step)));
        }
    }

    /// "dh(t+1)" in the line's own way to say the step.
    static std::string written(const std::string& name, const std::optional<WrittenStep>& step) {
        if (!step) return name;
        const std::string_view base = step->is_variable()                     ? "t"
                                      : step->from == WrittenStep::From::last ? "T"
                                                                              : "";
        if (base.empty()) return fmt::format("{}({})", name, step->offset);
        return step->offset == 0 ? fmt::format("{}({})", name, base)
                                 : fmt::format("{}({}{:+})", name, base, step->offset);
    }

    /// A factor that a derivative has, and this term not: a slope, a gate.
    void add_factors(WrittenTerm& term) {
        const bool is_place = &term == &root_ || is_operation(term, matmul_op, 2) ||
                              is_operation(term, hadamard_op, 2) ||
                              (term.kind == TermKind::name && is_adjoint(term));
        if (!is_place || !line_.step) return;
        for (const auto& [name, value] : truth_.names) {
            if (!value.has_steps || value.is_adjoint) continue;
            for (const std::int32_t offset : {0, 1, -1}) {
                WrittenTerm factor;
                factor.name = name;
                factor.step = line_.step->is_variable()
                                  ? WrittenStep{WrittenStep::From::variable, value.axis, offset}
                                  : *line_.step;
                if (!line_.step->is_variable()) factor.step->offset += offset;
                for (Factor& of : factors_of(factor, written(name, factor.step)))
                    offer(term, made(hadamard_op, {term, of.term}),
                          fmt::format("the factor {} is missing beside {}", of.text, text(term)));
            }
        }
    }

    const NetSource& source_;
    const NetTruth& truth_;
    const WrittenEquation& line_;
    const std::vector<PossibleSummand>& summands_;
    WrittenTerm root_;
    std::vector<LineEdit> edits_;
};

void add_summands(const WrittenTerm& term, bool is_negative, std::vector<WrittenTerm>& summands) {
    if (is_operation(term, add_op, 2) || is_operation(term, subtract_op, 2)) {
        add_summands(term.operands[0], is_negative, summands);
        add_summands(term.operands[1], is_negative != (term.op == &subtract_op), summands);
        return;
    }
    summands.push_back(is_negative ? negated(term) : term);
}

}  // namespace

std::vector<WrittenTerm> summands_of(const WrittenTerm& sum) {
    std::vector<WrittenTerm> summands;
    add_summands(sum, false, summands);
    return summands;
}

std::vector<LineEdit> line_edits(const NetSource& source, const WrittenEquation& line,
                                 const NetTruth& truth,
                                 const std::vector<PossibleSummand>& summands) {
    return EditMaker(source, line, truth, summands).edits();
}

}  // namespace revolute::detail
