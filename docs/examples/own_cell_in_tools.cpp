// nets.md, "In every tool": a cell that the library does not know is checked, counted, trained,
// saved and exchanged as its own are.

#include <revolute/revolute.hpp>
#include <revolute/tools/checks/net_check.hpp>
#include <revolute/tools/cost/net_cost.hpp>
#include <revolute/tools/exchange/state_dict.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/sunspots.hpp>
#include <revolute/tools/training/trainer.hpp>

#include <iostream>

using namespace revolute;

/// The minimal gated unit of Zhou et al. (2016).
class MinimalGatedUnit {
 public:
    MinimalGatedUnit(Graph& graph, int input, int hidden, std::string_view suffix)
        : f_(graph, input, hidden, "f", suffix, SourceLine::here()),
          n_(graph, input, hidden, "n", suffix, SourceLine::here()),
          h_(with_suffix("h", suffix)) {}

    std::vector<StateTensor> state_tensors() const { return {{h_, f_.U.shape().rows}}; }
    std::vector<CellParameter> parameter_table() const {
        std::vector<CellParameter> table;
        f_.append_to(table);  // roles, gates and PyTorch's names of W, U and b
        n_.append_to(table);
        return table;
    }
    std::vector<Expr> parameters() const { return expressions_of(parameter_table()); }
    State step(Expr x, const State& previous) const {
        const Expr h = previous.front();
        const Expr forget = sigmoid(f_(x, h));
        const Expr candidate = tanh(n_(x, hadamard(forget, h)));
        const Expr kept = hadamard(1.0 - forget, h);
        return {(kept + hadamard(forget, candidate)).named(h_)};
    }

 private:
    Gate f_, n_;
    std::string h_;
};

int main() {
    const Architecture net{
        .cell = cell_type<MinimalGatedUnit>("mgu"), .layers = 2, .is_bidirectional = true};
    const Sizes sizes{.steps = 4, .input = 2, .hidden = 3, .output = 1, .batch = 2};
    std::cout << "gradients: " << in_words(check_net(sizes, net, 1).verdict()) << '\n';
    const NetCost cost = net_cost({{.cell = net.cell}});
    std::cout << "backward pass: "
              << to_factored_string(cost.backward.operations.leading(), size_names)
              << " operations\n";

    const Series series = read_series(Table::parse(sunspots_csv, "sunspots"));
    const TrainingResult trained =
        train(series, 240, {.architecture = net, .window = 6, .hidden = 3, .epochs = 2});
    const ForecastModel loaded =
        parse_model(to_json(trained.model), "model", std::span(&net.cell, 1));
    std::cout << "the saved model is " << (loaded == trained.model ? "the same" : "another one")
              << '\n';
    for (const NamedArray& array : to_state_dict(net, loaded.sizes(1), loaded.parameters))
        if (array.name.ends_with("l0"))
            std::cout << array.name << ' ' << to_string(array.value.shape()) << '\n';
}
