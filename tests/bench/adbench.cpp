// ADBench's LSTM: the program of loss and gradient beside the loss alone, written plainly for
// scalars and compiled with -O2. adbench/LAYERS,CHARACTERS; counters gradient_us, objective_us,
// ratio. An error where the losses differ.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>

#include <adbench_lstm.hpp>
#include <fmt/format.h>
#include <plain/adbench_objective.hpp>
#include <turns.hpp>

#include <cmath>
#include <random>

namespace bench {

namespace {

using namespace revolute;

/// Numbers in place of a file: as ADBench's, between -1 and 1, characters of 0 and 1.
class Numbers {
 public:
    Numbers(int layers, int characters) : sizes_{layers, characters, 14} {}

    int size() { return sizes_[next_++]; }
    std::vector<Matrix> vectors(int count, int size) {
        std::vector<Matrix> all;
        for (int i = 0; i < count; ++i) {
            Matrix& vector = all.emplace_back(size, 1);
            for (double& entry : vector.values())
                entry =
                    count == sizes_[1] ? std::round(number_(random_) / 2 + 0.5) : number_(random_);
        }
        return all;
    }

 private:
    std::array<int, 3> sizes_;
    std::size_t next_ = 0;
    std::mt19937 random_{1};
    std::uniform_real_distribution<double> number_{-1, 1};
};

std::vector<double> joined(const std::vector<Matrix>& rows) {
    std::vector<double> all;
    for (const Matrix& row : rows) all.insert(all.end(), row.values().begin(), row.values().end());
    return all;
}

void compare(benchmark::State& state, int layers, int characters) {
    const ::adbench::Input input(Numbers(layers, characters));
    ::adbench::Net net(input);
    const Derivative d = differentiate(net.loss, net.parameters());
    std::vector<Expr> outputs{net.loss};
    for (const Expr& gradient : d.gradients()) outputs.push_back(gradient);
    Graph graph;
    const Simplified simple = simplify(outputs, graph, simplification_rules());
    Program program = compile(simple.outputs);
    for (std::uint32_t i = 0; i < net.graph.size(); ++i) {
        const Expr leaf = net.graph.at(NodeId{i});
        const auto image = simple.images[i];
        if (const Matrix* const value = net.values.find(leaf);
            value != nullptr && image && program.needs(graph.at(*image)))
            program.bind(graph.at(*image), *value);
    }

    const std::vector<double> main_parameters = joined(input.main_parameters);
    const std::vector<double> extra_parameters = joined(input.extra_parameters);
    const std::vector<double> initial = joined(input.state), sequence = joined(input.sequence);
    const AdbenchArrays arrays{layers,           characters, input.bits, main_parameters,
                               extra_parameters, initial,    sequence};
    std::vector<double> room(initial.size() + 2 * static_cast<std::size_t>(input.bits));
    double objective = 0;
    take_turns(
        state, {"gradient", "objective"}, [&] { program.run(); },
        [&] { objective = adbench_objective(arrays, room); });
    if (std::abs(program.value(0).values()[0] / objective - 1) > 1e-12)
        state.SkipWithError("the losses differ");
}

}  // namespace

void add_everything() {
    for (const int layers : {2, 4})
        for (const int characters : {1024, 4096})
            benchmark::RegisterBenchmark(
                fmt::format("adbench/{},{}", layers, characters).c_str(),
                [=](benchmark::State& state) { compare(state, layers, characters); })
                ->UseManualTime();
}

}  // namespace bench

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
