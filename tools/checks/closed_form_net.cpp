#include <revolute/rnn/closed_form/closed_form.hpp>
#include <revolute/tools/checks/closed_form_net.hpp>

#include <fmt/format.h>

namespace revolute {

namespace {

using closed_form::Gate;

/// A net's values, for one of the closed forms.
class Values {
 public:
    Values(const RecurrentNet& net, const Bindings& values)
        : net_(net), values_(values), parameters_(net.parameters()) {}

    Matrix parameter(std::size_t i) const { return of(parameters_.at(i)); }
    /// Three parameters of the cell, from the i-th on.
    Gate gate(std::size_t i) const { return {parameter(i), parameter(i + 1), parameter(i + 2)}; }
    /// What the closed forms have in common.
    template <class Net>
    void fill_rest(Net& plain) const {
        plain.V = of(net_.read_out.V);
        plain.c = of(net_.read_out.c);
        for (const Expr& x : net_.inputs) plain.x.push_back(of(x));
        plain.target = of(net_.read_out.targets.front());
    }
    /// A state to start from, or none when it is zero.
    Matrix initial(std::size_t i) const {
        const std::vector<Expr> leaves = net_.initial_leaves();
        return leaves.empty() ? Matrix() : of(leaves.at(i));
    }
    bool has_initial() const { return !net_.initial_leaves().empty(); }

 private:
    Matrix of(Expr leaf) const {
        const Matrix* value = values_.find(leaf);
        if (value == nullptr)
            throw EvaluationError(fmt::format("closed_form_of: no value is bound to {}",
                                              leaf.graph->describe(leaf.id)));
        return *value;
    }

    const RecurrentNet& net_;
    const Bindings& values_;
    std::vector<Expr> parameters_;
};

/// The gradients of gates, of what else the net has, and, where there are any, of initial states.
std::vector<Matrix> in_order(std::initializer_list<Gate> gates, std::vector<Matrix> rest,
                             std::initializer_list<Matrix> initial, const Values& values) {
    std::vector<Matrix> all;
    for (const Gate& gate : gates) all.insert(all.end(), {gate.W, gate.U, gate.b});
    all.insert(all.end(), rest.begin(), rest.end());
    if (values.has_initial()) all.insert(all.end(), initial.begin(), initial.end());
    return all;
}

ClosedFormResult simple(const Values& values) {
    closed_form::SimpleRnn net;
    const Gate cell = values.gate(0);
    net.W = cell.W;
    net.U = cell.U;
    net.b = cell.b;
    net.initial = values.initial(0);
    values.fill_rest(net);
    const auto g = closed_form::gradients(net);
    return {g.loss, in_order({{g.dW, g.dU, g.db}}, {g.dV, g.dc}, {g.dinitial}, values)};
}

ClosedFormResult lstm(const Values& values) {
    closed_form::Lstm net;
    net.i = values.gate(0);
    net.f = values.gate(3);
    net.g = values.gate(6);
    net.o = values.gate(9);
    net.initial_output = values.initial(0);
    net.initial_cell = values.initial(1);
    values.fill_rest(net);
    const auto g = closed_form::gradients(net);
    return {g.loss, in_order({g.di, g.df, g.dg, g.d_o}, {g.dV, g.dc},
                             {g.dinitial_output, g.dinitial_cell}, values)};
}

ClosedFormResult gru(const Values& values, bool resets_after) {
    closed_form::Gru net;
    net.r = values.gate(0);
    net.z = values.gate(3);
    net.n = values.gate(6);
    if (resets_after) net.b_hn = values.parameter(9);
    net.initial = values.initial(0);
    values.fill_rest(net);
    const auto g = closed_form::gradients(net);
    std::vector<Matrix> rest{g.dV, g.dc};
    if (resets_after) rest.insert(rest.begin(), g.db_hn);
    return {g.loss, in_order({g.dr, g.dz, g.dn}, std::move(rest), {g.dinitial}, values)};
}

}  // namespace

std::string why_no_closed_form(const Architecture& architecture) {
    if (!architecture.cell.kind())
        return fmt::format("none for the cell {}", architecture.cell.name());
    if (architecture.cell == CellKind::simple_relu) return "none with relu";
    if (architecture.cell == CellKind::lstm_peephole) return "none with peepholes";
    if (architecture.layers > 1) return "none for more than one layer";
    if (architecture.is_bidirectional) return "none for two directions";
    if (architecture.loss != LossKind::mse) return "none for a loss other than mse";
    if (!architecture.answers.empty()) return "none for answers at chosen steps";
    return {};
}

ClosedFormResult closed_form_of(const RecurrentNet& net, const Architecture& architecture,
                                const Bindings& bindings) {
    if (const std::string why = why_no_closed_form(architecture); !why.empty())
        throw GraphError(fmt::format("closed_form_of: there is {}", why));
    const Values values(net, bindings);
    switch (architecture.cell.kind().value()) {
        case CellKind::lstm:
            return lstm(values);
        case CellKind::gru:
            return gru(values, true);
        case CellKind::gru_before:
            return gru(values, false);
        default:
            return simple(values);
    }
}

}  // namespace revolute
