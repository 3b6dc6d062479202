#pragma once

#include <cstddef>

/// Elementwise functions of contiguous arrays of n numbers, for programs. They use the widest
/// vectors that the processor has, found out when the program runs.
///
/// A result may stand where an operand stands: y == x, or y == a, or y == b. Otherwise arrays do
/// not overlap. Nothing outside [0, n) is read or written. On one processor a result depends on the
/// operands alone: not on the position in the array, nor on n. Which of two processors computed it
/// may show in the last bits of tanh, sigmoid, exp and log, and of nothing else.
///
/// tanh, sigmoid, exp and log are within 4 ulp (units in the last place) of the exact values,
/// denormal operands and results included. NaN stays NaN everywhere. No flag of the floating-point
/// environment means anything afterwards.
namespace revolute::vector_math {

/// y = tanh x. Limits -1 and 1; tanh(-0) = -0.
void tanh(const double* x, double* y, std::size_t n);
void tanh(const float* x, float* y, std::size_t n);

/// y = 1 / (1 + exp(-x)). Limits 0 and 1; does not underflow before exp(x) does.
void sigmoid(const double* x, double* y, std::size_t n);
void sigmoid(const float* x, float* y, std::size_t n);

/// y = exp x. Limits 0 and infinity; overflows and underflows where the exact value does.
void exp(const double* x, double* y, std::size_t n);
void exp(const float* x, float* y, std::size_t n);

/// y = log x, the natural logarithm: -infinity of 0 and -0, NaN of what is negative.
void log(const double* x, double* y, std::size_t n);
void log(const float* x, float* y, std::size_t n);

/// y = 0 where x is negative, else x. So relu(-0) = -0.
void relu(const double* x, double* y, std::size_t n);
void relu(const float* x, float* y, std::size_t n);

/// y = -x.
void negate(const double* x, double* y, std::size_t n);
void negate(const float* x, float* y, std::size_t n);

/// y = x o x.
void square(const double* x, double* y, std::size_t n);
void square(const float* x, float* y, std::size_t n);

/// y = factor x.
void scale(double factor, const double* x, double* y, std::size_t n);
void scale(float factor, const float* x, float* y, std::size_t n);

/// y = a + b.
void add(const double* a, const double* b, double* y, std::size_t n);
void add(const float* a, const float* b, float* y, std::size_t n);

/// y = a - b.
void subtract(const double* a, const double* b, double* y, std::size_t n);
void subtract(const float* a, const float* b, float* y, std::size_t n);

/// y = a o b.
void multiply(const double* a, const double* b, double* y, std::size_t n);
void multiply(const float* a, const float* b, float* y, std::size_t n);

/// y = a o (1 - b o b): the pullback of b = tanh x. The same bits as square, 1 - and multiply one
/// after another.
void multiply_tanh_slope(const double* a, const double* b, double* y, std::size_t n);
void multiply_tanh_slope(const float* a, const float* b, float* y, std::size_t n);

/// y = a o (b o (1 - b)): the pullback of b = sigmoid x. The same bits as the three operations one
/// after another.
void multiply_sigmoid_slope(const double* a, const double* b, double* y, std::size_t n);
void multiply_sigmoid_slope(const float* a, const float* b, float* y, std::size_t n);

}  // namespace revolute::vector_math
