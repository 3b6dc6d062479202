#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/rnn/many_to_one.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Recurrences of papers, written as users of the library write them: each goes through all that the
// library promises for any graph (nets_test.cpp).

namespace revolute::test {

/// N steps, B columns, I inputs, H hidden units, O outputs.
struct NetSizes {
    int N = 12, B = 3, I = 4, H = 5, O = 2;

    /// As the library's nets take them.
    Sizes sizes() const { return {.steps = N, .input = I, .hidden = H, .output = O, .batch = B}; }
};

struct BuiltNet {
    Expr loss;
    std::vector<Expr> variables;
    /// Where the net is more than a loss and its gradients, such as a Hessian times a vector: what
    /// it gives beside the loss.
    std::vector<Expr> outputs{};
};

/// How much of what can be had of any number of steps a net has.
enum class Generality : std::uint8_t {
    equations,  ///< general equations
    rolls,      ///< parts whose number does not grow with the steps
    none,       ///< every step is a case of its own
};

struct PublishedNet {
    std::string name;
    std::function<BuiltNet(Graph&, const NetSizes&)> build;
    NetSizes sizes{};
    Generality generality = Generality::equations;
    /// The value of a leaf of that label; none: random numbers.
    std::function<Matrix(std::string_view label, Shape shape)> value{};
};

/// Cells that are no more than a step: gates, normalisation, state spaces, dropout, hypernetworks.
std::vector<PublishedNet> nets_of_cells();
/// Recurrences that read other steps than the last, or fewer of them; batches of several lengths.
std::vector<PublishedNet> nets_of_other_steps();
/// Sequences to sequences and to symbols: attention, a language model, hidden Markov models, CTC.
std::vector<PublishedNet> nets_of_symbols();
/// Physics, filters and trees.
std::vector<PublishedNet> nets_of_dynamics();
/// Gradients within nets: penalties, Hessians, conjugate gradients, unrolled training.
std::vector<PublishedNet> nets_of_gradients();

/// Random numbers that a label decides on.
Matrix random_values(std::string_view label, Shape shape, double largest);
/// Whole numbers below `count`.
Matrix random_indices(std::string_view label, Shape shape, int count);

}  // namespace revolute::test
