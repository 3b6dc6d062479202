// A net's program beside PyTorch's own C++ library, the same net on one thread:
// libtorch/CELL/T,B,I,H/PRECISION; counters program_us, libtorch_us, ratio. Both give the loss and
// the gradients of all parameters. Numbers are not compared: those of the files in tests/data are
// PyTorch's.

#include <hand/nets.hpp>
#include <torch/torch.h>
#include <turns.hpp>

namespace bench {

namespace {

using namespace revolute;
using namespace revolute::hand;
using hand::Sizes;

/// The net of the tables: half the mean squared error of one answer, after the last step.
template <class Layer>
class Peer {
 public:
    Peer(const Sizes& sizes, torch::Dtype precision)
        : layer_(sizes.input, sizes.hidden),
          readout_(sizes.hidden, 1),
          x_(torch::randn({sizes.steps, sizes.batch, sizes.input}, precision)),
          y_(torch::randn({sizes.batch, 1}, precision)) {
        layer_->to(precision);
        readout_->to(precision);
    }

    void run() {
        layer_->zero_grad();
        readout_->zero_grad();
        const torch::Tensor states = std::get<0>(layer_->forward(x_));
        const torch::Tensor error = readout_->forward(states[-1]) - y_;
        (0.5 * error.square().mean()).backward();
    }

 private:
    Layer layer_;
    torch::nn::Linear readout_;
    torch::Tensor x_, y_;
};

template <class Layer>
void beside(benchmark::State& state, CellKind cell, const Sizes& sizes, Precision precision) {
    Gradients gradients(cell, sizes);
    Program program = compile(gradients.outputs, {.precision = precision});
    bind_numbers(program, gradients.simple);
    Peer<Layer> peer(sizes, precision == Precision::float32 ? torch::kFloat32 : torch::kFloat64);
    take_turns(
        state, {"program", "libtorch"}, [&] { program.run(); }, [&] { peer.run(); });
}

void beside_libtorch(benchmark::State& state, CellKind cell, const Sizes& sizes,
                     Precision precision) {
    switch (cell) {
        case CellKind::gru:
            return beside<torch::nn::GRU>(state, cell, sizes, precision);
        case CellKind::lstm:
            return beside<torch::nn::LSTM>(state, cell, sizes, precision);
        default:
            return beside<torch::nn::RNN>(state, cell, sizes, precision);
    }
}

}  // namespace

void add_everything() {
    for (const CellKind cell : cells)
        for (const Sizes& sizes : all_sizes)
            for (const Precision precision : {Precision::float64, Precision::float32})
                benchmark::RegisterBenchmark(
                    fmt::format("libtorch/{}/{},{},{},{}/{}", name_of(cell), sizes.steps,
                                sizes.batch, sizes.input, sizes.hidden,
                                precision == Precision::float32 ? "f32" : "f64")
                        .c_str(),
                    [=](benchmark::State& state) {
                        beside_libtorch(state, cell, sizes, precision);
                    })
                    ->UseManualTime();
}

}  // namespace bench

int main(int count, char** arguments) {
    torch::set_num_threads(1);
    torch::set_num_interop_threads(1);
    torch::manual_seed(1);
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
