// What of a term stands in the parentheses behind a word: functions, sums and lists over steps.

#include <revolute/ops/index.hpp>
#include <revolute/ops/structure.hpp>
#include <revolute/tools/language/detail/expression_reader.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>

#include <fmt/format.h>

#include <utility>

namespace revolute::detail {

/// Whether "(t=" stands behind the word.
bool ExpressionReader::is_over_steps_ahead() const {
    return cursor_.at(1).is("(") && axis_of(cursor_.at(2).text) && cursor_.at(3).is("=");
}

/// "sum(t=0..T) a(t)", as far as a product reaches; "each(t=0..T: a(t), b(t))", with a semicolon
/// where operands stand below each other.
WrittenTerm ExpressionReader::over_steps(bool is_sum, int depth) {
    const TextPlace first = cursor_.now().place;
    if (++over_steps_ > most_over_steps)
        cursor_.fail(
            fmt::format("sums and lists over steps are nested more than {} deep", most_over_steps));
    WrittenTerm term = is_sum ? sum_over_steps(depth) : list_over_steps(depth);
    --over_steps_;
    return finished(std::move(term), first);
}

/// "(t=0..T", from the parenthesis.
WrittenSteps ExpressionReader::steps_of_term() {
    cursor_.advance(2);
    const std::int32_t axis = *axis_of(cursor_.now().text);
    cursor_.advance(2);
    return cursor_.steps(axis);
}

WrittenTerm ExpressionReader::sum_over_steps(int depth) {
    WrittenTerm term;
    term.kind = TermKind::sum;
    term.steps = steps_of_term();
    cursor_.expect(")", "behind the steps of a sum");
    term.operands.push_back(product(depth + 1));
    refuse_mark(term.operands.front());
    return term;
}

WrittenTerm ExpressionReader::list_over_steps(int depth) {
    WrittenTerm term;
    term.kind = TermKind::list;
    term.steps = steps_of_term();
    term.is_below = cursor_.take(";");
    if (!term.is_below) cursor_.expect(":", "or ; behind the steps of a list");
    do term.operands.push_back(sum(depth + 1));
    while (cursor_.take(","));
    cursor_.expect(")", "to close the list");
    return term;
}

WrittenTerm ExpressionReader::attribute(int depth) {
    ++as_numbers_;
    WrittenTerm term = sum(depth + 1);
    --as_numbers_;
    if (!term.is_number()) cursor_.source().fail(term.place, "a number was expected");
    return term;
}

WrittenTerm ExpressionReader::function(int depth) {
    const NetToken word = cursor_.now();
    const NetFunction* function = functions_.find(word.text);
    const bool is_diagonal = word.text == "diag";
    if (function == nullptr && !is_diagonal)
        cursor_.fail(
            fmt::format("no operator is called {}; a product needs a blank before the "
                        "parenthesis{}",
                        word.text, did_you_mean(word.text, functions_.names())));
    cursor_.advance(2);
    const int open_bars = std::exchange(open_bars_, 0);
    WrittenTerm call;
    call.kind = TermKind::operation;
    if (is_diagonal) {
        call.op = &scale_rows_op;
        call.operands.push_back(sum(depth + 1));
    } else {
        call.op = function->op;
        arguments(*function, call, depth);
    }
    open_bars_ = open_bars;
    cursor_.expect(")", fmt::format("to close {}", word.text));
    return finished(std::move(call), word.place);
}

void ExpressionReader::arguments(const NetFunction& function, WrittenTerm& call, int depth) {
    if (function.op->arity == variadic) {
        do call.operands.push_back(sum(depth + 1));
        while (cursor_.take(","));
        return;
    }
    for (std::size_t i = 0; i < function.arguments.size(); ++i) {
        if (function.op == &one_hot_op && i == 1 && cursor_.now().is(")")) return;
        if (i > 0 && !cursor_.take(","))
            cursor_.fail(
                fmt::format("{} takes {} arguments", function.op->name, function.arguments.size()));
        const auto [is_attribute, number] = function.arguments[i];
        std::vector<WrittenTerm>& places = is_attribute ? call.attributes : call.operands;
        if (places.size() <= number) places.resize(number + 1);
        places[number] = is_attribute ? attribute(depth) : sum(depth + 1);
    }
    if (cursor_.now().is(","))
        cursor_.fail(fmt::format("{} takes {} argument{}", function.op->name,
                                 function.arguments.size(),
                                 function.arguments.size() == 1 ? "" : "s"));
}

}  // namespace revolute::detail
