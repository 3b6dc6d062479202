// A net's program beside oneDNN's primitive of its cell, in float and one thread:
// onednn/CELL/T,B,I,H; counters program_us, onednn_us, ratio. The primitive computes the states of
// all steps and the gradients of W, U and b from those of the states; the answer and the loss, a
// small part, are the program's alone. Numbers are not compared: the order of gates, rows and
// columns is another. With OMP_NUM_THREADS=1, or oneDNN takes all processors.

#include <dnnl.hpp>
#include <hand/nets.hpp>
#include <turns.hpp>

#include <algorithm>
#include <random>
#include <unordered_map>

namespace bench {

namespace {

using namespace revolute;
using namespace revolute::hand;
using dnnl::memory;
using hand::Sizes;

/// What goes in and out, and its place in memory; weights as oneDNN likes them best.
struct Layouts {
    Layouts(const Sizes& s, int gates, int biases)
        : x({s.steps, s.batch, s.input}, memory::data_type::f32, memory::format_tag::tnc),
          W({1, 1, s.input, gates, s.hidden}, memory::data_type::f32, memory::format_tag::any),
          U({1, 1, s.hidden, gates, s.hidden}, memory::data_type::f32, memory::format_tag::any),
          b({1, 1, biases, s.hidden}, memory::data_type::f32, memory::format_tag::ldgo),
          h({s.steps, s.batch, s.hidden}, memory::data_type::f32, memory::format_tag::tnc) {}

    memory::desc x, W, U, b, h;
};

/// A forward and a backward primitive, and the memory of their arguments.
class Peer {
 public:
    template <class Forward, class Backward>
    Peer(const dnnl::engine& engine, const Forward& forward, const Backward& backward)
        : engine_(engine), stream_(engine), forward_(forward), backward_(backward) {
        add(forward_arguments_, DNNL_ARG_SRC_LAYER, forward.src_layer_desc());
        add(forward_arguments_, DNNL_ARG_WEIGHTS_LAYER, forward.weights_layer_desc());
        add(forward_arguments_, DNNL_ARG_WEIGHTS_ITER, forward.weights_iter_desc());
        add(forward_arguments_, DNNL_ARG_BIAS, forward.bias_desc());
        add(forward_arguments_, DNNL_ARG_DST_LAYER, forward.dst_layer_desc());
        add(forward_arguments_, DNNL_ARG_WORKSPACE, forward.workspace_desc());
        backward_arguments_ = forward_arguments_;
        add(backward_arguments_, DNNL_ARG_WEIGHTS_LAYER, backward.weights_layer_desc());
        add(backward_arguments_, DNNL_ARG_WEIGHTS_ITER, backward.weights_iter_desc());
        add(backward_arguments_, DNNL_ARG_DIFF_SRC_LAYER, backward.diff_src_layer_desc());
        add(backward_arguments_, DNNL_ARG_DIFF_WEIGHTS_LAYER, backward.diff_weights_layer_desc());
        add(backward_arguments_, DNNL_ARG_DIFF_WEIGHTS_ITER, backward.diff_weights_iter_desc());
        add(backward_arguments_, DNNL_ARG_DIFF_BIAS, backward.diff_bias_desc());
        add(backward_arguments_, DNNL_ARG_DIFF_DST_LAYER, backward.diff_dst_layer_desc());
    }

    void run() {
        forward_.execute(stream_, forward_arguments_);
        // Backward adds to the gradients of the weights.
        for (const int sum :
             {DNNL_ARG_DIFF_WEIGHTS_LAYER, DNNL_ARG_DIFF_WEIGHTS_ITER, DNNL_ARG_DIFF_BIAS}) {
            const memory& values = backward_arguments_.at(sum);
            std::fill_n(static_cast<char*>(values.get_data_handle()), values.get_desc().get_size(),
                        '\0');
        }
        backward_.execute(stream_, backward_arguments_);
        stream_.wait();
    }

 private:
    using Arguments = std::unordered_map<int, memory>;

    void add(Arguments& arguments, int name, const memory::desc& layout) {
        const memory values(layout, engine_);
        auto* const numbers = static_cast<float*>(values.get_data_handle());
        std::generate_n(numbers, layout.get_size() / sizeof(float),
                        [&] { return small_(random_); });
        arguments.insert_or_assign(name, values);
    }

    std::mt19937 random_;
    std::uniform_real_distribution<float> small_{-0.1F, 0.1F};
    dnnl::engine engine_;
    dnnl::stream stream_;
    dnnl::primitive forward_, backward_;
    Arguments forward_arguments_, backward_arguments_;
};

template <class Forward, class Backward>
Peer peer_of(const dnnl::engine& engine, const typename Forward::desc& forward,
             const typename Backward::desc& backward) {
    const typename Forward::primitive_desc chosen(forward, engine);
    return {engine, chosen, typename Backward::primitive_desc(backward, engine, chosen)};
}

Peer peer(const dnnl::engine& engine, CellKind cell, const Sizes& sizes) {
    constexpr auto forward = dnnl::prop_kind::forward_training;
    constexpr auto backward = dnnl::prop_kind::backward;
    constexpr auto direction = dnnl::rnn_direction::unidirectional_left2right;
    constexpr auto tanh = dnnl::algorithm::eltwise_tanh;
    const memory::desc none;
    if (cell == CellKind::simple) {
        const Layouts l(sizes, 1, 1);
        return peer_of<dnnl::vanilla_rnn_forward, dnnl::vanilla_rnn_backward>(
            engine, {forward, tanh, direction, l.x, none, l.W, l.U, l.b, l.h, none},
            {backward, tanh, direction, l.x, none, l.W, l.U, l.b, l.h, none,  //
             l.x, none, l.W, l.U, l.b, l.h, none});
    }
    if (cell == CellKind::gru) {
        const Layouts l(sizes, 3, 4);
        return peer_of<dnnl::lbr_gru_forward, dnnl::lbr_gru_backward>(
            engine, {forward, direction, l.x, none, l.W, l.U, l.b, l.h, none},
            {backward, direction, l.x, none, l.W, l.U, l.b, l.h, none,  //
             l.x, none, l.W, l.U, l.b, l.h, none});
    }
    const Layouts l(sizes, 4, 4);
    return peer_of<dnnl::lstm_forward, dnnl::lstm_backward>(
        engine, {forward, direction, l.x, none, none, l.W, l.U, l.b, l.h, none, none},
        {backward, direction, l.x,  none, none, l.W, l.U, l.b,  l.h, none, none,  //
         l.x,      none,      none, l.W,  l.U,  l.b, l.h, none, none});
}

void beside_onednn(benchmark::State& state, CellKind cell, const Sizes& sizes) {
    Gradients gradients(cell, sizes);
    Program program = compile(gradients.outputs, {.precision = Precision::float32});
    bind_numbers(program, gradients.simple);
    Peer onednn = peer(dnnl::engine(dnnl::engine::kind::cpu, 0), cell, sizes);
    take_turns(
        state, {"program", "onednn"}, [&] { program.run(); }, [&] { onednn.run(); });
}

}  // namespace

void add_everything() {
    for (const CellKind cell : cells)
        for (const Sizes& sizes : all_sizes)
            benchmark::RegisterBenchmark(
                fmt::format("onednn/{}/{},{},{},{}", name_of(cell), sizes.steps, sizes.batch,
                            sizes.input, sizes.hidden)
                    .c_str(),
                [=](benchmark::State& state) { beside_onednn(state, cell, sizes); })
                ->UseManualTime();
}

}  // namespace bench

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
