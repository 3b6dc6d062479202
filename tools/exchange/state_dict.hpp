#pragma once

#include <revolute/rnn/recurrent_net.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The parameters of a net under the names and in the layout of PyTorch's state_dict(): for layer k,
//
//     weight_ih_lk [gates*H x I], weight_hh_lk [gates*H x H], bias_ih_lk, bias_hh_lk [gates*H x 1]
//
// with "_reverse" behind the name in the backward direction; head.weight [O x H*directions] and head.bias [O x 1]
// are the dense layer. Rows of gates: LSTM i f g o, GRU r z n. What PyTorch lacks: the reset before the product
// has the arrays of a GRU, and peepholes are peephole_lk [3*H x 1], rows i f o.
//
// Our cells have one bias a gate. What comes in is bias_ih + bias_hh; what goes out is bias_ih, with zeros in
// bias_hh. The reset after the product alone tells them apart, in the rows of n: b_n is bias_ih, b_hn is bias_hh.

namespace revolute {

/// Whether the kind of cell has a cell state c beside h.
bool has_cell_state(CellKind kind);

struct NamedArray {
    std::string name;
    Matrix value;

    friend bool operator==(const NamedArray&, const NamedArray&) = default;
};
using StateDict = std::vector<NamedArray>;

/// The parameters of a net, in the order of RecurrentNet::parameters(), as PyTorch names them.
StateDict to_state_dict(const Architecture& architecture, std::span<const Matrix> parameters);

/// Gradients of the parameters, likewise: bias_ih and bias_hh both get that of their sum.
StateDict gradients_to_state_dict(const Architecture& architecture,
                                  std::span<const Matrix> gradients);

/// Name and shape of each array that a net of that architecture has.
struct ArrayShape {
    std::string name;
    Shape shape;
};
std::vector<ArrayShape> state_dict_shapes(const Architecture& architecture, const Sizes& sizes);

/// Weights are matrices, though they may have one column; biases and peepholes are vectors.
bool is_weight(std::string_view name);

/// The way back: values in the order of RecurrentNet::parameters(). The arrays may come in any order.
/// Throws ParseError for one that is missing, is there twice, is of another shape, or does not belong to
/// the net; errors name `source`, the file, say.
std::vector<Matrix> from_state_dict(const Architecture& architecture, const Sizes& sizes,
                                    std::span<const NamedArray> arrays,
                                    std::string_view source = "state dict");

}  // namespace revolute
