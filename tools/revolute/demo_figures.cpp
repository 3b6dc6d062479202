#include "demo_figures.hpp"

#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/tools/figures/render.hpp>

namespace revolute {

namespace {

/// Writes figures as DOT and, in a build that can, as SVG, and notes them.
class FigureWriter {
 public:
    explicit FigureWriter(const std::filesystem::path& folder) : folder_(folder) {}

    void write(const std::string& stem, const Figure& figure, const std::string& what) {
        if (can_render()) write_file(stem + ".svg", figure, what);
        write_file(stem + ".dot", figure, what + ", for Graphviz");
    }

    std::vector<DemoFile> files;

 private:
    void write_file(const std::string& name, const Figure& figure, const std::string& what) {
        write_figure(folder_ / name, figure);
        files.push_back({name, what});
    }

    const std::filesystem::path& folder_;
};

}  // namespace

std::vector<DemoFile> write_demo_figures(const std::filesystem::path& folder) {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const Sizes sizes{.steps = 3, .input = 2, .hidden = 3, .output = 1, .batch = 1};
    const ManyToOne net = many_to_one(cell, sizes, InitialState::given);
    const Derivative derivative = differentiate(net.loss, net.variables());
    FigureWriter figures(folder);
    figures.write("forward", forward(net.loss, {.title = "A simple recurrent net, 3 steps"}),
                  "the net, unrolled over three steps");
    figures.write("backward", backward(derivative, {.title = "Its derivative, 3 steps"}),
                  "its derivative, made by the generic reverse pass");
    figures.write("joint", joint(derivative, {.title = "Forward and backward, 3 steps"}),
                  "both, with the forward values that the derivative reads");
    return figures.files;
}

}  // namespace revolute
