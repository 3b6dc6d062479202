#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/tools/equations/detail/writing/constant_factors.hpp>

#include <fmt/format.h>

#include <string>

namespace revolute::detail {

namespace {

/// A number times something: k x, k o x or x o k, the number known by itself.
struct Multiple {
    double number = 1;
    const EquationTerm* of = nullptr;
};

bool is_number(const EquationTerm& term) {
    return term.kind == EquationTerm::Kind::number && term.growing.empty();
}

std::optional<Multiple> multiple(const EquationTerm& term) {
    if (term.kind != EquationTerm::Kind::operation || !term.growing.empty()) return std::nullopt;
    if (term.op == &scale_op) return Multiple{term.attributes[0], term.operands.data()};
    if (term.op != &hadamard_op) return std::nullopt;
    const EquationTerm &left = term.operands[0], &right = term.operands[1];
    if (is_number(left) == is_number(right)) return std::nullopt;
    return is_number(left) ? Multiple{left.attributes[0], &right}
                           : Multiple{right.attributes[0], &left};
}

/// mean |a - b|^2, which is no operator.
const Op& whole_mean() {
    static const Op mean = [] {
        Op op = mse_op;
        op.text = "mean |#1 - #2|^2";
        op.precedence = Precedence::power;
        op.latex = R"(\tfrac{1}{B} \left\lVert #1 - #2 \right\rVert^{2})";
        return op;
    }();
    return mean;
}

void halve(std::optional<LengthLaw>& law) {
    if (law) law->factor /= 2;
}

/// Half of a number that may depend on the step, on N and on B.
void halve_number(EquationTerm& scaled) {
    scaled.attributes[0] /= 2;
    for (EquationGrowth& growth : scaled.growing) {
        growth.slope /= 2;
        for (auto* const law :
             {&growth.law, &growth.columns.value, &growth.columns.slope, &growth.columns.factor})
            halve(*law);
    }
}

/// Whether what is written for a number is short, and that number.
bool is_short(double number) {
    return quotient_of(number) || std::stod(fmt::format("{:.4g}", number)) == number;
}

}  // namespace

std::optional<EquationTerm> with_one_number(const EquationTerm& term) {
    const auto outer = multiple(term);
    const auto inner = outer ? multiple(*outer->of) : std::nullopt;
    if (!inner) return std::nullopt;
    const double product = outer->number * inner->number;
    if (!is_short(product)) return std::nullopt;
    EquationTerm one;
    one.kind = EquationTerm::Kind::operation;
    one.op = &scale_op;
    one.is_scalar = term.is_scalar;
    one.attributes = {product};
    one.operands = {*inner->of};
    return one;
}

std::optional<EquationTerm> with_whole_mean(const EquationTerm& term) {
    const bool is_scaled = term.kind == EquationTerm::Kind::operation && term.op == &scale_op;
    if (!is_scaled || term.operands[0].op != &mse_op) return std::nullopt;
    EquationTerm halved = term;
    halve_number(halved);
    halved.operands[0].op = &whole_mean();
    const bool is_one = halved.growing.empty() && halved.attributes[0] == 1;
    return is_one ? halved.operands[0] : halved;
}

}  // namespace revolute::detail
