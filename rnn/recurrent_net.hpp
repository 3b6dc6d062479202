#pragma once

/// @file
/// Nets of layers, whose cells and answers are chosen at run time.

#include <revolute/rnn/cell_type.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/many_to_one.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace revolute {

/// Which state of its backward direction the output of a bidirectional net at step t reads. Others
/// than its own are what derivations by hand, and code, read by mistake.
enum class BackwardReading : std::uint8_t {
    own_step,        ///< h(t), which has seen the inputs from t on
    one_late,        ///< h(t+1), and at the last step the initial state
    not_turned,      ///< in the order in which it was computed: h(T-1-t)
    after_all_steps  ///< h(0) at all steps, in the last layer
};

/// What a net of cells of one type is made of.
struct Architecture {
    CellType cell = CellKind::simple;  ///< of all layers and directions
    int layers = 1;                    ///< layers on each other, 1 at least
    /// Whether each layer also runs backward in time.
    bool is_bidirectional = false;
    bool is_residual = false;  ///< every layer but the first adds its input to its output
    /// Where the states of all layers start.
    InitialState initial = InitialState::zero;
    LossKind loss = LossKind::mse;  ///< of each answer
    /// The steps at which the net answers; none: the last alone.
    std::vector<int> answers{};
    /// Other than `own_step` to try a mistake.
    BackwardReading backward_reading = BackwardReading::own_step;

    friend bool operator==(const Architecture&, const Architecture&) = default;
};

/// A net of layers over one sequence, with a dense layer and a loss. In a bidirectional net the
/// answer at step t reads [forward h(t); backward h(t)], so an answer at the last step sees the
/// backward state after its first step only.
struct RecurrentNet {
    std::vector<Expr> inputs;   ///< x(t), [I x B] each
    std::vector<Layer> layers;  ///< from the bottom to the top
    ReadOut read_out;           ///< on the outputs of the top layer

    /// The sum of the losses of all answers.
    Expr loss() const { return read_out.loss; }
    /// Those of the cells, layer by layer and direction by direction, then V and c.
    std::vector<Expr> parameters() const;
    /// What the cells say of theirs, and of V and c, in the order of `parameters()`.
    std::vector<CellParameter> parameter_table() const;
    /// The leaves of the initial states, layer by layer and direction by direction.
    std::vector<Expr> initial_leaves() const;
    /// What gradients are asked for: the parameters, then the leaves of the initial states.
    std::vector<Expr> variables() const;
};

/// Suffix of the names in a layer, from 0, and a direction: "" for the one cell of a net, "1", "2",
/// ... for the layers of a stack; "r" behind it for the backward direction.
std::string cell_suffix(const Architecture& architecture, int layer, Direction direction);

/// The same net with an answer at each of so many steps.
Architecture answering_at_every_step(Architecture architecture, int steps);

/// Builds the net. The nodes it makes carry the line of this call. Throws GraphError for fewer than
/// one step or layer, or for an answer at a step that is not there; ShapeError for sizes below 1.
RecurrentNet recurrent_net(Graph& graph, const Sizes& sizes, const Architecture& architecture = {},
                           SourceLine line = SourceLine::here());

/// The net of one step that answers once: its parameters are those of every net of that
/// architecture and these sizes, whatever the steps and the answers.
RecurrentNet one_step_net(Graph& graph, Sizes sizes, Architecture architecture,
                          SourceLine line = SourceLine::here());

}  // namespace revolute
