#pragma once

/// @file
/// Kernels of programs, for floats and doubles: elementwise functions, reductions, and passes of
/// several.

#include <revolute/graph/kernels/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Elementwise functions of columns of numbers, for programs. They use the widest vectors that the
/// processor has, found out when the program runs.
///
/// A result may stand where an operand stands. Otherwise they do not overlap. Nothing beside the
/// columns is read or written. On one processor a result depends on the operands alone: not on the
/// position in the column, nor on how long that is. Which of two processors computed it may show in
/// the last bits of what is not rounded correctly: tanh, sigmoid, exp, log, and most of
/// `SpecialFunction`.
///
/// tanh, sigmoid, exp and log are within 4 ulp (units in the last place) of the exact values,
/// denormal operands and results included. NaN stays NaN everywhere. No flag of the floating-point
/// environment means anything afterwards.
namespace revolute::vector_math {

/// y = tanh x. Limits -1 and 1; tanh(-0) = -0.
void tanh(Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void tanh(Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = 1 / (1 + exp(-x)). Limits 0 and 1; does not underflow before exp(x) does.
void sigmoid(Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void sigmoid(Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = exp x. Limits 0 and infinity; overflows and underflows where the exact value does.
void exp(Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void exp(Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = log x, the natural logarithm: -infinity of 0 and -0, NaN of what is negative.
void log(Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void log(Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = 0 where x is negative, else x. So relu(-0) = -0.
void relu(Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void relu(Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = -x.
void negate(Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void negate(Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = x o x.
void square(Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void square(Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = factor x.
void scale(double factor, Columns<const double> x, Columns<double> y, ColumnExtent extent);
/// The same in float.
void scale(float factor, Columns<const float> x, Columns<float> y, ColumnExtent extent);

/// y = a + b.
void add(Columns<const double> a, Columns<const double> b, Columns<double> y, ColumnExtent extent);
/// The same in float.
void add(Columns<const float> a, Columns<const float> b, Columns<float> y, ColumnExtent extent);

/// y = a - b.
void subtract(Columns<const double> a, Columns<const double> b, Columns<double> y,
              ColumnExtent extent);
/// The same in float.
void subtract(Columns<const float> a, Columns<const float> b, Columns<float> y,
              ColumnExtent extent);

/// y = a o b.
void multiply(Columns<const double> a, Columns<const double> b, Columns<double> y,
              ColumnExtent extent);
/// The same in float.
void multiply(Columns<const float> a, Columns<const float> b, Columns<float> y,
              ColumnExtent extent);

/// y = a o (1 - b o b): the pullback of b = tanh x. The same bits as square, 1 - and multiply one
/// after another.
void multiply_tanh_slope(Columns<const double> a, Columns<const double> b, Columns<double> y,
                         ColumnExtent extent);
/// The same in float.
void multiply_tanh_slope(Columns<const float> a, Columns<const float> b, Columns<float> y,
                         ColumnExtent extent);

/// y = a o (b o (1 - b)): the pullback of b = sigmoid x. The same bits as the three operations one
/// after another.
void multiply_sigmoid_slope(Columns<const double> a, Columns<const double> b, Columns<double> y,
                            ColumnExtent extent);
/// The same in float.
void multiply_sigmoid_slope(Columns<const float> a, Columns<const float> b, Columns<float> y,
                            ColumnExtent extent);

/// y = the sum of the operands, of which there is one at least, from the first to the last.
void sum(std::span<const Columns<const double>> operands, Columns<double> y, ColumnExtent extent);
/// The same in float.
void sum(std::span<const Columns<const float>> operands, Columns<float> y, ColumnExtent extent);

/// The elementwise functions of this namespace, by number.
enum class Function : std::uint8_t {
    tanh,                    ///< tanh x
    sigmoid,                 ///< 1 / (1 + exp(-x))
    exp,                     ///< exp x
    log,                     ///< log x
    relu,                    ///< 0 where x < 0, else x
    negate,                  ///< -x
    square,                  ///< x o x
    scale,                   ///< by the first attribute
    add,                     ///< a + b
    subtract,                ///< a - b
    multiply,                ///< a o b
    multiply_tanh_slope,     ///< a o (1 - b o b)
    multiply_sigmoid_slope,  ///< a o (b o (1 - b))
    sum,                     ///< of all operands
};
/// How many values `Function` has.
inline constexpr std::size_t function_count = 14;

/// Functions that choose: right in every bit.
enum class Choice : std::uint8_t {
    abs,         ///< without its sign
    minimum,     ///< NaN where an operand is
    maximum,     ///< likewise
    clamp,       ///< between the two attributes
    sign,        ///< 1, 0 or -1
    heaviside,   ///< 1 where x > 0, else 0
    exceeds,     ///< 1 where a > b, else 0
    leaky_relu,  ///< with the attribute as slope
    mask,        ///< x where the second operand is not 0, else 0
    where,       ///< the second or the third operand, by the first
};
/// How many values `Choice` has.
inline constexpr std::size_t choice_count = 10;

/// The first three are rounded correctly, the others within 4 ulp of the exact values like those
/// above. In float sin, cos, erf, gelu and power are computed in double, so that they are rounded
/// almost correctly. sin and cos of more than a million are those of the C++ library.
enum class SpecialFunction : std::uint8_t {
    sqrt,           ///< the square root
    reciprocal,     ///< 1 / x
    divide,         ///< a / b
    power,          ///< to the attribute; special values as of std::pow
    sin,            ///< of radians
    cos,            ///< of radians
    erf,            ///< the error function
    gelu,           ///< x Phi(x)
    softplus,       ///< log(1 + exp(x))
    elu,            ///< with the attribute as the limit below 0
    sigmoid_error,  ///< sigmoid(z) - y
};
/// How many values `SpecialFunction` has.
inline constexpr std::size_t special_function_count = 11;

/// Functions of matrices. Sums are added up in double, in float too.
enum class Reduction : std::uint8_t {
    sum,          ///< of all entries
    mean,         ///< of all entries
    row_sums,     ///< of each row
    column_sums,  ///< of each column
    column_max,   ///< NaN where an entry is
    softmax,      ///< of each column
    log_sum_exp,  ///< of each column
    // Of two matrices, a sum over the entries divided by the number of columns:
    half_squared_error,    ///< 1/2 (y - Y)^2
    absolute_error,        ///< |y - Y|
    huber,                 ///< with the attribute as bound
    binary_cross_entropy,  ///< of logits
};
/// How many values `Reduction` has.
inline constexpr std::size_t reduction_count = 11;

/// The functions as kernels for this processor: a call of them chooses nothing any more.
FastKernels kernels(Function function);
/// The same for functions that choose.
FastKernels kernels(Choice choice);
/// The same for special functions.
FastKernels kernels(SpecialFunction function);
/// The same for functions of matrices.
MatrixKernels kernels(Reduction reduction);

/// Numbers that stand elsewhere in each round of a loop.
template <class T>
struct Moving {
    T* first = nullptr;            ///< where they stand in round 0
    std::ptrdiff_t per_round = 0;  ///< how much further in the next round

    /// Where they stand in a round.
    T* at(std::size_t round) const {
        return first + per_round * static_cast<std::ptrdiff_t>(round);
    }
};

/// y = function(a), or function(a, b); not for sums.
template <class T>
struct PassStep {
    Function function{};   ///< what is computed
    T factor = 0;          ///< of `scale`
    Moving<const T> a, b;  ///< the operands, of which a function of one has the first
    Moving<T> y;           ///< where the result goes
};

/// Computes one step after another of a column of numbers: the bits of the kernels, without what a
/// call of each takes, which is more than sixteen numbers do.
template <class T>
using Pass = void (*)(std::span<const PassStep<T>> steps, std::size_t round, std::size_t numbers);
/// For this processor.
template <class T>
Pass<T> pass();
/// The function that a kernel for this processor computes, if it is one of `kernels(Function)`.
template <class T>
std::optional<Function> function_of(EntryKernel<T> kernel);

/// What the softmax of a column is made of. The largest entry is apart from the sum of exp(x -
/// largest) over the others, in which its 1 would swallow the digits of a small sum.
struct ColumnShares {
    double largest = 0;  ///< NaN where an entry is
    double others = 0;   ///< NaN for a second entry of infinity, too
};

/// Writes exp(x) over the sum of exp(x), unless there is no room for it; zeros where all of the
/// column, which is not empty, is -infinity.
ColumnShares shares(std::span<const double> column, double* shares);
/// The same of floats; the sum is a double all the same.
ColumnShares shares(std::span<const float> column, float* shares);

/// For the record of an operator.
template <auto function>
inline constexpr decltype(kernels(function)) fast{.chosen = [] { return kernels(function); }};

}  // namespace revolute::vector_math
