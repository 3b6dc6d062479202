#pragma once

/// @file
/// The parameters of a net under the names and in the layout of PyTorch's state_dict(): for layer
/// k,
///
///     weight_ih_lk [gates*H x I], weight_hh_lk [gates*H x H], bias_ih_lk, bias_hh_lk [gates*H x 1]
///
/// with "_reverse" behind the name in the backward direction; head.weight [O x H*directions] and
/// head.bias [O x 1] are the dense layer. Rows of gates: LSTM i f g o, GRU r z n. What PyTorch
/// lacks: the reset before the product has the arrays of a GRU, and peepholes are peephole_lk
/// [3*H x 1], rows i f o. A cell's table of parameters says which array has which of them; a
/// parameter that belongs to no array of PyTorch's is one under its own name.
///
/// Our cells have one bias a gate. What comes in is bias_ih + bias_hh; what goes out is bias_ih,
/// with zeros in bias_hh. A gate with a recurrent bias keeps them apart: in the rows of n of the
/// reset after the product, b_n is bias_ih, b_hn is bias_hh.

#include <revolute/rnn/recurrent_net.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// An array under the name that PyTorch gives it.
struct NamedArray {
    std::string name;  ///< "weight_ih_l0", say
    Matrix value;      ///< as PyTorch's tensor; a bias is one column

    friend bool operator==(const NamedArray&, const NamedArray&) = default;
};
/// Arrays in the order in which PyTorch has them.
using StateDict = std::vector<NamedArray>;

/// The parameters of a net, in the order of RecurrentNet::parameters(), as PyTorch names them.
/// Throws ShapeError unless they are as many as the net has.
StateDict to_state_dict(const Architecture& architecture, const Sizes& sizes,
                        std::span<const Matrix> parameters);

/// Gradients of the parameters, likewise: bias_ih and bias_hh both get that of their sum.
StateDict gradients_to_state_dict(const Architecture& architecture, const Sizes& sizes,
                                  std::span<const Matrix> gradients);

/// One of the arrays that a net has.
struct ArrayShape {
    std::string name;                           ///< as PyTorch has it
    Shape shape;                                ///< of the whole array, all gates below each other
    ParameterRole role = ParameterRole::other;  ///< of the parameters that it is made of
};
/// All arrays of a net of that architecture.
std::vector<ArrayShape> state_dict_shapes(const Architecture& architecture, const Sizes& sizes);

/// Whether the array is written as the list of its rows, as PyTorch's weights are though they may
/// have one column, and not as the list of its numbers.
bool is_matrix(std::string_view name, Shape shape);

/// The way back: values in the order of RecurrentNet::parameters(). The arrays may come in any
/// order. Throws ParseError for one that is missing, is there twice, is of another shape, or does
/// not belong to the net; errors name `source`, the file, say.
std::vector<Matrix> from_state_dict(const Architecture& architecture, const Sizes& sizes,
                                    std::span<const NamedArray> arrays,
                                    std::string_view source = "state dict");

}  // namespace revolute
