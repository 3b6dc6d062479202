#include <revolute/graph/leaf.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/tools/gradient_probe.hpp>
#include <revolute/tools/random.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace revolute {

namespace {

Expr operand(Expr x, std::uint32_t slot) { return x.graph->at(x.graph->operand(x.id, slot)); }

Expr transposed(Expr x) {
    return &x.graph->op(x.id) == &transpose_op ? operand(x, 0) : transpose(x);
}

Expr sum_with(Expr factors, Expr term) {
    if (&term.graph->op(term.id) == &matmul_op)
        return sum(hadamard(operand(term, 0), factors * transposed(operand(term, 1))));
    return sum(hadamard(term, factors));
}

/// The array's entries in the order of the judge's arrays.
const std::vector<Matrix>& find_array(std::span<const GradientArray> arrays,
                                      const GradientArray& like) {
    return std::ranges::find(arrays, like.name, &GradientArray::name)->values;
}

}  // namespace

GradientProbe::GradientProbe(const Case& of, CaseNet& net, const Judge& judge) : judge_(judge) {
    Random random(1);
    std::vector<Matrix> values, numbers;  // of factors; and of the variable, from 1, in every entry
    for (const Expr& variable : net.variables()) {
        values.push_back(random.matrix(variable.shape()));
        numbers.emplace_back(variable.shape(), static_cast<double>(numbers.size() + 1));
        factors_.push_back(net.graph.input("D", variable.shape()));
        net.values.bind(factors_.back(), values.back());
    }
    const auto factors = gradient_arrays(gradients_of(of, values));
    const auto variables = gradient_arrays(gradients_of(of, numbers));
    for (const GradientArray& given : judge.given()) {
        const std::vector<Matrix>& by = find_array(factors, given);
        const std::vector<Matrix>& of_variables = find_array(variables, given);
        std::set<std::size_t> found;
        Probed array;
        for (std::size_t i = 0; i < by.size(); ++i) {
            const auto a = given.values[i].values(), b = by[i].values();
            array.given = std::inner_product(a.begin(), a.end(), b.begin(), array.given);
            for (const double number : of_variables[i].values())
                if (number > 0) found.insert(static_cast<std::size_t>(number) - 1);
        }
        array.variables.assign(found.begin(), found.end());
        arrays_.push_back(std::move(array));
    }
}

std::vector<Expr> GradientProbe::sums(std::span<const Expr> gradients) const {
    std::vector<Expr> result;
    std::vector<Expr> parts;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        const Expr gradient = gradients[i];
        const Graph& graph = *gradient.graph;
        if (&graph.op(gradient.id) != &accumulate_op) {
            result.push_back(sum_with(factors_[i], gradient));
            continue;
        }
        parts.clear();
        for (std::uint32_t slot = 0; slot < graph.operand_count(gradient.id); ++slot)
            parts.push_back(sum_with(factors_[i], operand(gradient, slot)));
        result.push_back(accumulate(parts));
    }
    return result;
}

bool GradientProbe::is_promising(std::span<const Matrix> sums) const {
    std::vector<double> differences;
    for (const Probed& array : arrays_) {
        double sum = -array.given;
        for (const std::size_t i : array.variables) sum += sums[i](0, 0);
        differences.push_back(std::abs(sum));
    }
    return judge_.is_promising(differences);
}

}  // namespace revolute
