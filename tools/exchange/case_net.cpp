#include <revolute/tools/exchange/case_net.hpp>

#include <algorithm>

namespace revolute {

namespace {

/// The initial states' values in the order of the leaves: all tensors of a cell, direction by
/// direction.
std::vector<Matrix> initial_values(const Case& of) {
    std::vector<Matrix> values;
    for (std::size_t i = 0; i < of.initial.front().values.size(); ++i)
        for (const StateArrays& states : of.initial) values.push_back(states.values[i]);
    return values;
}

void bind_all(Bindings& values, std::span<const Expr> leaves, std::span<const Matrix> matrices) {
    for (std::size_t i = 0; i < leaves.size(); ++i) values.bind(leaves[i], matrices[i]);
}

/// Takes values off the front, in the order in which they were asked for.
class Taker {
 public:
    explicit Taker(std::span<const Matrix> values) : values_(values) {}
    std::vector<Matrix> take(std::size_t count) {
        const auto taken = values_.first(count);
        values_ = values_.subspan(count);
        return {taken.begin(), taken.end()};
    }

 private:
    std::span<const Matrix> values_;
};

}  // namespace

CaseNet::CaseNet(const Case& of) : net(recurrent_net(graph, of.sizes, of.architecture)) {
    bind_all(values, net.parameters(), from_state_dict(of.architecture, of.sizes, of.parameters));
    bind_all(values, net.inputs, of.x);
    bind_all(values, net.read_out.targets, of.targets);
    bind_all(values, net.initial_leaves(), initial_values(of));
}

std::vector<Expr> CaseNet::variables() const {
    std::vector<Expr> all = net.variables();
    all.insert(all.end(), net.inputs.begin(), net.inputs.end());
    return all;
}

Derivative CaseNet::derivative() const {
    return differentiate(net.loss(), variables(), Unreachable::zeros);
}

std::vector<Expr> CaseNet::outputs(const Derivative& derivative) const {
    std::vector<Expr> all{net.loss()};
    all.insert(all.end(), net.read_out.y.begin(), net.read_out.y.end());
    all.insert(all.end(), derivative.gradients().begin(), derivative.gradients().end());
    return all;
}

CaseResult solve(const Case& of, ComputedBy by, const NotFiniteReport& not_finite) {
    CaseNet net(of);
    const Derivative derivative = net.derivative();
    Computation computation(net.outputs(derivative), by, check_of(not_finite));
    computation.bind(net.values);
    run_reported(derivative, computation, not_finite);
    const std::vector<Matrix> values = computation.values();

    const std::size_t answers = net.net.read_out.y.size();
    CaseResult result = gradients_of(of, std::span(values).subspan(1 + answers));
    Taker taker(values);
    result.loss = taker.take(1).front()(0, 0);
    result.yhat = taker.take(answers);
    return result;
}

CaseResult gradients_of(const Case& of, std::span<const Matrix> values) {
    Taker taker(values);
    CaseResult result;
    const std::size_t cells = of.initial.front().values.size();
    const std::size_t states = of.initial.size() * cells;
    result.grads = gradients_to_state_dict(of.architecture, of.sizes,
                                           taker.take(values.size() - states - of.x.size()));
    for (const StateArrays& tensor : of.initial) result.dinitial.push_back({"d" + tensor.name, {}});
    for (std::size_t i = 0; i < cells; ++i)
        for (StateArrays& tensor : result.dinitial) tensor.values.push_back(taker.take(1).front());
    result.dx = taker.take(of.x.size());
    return result;
}

std::vector<std::string> not_compared(const CaseResult& result, const CaseResult& expected) {
    std::vector<std::string> names;
    const auto note = [&](const char* name, bool is_there, bool is_expected) {
        if (is_there && !is_expected) names.emplace_back(name);
    };
    note("loss", result.loss.has_value(), expected.loss.has_value());
    note("yhat", !result.yhat.empty(), !expected.yhat.empty());
    for (const NamedArray& array : result.grads)
        note(array.name.c_str(), true,
             std::ranges::find(expected.grads, array.name, &NamedArray::name) !=
                 expected.grads.end());
    note("dx", !result.dx.empty(), !expected.dx.empty());
    for (const StateArrays& states : result.dinitial)
        note(states.name.c_str(), true, find_states(expected.dinitial, states.name) != nullptr);
    return names;
}

std::vector<ArrayComparison> compare(const CaseResult& result, const CaseResult& expected,
                                     double tolerance,
                                     const std::map<std::string, double>& floors) {
    std::vector<ArrayComparison> rows;
    const auto add = [&](std::string name, std::span<const Matrix> actual,
                         std::span<const Matrix> wanted) {
        if (wanted.empty()) return;
        const auto floor = floors.find(name);
        rows.push_back(compare_arrays(std::move(name), actual, wanted, tolerance,
                                      floor == floors.end() ? 0 : floor->second));
    };
    if (expected.loss) {
        const Matrix loss(1, 1, result.loss.value()), expected_loss(1, 1, *expected.loss);
        add("loss", std::span(&loss, 1), std::span(&expected_loss, 1));
    }
    add("yhat", result.yhat, expected.yhat);
    for (const NamedArray& array : expected.grads) {
        const auto own = std::ranges::find(result.grads, array.name, &NamedArray::name);
        add(array.name, std::span(&own->value, 1), std::span(&array.value, 1));
    }
    add("dx", result.dx, expected.dx);
    for (const StateArrays& states : expected.dinitial)
        add(states.name, *find_states(result.dinitial, states.name), states.values);
    return rows;
}

}  // namespace revolute
