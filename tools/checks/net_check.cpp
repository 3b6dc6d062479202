#include <revolute/tools/checks/closed_form_net.hpp>
#include <revolute/tools/checks/net_check.hpp>
#include <revolute/tools/support/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

/// Uniform in +-1/sqrt(n), n the number of terms of each sum: keeps z of the order of 1 for any
/// size. Columns (biases) in +-1/2.
Matrix parameter_value(Random& random, Shape shape) {
    const double bound =
        shape.columns == 1 ? 0.5 : 1.0 / std::sqrt(static_cast<double>(shape.columns));
    return random.matrix(shape, -bound, bound);
}

/// Targets of mse are numbers; those of cross-entropy the number of a class.
Matrix target_value(Random& random, Shape shape, LossKind loss, int classes) {
    if (loss == LossKind::mse) return random.matrix(shape);
    Matrix target = random.matrix(shape, 0.0, classes);
    for (double& value : target.values()) value = std::floor(value);
    return target;
}

/// Whether in some sequence no state is zero throughout. One that is hands no gradient on, as do
/// rectified units that are all off, and of gradients that are zero no check tells anything.
bool is_alive(const RecurrentNet& net, const Bindings& values) {
    std::vector<Expr> states;
    for (const Layer& layer : net.layers)
        for (const Unrolled& direction : layer.directions)
            for (const State& state : direction.states) states.push_back(state.front());
    std::vector<bool> lives(static_cast<std::size_t>(states.front().shape().columns), true);
    for (const Matrix& state : evaluate(states, values))
        for (int c = 0; c < state.columns(); ++c) {
            const auto sequence = state.values().subspan(
                static_cast<std::size_t>(c) * static_cast<std::size_t>(state.rows()),
                static_cast<std::size_t>(state.rows()));
            if (std::ranges::count(sequence, 0.0) == state.rows())
                lives[static_cast<std::size_t>(c)] = false;
        }
    return std::ranges::count(lives, true) > 0;
}

/// Raises the biases of the cells, by little at first, until the net is alive. No further, so that
/// units that are off are checked too.
void wake(const RecurrentNet& net, Bindings& values) {
    for (int eighths = 1; eighths <= 512 && !is_alive(net, values); eighths *= 2)
        for (const Layer& layer : net.layers)
            for (const CellParameter& parameter : layer.parameter_table()) {
                if (parameter.role != ParameterRole::bias &&
                    parameter.role != ParameterRole::recurrent_bias)
                    continue;
                Matrix bias = *values.find(parameter.expression);
                for (double& value : bias.values()) value += eighths / 8.0;
                values.bind(parameter.expression, std::move(bias));
            }
}

std::string name_of_initial(Expr leaf) {
    const std::string_view name = leaf.graph->name(leaf.id);
    return fmt::format("{}{}0", name, name.size() == 1 ? "" : "_");
}

}  // namespace

ClosedFormComparison beside_closed_form(ConstMatrixView gradient, ConstMatrixView by_hand) {
    ClosedFormComparison result;
    result.relative = relative_difference(gradient, by_hand);
    const double largest = largest_difference(gradient, by_hand);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        const double difference = std::abs(gradient.data[i] - by_hand.data[i]);
        if (difference == largest || std::isnan(difference)) {
            result.worst = {static_cast<int>(i) % gradient.rows,
                            static_cast<int>(i) / gradient.rows};
            break;
        }
    }
    result.gradient = gradient(result.worst.row, result.worst.column);
    result.by_hand = by_hand(result.worst.row, result.worst.column);
    return result;
}

RandomNet::RandomNet(const Sizes& sizes, const Architecture& architecture, std::uint64_t seed)
    : net(recurrent_net(graph, sizes, architecture)) {
    Random random(seed);
    for (const Expr& leaf : net.parameters())
        values.bind(leaf, parameter_value(random, leaf.shape()));
    for (const Expr& leaf : net.inputs) values.bind(leaf, random.matrix(leaf.shape()));
    for (const Expr& leaf : net.initial_leaves()) values.bind(leaf, random.matrix(leaf.shape()));
    for (const Expr& leaf : net.read_out.targets)
        values.bind(leaf, target_value(random, leaf.shape(), architecture.loss, sizes.output));
    wake(net, values);
}

Verdict NetCheck::verdict(std::size_t parameter) const {
    const bool has_missed = !closed_form.empty() && !closed_form[parameter].agrees();
    return has_missed ? Verdict::differs : gradients.variables[parameter].verdict();
}

Verdict NetCheck::verdict() const {
    Verdict gravest = loss_relative <= tolerance ? Verdict::agrees : Verdict::differs;
    for (std::size_t i = 0; i < gradients.variables.size(); ++i)
        gravest = graver(gravest, verdict(i));
    return gravest;
}

NetCheck check_net(const Sizes& sizes, const Architecture& architecture, std::uint64_t seed,
                   const CheckOptions& options) {
    const RandomNet random(sizes, architecture, seed);
    const std::vector<Expr> variables = random.net.variables();
    NetCheck check;
    CheckOptions with_seed = options;
    with_seed.differences.seed = seed;
    check.gradients = check_gradient(random.net.loss(), variables, random.values, with_seed);
    for (std::size_t i = random.net.parameters().size(); i < variables.size(); ++i)
        check.gradients.variables[i].name = name_of_initial(variables[i]);

    check.no_closed_form = why_no_closed_form(architecture);
    if (!check.no_closed_form.empty()) return check;
    const ClosedFormResult by_hand = closed_form_of(random.net, architecture, random.values);
    check.loss_relative = std::abs(check.gradients.loss - by_hand.loss) / by_hand.loss;
    if (options.differences.computed_by == ComputedBy::program)
        check.tolerance = closed_form_tolerance_of_programs;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        check.closed_form.push_back(
            beside_closed_form(check.gradients.variables[i].gradient, by_hand.gradients[i]));
        check.closed_form.back().tolerance = check.tolerance;
        check.closed_form.back().rounding = check.gradients.variables[i].rounding;
    }
    return check;
}

}  // namespace revolute
