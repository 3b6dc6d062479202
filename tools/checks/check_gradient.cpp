#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <revolute/tools/checks/gradient_rounding.hpp>
#include <revolute/tools/support/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace revolute {

namespace {

/// A loss and its variables in a graph of their own, with their values.
struct Copy {
    Copy(Expr of, std::span<const Expr> variables, const Bindings& bound)
        : graph(of.graph->sharing()) {
        std::vector<Expr> outputs{of};
        outputs.insert(outputs.end(), variables.begin(), variables.end());
        const Extracted extracted = extract(outputs, graph);
        loss = extracted.outputs.front();
        wrt.assign(extracted.outputs.begin() + 1, extracted.outputs.end());
        for (std::uint32_t i = 0; i < extracted.copies.size(); ++i)
            if (extracted.copies[i])
                if (const Matrix* value = bound.find(of.graph->at(NodeId{i})))
                    values.bind(graph.at(*extracted.copies[i]), *value);
    }

    Graph graph;
    Expr loss;
    std::vector<Expr> wrt;
    Bindings values;
};

void require_shapes(std::span<const Expr> wrt, std::span<const Matrix> gradients) {
    if (gradients.size() != wrt.size())
        throw ShapeError(
            fmt::format("check_gradient: needs one gradient for each of {} variables ({} given)",
                        wrt.size(), gradients.size()));
    for (std::size_t i = 0; i < wrt.size(); ++i)
        if (gradients[i].shape() != wrt[i].shape())
            throw ShapeError(fmt::format(
                "check_gradient: the gradient's shape {} must be that of the variable\n  variable "
                "is {}",
                to_string(gradients[i].shape()), wrt[i].graph->describe(wrt[i].id)));
}

/// The engine's gradients, and how far rounding may move them, or those that were brought, and the
/// loss.
struct Engine {
    std::vector<Matrix> gradients;
    double loss_rounding = 0;
    std::vector<double> rounding;
};

Engine engine_of(Expr loss, std::span<const Expr> wrt, const Bindings& values, ComputedBy by,
                 bool are_brought) {
    Copy copy(loss, wrt, values);
    const Derivative derivative = differentiate(copy.loss, copy.wrt, Unreachable::zeros);
    Computation gradients(derivative.gradients(), by);
    gradients.bind(copy.values);
    gradients.run();
    std::vector<double> rounding =
        rounding_floors(derivative.loss_and_gradients(), copy.wrt, copy.values);
    // `rounding_floors` leaves room for sums in another order; losses that are subtracted have one
    // order.
    const double of_loss = rounding.front() / 4;
    if (are_brought)
        rounding = rounding_floors(derivative.loss_and_gradients(), copy.wrt, copy.values,
                                   Formulas::by_hand);
    return {gradients.values(), of_loss, {rounding.begin() + 1, rounding.end()}};
}

/// Largest |<gradient, v> - tangent of the loss along v| / (max|gradient| |v|) over the directions,
/// those left out where rounding makes the difference. How far it moves the tangent is looked at
/// where the rest is more than `tolerance`.
double beside_forward_mode(const Copy& of, std::size_t variable, ConstMatrixView gradient,
                           const DifferenceOptions& options, double tolerance) {
    Copy copy(of.loss, of.wrt, of.values);
    const Expr x = copy.wrt[variable];
    const Expr direction = copy.graph.input("v", x.shape());
    const Seed seed{x, direction};
    const Expr tangent = pushforward(std::span(&copy.loss, 1), std::span(&seed, 1)).front();
    Computation forward(std::span(&tangent, 1), options.computed_by);
    forward.bind(copy.values);
    const double magnitude = largest_entry(gradient);
    double largest = 0;
    for (const Probe& along : probes_of(x.shape(), options)) {
        forward.bind(direction, along.v);
        forward.run();
        const double reverse = derivative_along(along, gradient);
        const double difference = std::abs(reverse - forward.value(0)(0, 0));
        const double length = euclidean_norm(along.v.values());
        const auto error_beyond = [&](double rounding) {
            return difference <= rounding ? 0.0 : difference / (magnitude * length);
        };
        double rounding = options.gradient_rounding * sum_of_sizes(along.v.values());
        if (!(error_beyond(rounding) <=
              tolerance)) {  // the terms of the tangent may be larger ones
            copy.values.bind(direction, along.v);
            rounding += rounding_floors(std::span(&tangent, 1), copy.wrt, copy.values).front();
        }
        largest = larger(largest, error_beyond(rounding));
    }
    return largest;
}

/// Sets the variable beside forward mode; what is missing for that, empty when nothing is.
std::string try_forward_mode(VariableCheck& variable, const Copy& copy, std::size_t number,
                             ConstMatrixView gradient, const DifferenceOptions& options,
                             double tolerance) {
    try {
        variable.forward_mode = beside_forward_mode(copy, number, gradient, options, tolerance);
    } catch (const DerivativeError& no_rule) {
        return no_rule.what();
    }
    return {};
}

bool does_agree(const VariableCheck& variable, const CheckOptions& options, bool is_brought) {
    if (!is_brought) return *variable.forward_mode <= options.forward_tolerance;
    // At a kink, a gradient from elsewhere may be another of the slopes than the rules choose.
    return variable.differences.verdict == Verdict::kink ||
           *variable.forward_mode <=
               std::max(options.forward_tolerance, options.differences.tolerance);
}

/// Tells how far the differences of all variables are, after each probe.
std::function<void()> counting_probes(std::span<const Expr> wrt, const CheckOptions& options) {
    if (!options.progress) return {};
    std::size_t total = 0;
    for (const Expr& variable : wrt)
        total += probes_of(variable.shape(), options.differences).size();
    return [done = std::size_t{0}, total, &options]() mutable { options.progress(++done, total); };
}

}  // namespace

Verdict VariableCheck::verdict() const {
    if (!forward_mode_agrees) return Verdict::differs;
    // Nothing is below zero: where forward mode has it too, the differences need tell no more than
    // that they see nothing.
    const bool is_zero = norm == 0 && forward_mode == 0;
    return is_zero && differences.verdict == Verdict::too_small ? Verdict::agrees
                                                                : differences.verdict;
}

Verdict GradientCheck::verdict() const {
    return std::accumulate(
        variables.begin(), variables.end(), Verdict::agrees,
        [](Verdict gravest, const VariableCheck& v) { return graver(gravest, v.verdict()); });
}

const VariableCheck& GradientCheck::worst() const {
    const Verdict gravest = verdict();
    return *std::ranges::max_element(variables, {}, [gravest](const VariableCheck& v) {
        return std::tuple(v.verdict() == gravest, v.differences.verdict == gravest,
                          v.differences.worst.best.share());
    });
}

GradientCheck check_gradient(Expr loss, std::span<const Expr> wrt, const Bindings& values,
                             const CheckOptions& options) {
    common_graph("check_gradient", wrt);
    std::vector<Expr> all{loss};
    all.insert(all.end(), wrt.begin(), wrt.end());
    common_graph("check_gradient", all);
    const bool are_brought = !options.gradients.empty();
    if (are_brought) require_shapes(wrt, options.gradients);
    const Engine engine =
        engine_of(loss, wrt, values, options.differences.computed_by, are_brought);
    const std::vector<Matrix>& gradients = are_brought ? options.gradients : engine.gradients;

    const Copy copy(loss, wrt, values);
    DifferenceOptions differences = options.differences;
    differences.loss_rounding = engine.loss_rounding;
    const std::function<void()> after_probe = counting_probes(wrt, options);
    GradientCheck check;
    check.loss = evaluate(copy.loss, copy.values)(0, 0);
    for (std::size_t i = 0; i < wrt.size(); ++i) {
        VariableCheck& variable = check.variables.emplace_back();
        variable.name = wrt[i].label();
        variable.shape = wrt[i].shape();
        variable.gradient = gradients[i];
        variable.norm = euclidean_norm(gradients[i].values());
        variable.rounding = engine.rounding[i];
        differences.gradient_rounding = engine.rounding[i];
        differences.seed = options.differences.seed + i;
        if (options.with_differences)
            variable.differences = check_by_differences(copy.loss, copy.wrt[i], gradients[i],
                                                        copy.values, differences, after_probe);
        if (options.with_forward_mode && check.no_forward_mode.empty())
            check.no_forward_mode = try_forward_mode(variable, copy, i, gradients[i], differences,
                                                     options.forward_tolerance);
        if (variable.forward_mode)
            variable.forward_mode_agrees = does_agree(variable, options, are_brought);
    }
    return check;
}

GradientCheck check_gradient(Expr loss, std::initializer_list<Expr> wrt, const Bindings& values,
                             const CheckOptions& options) {
    return check_gradient(loss, std::span(wrt.begin(), wrt.size()), values, options);
}

}  // namespace revolute
