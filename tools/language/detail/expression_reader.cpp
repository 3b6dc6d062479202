#include <revolute/ops/ops.hpp>
#include <revolute/tools/language/detail/expression_reader.hpp>

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace revolute::detail {

namespace {

WrittenTerm operation(const Op& op, std::vector<WrittenTerm> operands) {
    WrittenTerm term;
    term.kind = TermKind::operation;
    term.op = &op;
    term.place = from_to(operands.front().place, operands.back().place);
    term.operands = std::move(operands);
    return term;
}

/// a and b of a - b; of another term, the term and 0.
std::vector<WrittenTerm> sides_of(WrittenTerm difference) {
    if (difference.kind == TermKind::operation && difference.op == &subtract_op)
        return std::move(difference.operands);
    WrittenTerm zero;
    zero.kind = TermKind::number;
    zero.place = difference.place;
    return {std::move(difference), std::move(zero)};
}

/// mean |a - b|^2 and the number before it, with which it is an operator: 1/2 mean |a - b|^2.
bool is_unscaled_mean(const WrittenTerm& term) {
    return term.kind == TermKind::operation && term.op == &mse_op && term.attributes.empty();
}

/// diag(d), before it is known on which side of the matrix it stands.
bool is_diagonal(const WrittenTerm& term) {
    return term.kind == TermKind::operation && term.op == &scale_rows_op &&
           term.operands.size() == 1;
}

/// one_hot(k) without the number of classes.
bool is_mark(const WrittenTerm& term) {
    return term.kind == TermKind::operation && term.op == &one_hot_op && term.attributes.empty();
}

/// Two factors side by side, of which one may be diag(d), or a number before a mean.
WrittenTerm side_by_side(WrittenTerm left, WrittenTerm right) {
    if (left.is_number() && is_unscaled_mean(right)) {
        right.attributes.push_back(std::move(left));
        return right;
    }
    if (is_diagonal(left)) {
        left.operands.push_back(std::move(right));
        return left;
    }
    if (is_diagonal(right))
        return operation(scale_columns_op, {std::move(left), std::move(right.operands.front())});
    return operation(matmul_op, {std::move(left), std::move(right)});
}

WrittenTerm joined(const Op& op, WrittenTerm left, WrittenTerm right) {
    const TextPlace place = from_to(left.place, right.place);
    const bool is_of_number = left.is_number() || right.is_number();
    const bool is_product = &op == &matmul_op || (&op == &multiply_op && is_of_number);
    WrittenTerm term = is_product ? side_by_side(std::move(left), std::move(right))
                                  : operation(op, {std::move(left), std::move(right)});
    term.place = place;
    return term;
}

}  // namespace

/// A term that ends before the cursor.
WrittenTerm ExpressionReader::finished(WrittenTerm term, TextPlace first) const {
    term.place = from_to(first, cursor_.before().place);
    return term;
}

WrittenTerm ExpressionReader::sum(int depth) {
    if (depth > most_nested)
        cursor_.fail(fmt::format("terms are nested more than {} deep", most_nested));
    WrittenTerm left = product(depth);
    refuse_mark(left);
    while (cursor_.now().is("+") || cursor_.now().is("-")) {
        const Op& op = cursor_.now().is("+") ? add_op : subtract_op;
        cursor_.advance();
        WrittenTerm right = product(depth);
        left = is_mark(right) ? error_of_softmax(op, std::move(left), std::move(right))
                              : operation(op, {std::move(left), std::move(right)});
    }
    return left;
}

/// Fails for a one_hot(k) that stands elsewhere than behind softmax(a) and a minus sign.
void ExpressionReader::refuse_mark(const WrittenTerm& term) const {
    if (is_mark(term)) cursor_.source().fail(term.place, "one_hot takes 2 arguments");
}

/// "softmax(a) - one_hot(k)", the one place at which one_hot says no number of classes.
WrittenTerm ExpressionReader::error_of_softmax(const Op& op, WrittenTerm left,
                                               WrittenTerm right) const {
    const bool is_softmax = left.kind == TermKind::operation && left.op == &softmax_op;
    if (&op != &subtract_op || !is_softmax) refuse_mark(right);
    const TextPlace place = from_to(left.place, right.place);
    WrittenTerm error = operation(
        softmax_error_op, {std::move(left.operands.front()), std::move(right.operands.front())});
    error.place = place;
    return error;
}

WrittenTerm ExpressionReader::product(int depth) {
    Chain chain{prefixed(depth)};
    while (continue_product(chain, depth)) {
    }
    if (is_diagonal(chain.left))
        cursor_.source().fail(chain.left.place,
                              "diag(d) stands beside the matrix that it multiplies");
    return std::move(chain.left);
}

/// Whether a sign of a product stands here: the word o is no name then.
bool ExpressionReader::is_product_sign() const {
    const NetToken& now = cursor_.now();
    if (now.is("*") || now.is("/")) return true;
    if (!now.is("o")) return false;
    const bool has_step =
        cursor_.at(1).is("(") && cursor_.at(1).is_glued && cursor_.step_ahead(2, ")").has_value();
    return !has_step;
}

/// Whether what stands here may be a factor beside another one.
bool ExpressionReader::begins_factor() const {
    const NetToken& now = cursor_.now();
    switch (now.kind) {
        case TokenKind::number:
            return true;
        case TokenKind::word:
            return !(axis_of(now.text) && cursor_.at(1).is("="));
        case TokenKind::sign:
            return now.is("(") || now.is("[") || (now.is("|") && open_bars_ == 0);
        case TokenKind::line_end:
            break;
    }
    return false;
}

bool ExpressionReader::continue_product(Chain& chain, int depth) {
    const TextPlace sign = cursor_.now().place;
    if (is_product_sign()) {
        const std::string_view text = cursor_.now().text;
        const Op& op = text == "o" ? hadamard_op : text == "*" ? multiply_op : divide_op;
        cursor_.advance();
        const int divides = &op == &divide_op ? 1 : 0;
        as_numbers_ += divides;
        WrittenTerm right = prefixed(depth);
        as_numbers_ -= divides;
        chain.ends_in_number = right.is_number() && !chain.left.is_number();
        join(chain, op, std::move(right), sign);
        return true;
    }
    if (!begins_factor()) return false;
    if (chain.ends_in_number) cursor_.fail("parentheses must say what is multiplied first");
    join(chain, matmul_op, powered(depth), sign);
    return true;
}

void ExpressionReader::join(Chain& chain, const Op& op, WrittenTerm right, TextPlace sign) const {
    refuse_mark(chain.left);
    refuse_mark(right);
    if (!chain.left.is_number() && !right.is_number()) {
        const bool is_alike =
            chain.between_values == nullptr || chain.between_values == &op ||
            (is_elementwise(chain.between_values->role) && is_elementwise(op.role));
        if (!is_alike)
            cursor_.source().fail(
                sign, "products of two kinds side by side: parentheses must say which comes first");
        chain.between_values = &op;
    }
    chain.left = joined(op, std::move(chain.left), std::move(right));
}

WrittenTerm ExpressionReader::prefixed(int depth) {
    const TextPlace first = cursor_.now().place;
    if (!cursor_.take("-")) return powered(depth);
    if (depth > most_nested)
        cursor_.fail(fmt::format("terms are nested more than {} deep", most_nested));
    WrittenTerm operand = prefixed(depth + 1);
    refuse_mark(operand);
    return finished(operation(negate_op, {std::move(operand)}), first);
}

WrittenTerm ExpressionReader::powered(int depth) {
    const TextPlace first = cursor_.now().place;
    WrittenTerm base = atom(depth);
    if (cursor_.now().is("'") || cursor_.now().is("^")) refuse_mark(base);
    while (true) {
        if (cursor_.take("'"))
            base = finished(operation(transpose_op, {std::move(base)}), first);
        else if (cursor_.take("^"))
            base = finished(raised(std::move(base), depth), first);
        else
            return base;
    }
}

WrittenTerm ExpressionReader::raised(WrittenTerm base, int depth) {
    if (is_unscaled_mean(base)) cursor_.fail("a mean is raised to no power here");
    if (cursor_.now().is("T") && !base.is_number())
        cursor_.fail("T is the last step; the transpose of U is written U'");
    WrittenTerm power = exponent(depth);
    refuse_mark(power);
    if (!power.is_number()) return operation(power_op, {std::move(base), std::move(power)});
    if (power.kind == TermKind::number && power.number == 2.0)
        return operation(square_op, {std::move(base)});
    if (power.kind == TermKind::number && power.number == -1.0)
        return operation(reciprocal_op, {std::move(base)});
    WrittenTerm term = operation(power_op, {std::move(base)});
    term.attributes.push_back(std::move(power));
    return term;
}

WrittenTerm ExpressionReader::exponent(int depth) {
    ++as_numbers_;
    const TextPlace first = cursor_.now().place;
    const bool is_negative = cursor_.take("-");
    WrittenTerm power = atom(depth);
    if (is_negative && power.kind == TermKind::number)
        power.number = -power.number;
    else if (is_negative)
        power = finished(operation(negate_op, {std::move(power)}), first);
    --as_numbers_;
    return power;
}

WrittenTerm ExpressionReader::atom(int depth) {
    const NetToken& now = cursor_.now();
    switch (now.kind) {
        case TokenKind::number:
            return number();
        case TokenKind::word:
            if (!is_product_sign()) return word(depth);
            cursor_.fail("nothing stands before the \"o\"");
        case TokenKind::line_end:
            cursor_.fail("the line ends where a term was expected");
        case TokenKind::sign:
            break;
    }
    if (now.is("(")) return in_parentheses(depth);
    if (now.is("[")) return in_brackets(depth);
    if (now.is("|")) return in_bars(depth);
    cursor_.fail("a term was expected");
}

WrittenTerm ExpressionReader::number() {
    WrittenTerm term;
    term.kind = TermKind::number;
    term.place = cursor_.now().place;
    const std::string_view text = cursor_.now().text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), term.number);
    if (error != std::errc{} || end != text.data() + text.size())
        cursor_.fail("the number is out of the range of a double");
    cursor_.advance();
    return term;
}

WrittenTerm ExpressionReader::in_parentheses(int depth) {
    const TextPlace first = cursor_.now().place;
    cursor_.expect("(", "");
    const int open_bars = std::exchange(open_bars_, 0);
    WrittenTerm inside = sum(depth + 1);
    open_bars_ = open_bars;
    cursor_.expect(")", "to close the parenthesis");
    return finished(std::move(inside), first);
}

/// [a; b], [a, b], [a > b].
WrittenTerm ExpressionReader::in_brackets(int depth) {
    const TextPlace first = cursor_.now().place;
    cursor_.expect("[", "");
    const int open_bars = std::exchange(open_bars_, 0);
    std::vector<WrittenTerm> parts{sum(depth + 1)};
    const Op* op = parts.front().is_below ? &stack_rows_op : &stack_columns_op;
    if (cursor_.take(">")) {
        op = &exceeds_op;
        parts.push_back(sum(depth + 1));
    } else if (cursor_.now().is(";") || cursor_.now().is(",")) {
        const std::string_view sign = cursor_.now().text;
        op = sign == ";" ? &stack_rows_op : &stack_columns_op;
        while (cursor_.take(sign)) parts.push_back(sum(depth + 1));
    }
    open_bars_ = open_bars;
    cursor_.expect("]", "to close the bracket");
    return finished(operation(*op, std::move(parts)), first);
}

WrittenTerm ExpressionReader::in_bars(int depth) {
    const TextPlace first = cursor_.now().place;
    cursor_.expect("|", "");
    ++open_bars_;
    WrittenTerm inside = sum(depth + 1);
    --open_bars_;
    cursor_.expect("|", "to close the bars");
    return finished(operation(abs_op, {std::move(inside)}), first);
}

/// mean |a - b|^2, mean |a - b| and mean huber(a - b, 0.25).
WrittenTerm ExpressionReader::mean(int depth) {
    const TextPlace first = cursor_.now().place;
    cursor_.expect("mean", "");
    if (cursor_.now().is("huber")) {
        cursor_.advance();
        cursor_.expect("(", "behind huber");
        WrittenTerm term = operation(huber_op, sides_of(sum(depth + 1)));
        cursor_.expect(",", "and the bound of the quadratic part");
        term.attributes.push_back(attribute(depth));
        cursor_.expect(")", "to close the parenthesis");
        return finished(std::move(term), first);
    }
    if (!cursor_.now().is("|")) cursor_.fail("expected |, huber or ( behind mean");
    WrittenTerm bars = in_bars(depth);
    std::vector<WrittenTerm> sides = sides_of(std::move(bars.operands.front()));
    const bool is_squared = cursor_.now().is("^") && cursor_.at(1).text == "2";
    if (is_squared) cursor_.advance(2);
    return finished(operation(is_squared ? mse_op : mae_op, std::move(sides)), first);
}

/// t, T, N, and B where a number stands.
std::optional<WrittenTerm> ExpressionReader::size() const {
    const std::string_view text = cursor_.now().text;
    const auto running = names_.running(text), last = names_.last(text);
    const bool is_columns = text == "B" && as_numbers_ > 0;
    if (!running && !last && text != "N" && !is_columns) return std::nullopt;
    if (names_.declared.contains(std::string(text))) return std::nullopt;
    WrittenTerm term;
    term.kind = TermKind::size;
    term.place = cursor_.now().place;
    term.name = text;
    term.axis = running.value_or(last.value_or(0));
    return term;
}

WrittenTerm ExpressionReader::word(int depth) {
    const std::string_view text = cursor_.now().text;
    const bool is_called = cursor_.at(1).is("(") && cursor_.at(1).is_glued;
    if (text == "mean" && !is_called) return mean(depth);
    if ((text == "sum" || text == "each") && is_over_steps_ahead())
        return over_steps(text == "sum", depth);
    if (is_called) {
        const auto step = cursor_.step_ahead(2, ")");
        const bool is_value = names_.with_steps.contains(std::string(text));
        const bool is_function = text == "diag" || functions_.find(text) != nullptr;
        const bool is_name = step && (is_value || !is_function);
        if (!is_name) return function(depth);
    } else if (const auto number = size(); number && !cursor_.at(1).is("[")) {
        cursor_.advance();
        return *number;
    }
    WrittenName name = read_name(cursor_, names_);
    WrittenTerm term;
    term.name = std::move(name.name);
    term.step = name.step;
    term.place = name.place;
    return term;
}

}  // namespace revolute::detail
