#include <revolute/tools/finite_differences.hpp>
#include <revolute/tools/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace revolute {

namespace {

/// dL/dv for one direction v, by the gradient and by differences.
class Directions {
 public:
    Directions(Expr loss, Expr variable, ConstMatrixView gradient, const Bindings& values)
        : loss_(loss), variable_(variable), gradient_(gradient), values_(values) {
        const Matrix* base = values.find(variable);
        if (base == nullptr)
            throw EvaluationError(fmt::format("check_by_differences: no value is bound to {}",
                                              variable.graph->describe(variable.id)));
        base_ = *base;
    }

    double error(const Matrix& direction, double step) {
        const double difference =
            (loss_at(direction, step) - loss_at(direction, -step)) / (2 * step);
        const double expected = std::inner_product(direction.values().begin(),
                                                   direction.values().end(), gradient_.data, 0.0);
        return std::abs(expected - difference);
    }

 private:
    double loss_at(const Matrix& direction, double step) {
        Matrix moved = base_;
        for (std::size_t i = 0; i < moved.size(); ++i)
            moved.values()[i] += step * direction.values()[i];
        values_.bind(variable_, std::move(moved));
        return evaluate(loss_, values_)(0, 0);
    }

    Expr loss_;
    Expr variable_;
    ConstMatrixView gradient_;
    Bindings values_;
    Matrix base_;
};

std::vector<Matrix> make_directions(Shape shape, std::uint64_t seed, std::size_t most_entries) {
    std::vector<Matrix> directions;
    const std::size_t entries = std::min(shape.size(), most_entries);
    for (std::size_t i = 0; i < entries; ++i) {
        Matrix direction(shape);
        direction.values()[i * shape.size() / entries] = 1.0;
        directions.push_back(std::move(direction));
    }
    if (entries < shape.size()) directions.push_back(Random(seed).matrix(shape));
    return directions;
}

}  // namespace

std::string_view in_words(Verdict verdict) {
    switch (verdict) {
        case Verdict::agrees:
            return "agrees";
        case Verdict::differs:
            return "differs";
        case Verdict::too_small:
            break;
    }
    return "too small for finite differences to tell";
}

DifferenceCheck check_by_differences(Expr loss, Expr variable, ConstMatrixView gradient,
                                     const Bindings& values, std::uint64_t seed,
                                     std::size_t most_entries) {
    if (!loss.shape().is_scalar() || gradient.shape() != variable.shape())
        throw ShapeError(fmt::format(
            "check_by_differences: needs a loss [1 x 1] ({}) and a gradient of the variable's "
            "shape {} "
            "({})",
            to_string(loss.shape()), to_string(variable.shape()), to_string(gradient.shape())));
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    const double magnitude = largest_entry(gradient);
    const double loss_value = std::abs(evaluate(loss, values)(0, 0));
    const std::vector<Matrix> directions =
        make_directions(variable.shape(), seed, std::max<std::size_t>(most_entries, 1));

    DifferenceCheck check;
    check.directions = directions.size();
    check.entries = std::min(variable.shape().size(), std::max<std::size_t>(most_entries, 1));
    Directions along(loss, variable, gradient, values);
    for (const double step : {1e-2, 1e-3, 1e-4, 1e-5, 1e-6}) {
        DifferenceStep row{step, 0.0, 1e-7 * magnitude + 20 * epsilon * loss_value / step};
        for (const Matrix& direction : directions)
            row.error = larger(row.error, along.error(direction, step));
        check.sweep.push_back(row);
    }
    check.best = *std::ranges::min_element(check.sweep, {}, [](const DifferenceStep& row) {
        return std::isnan(row.error) ? std::numeric_limits<double>::infinity() : row.error;
    });
    const double rounding = 20 * epsilon * loss_value / check.best.step;
    if (!(check.best.error <= check.best.allowed))
        check.verdict = Verdict::differs;
    else if (rounding > magnitude)
        check.verdict = Verdict::too_small;
    return check;
}

}  // namespace revolute
