#pragma once

#include <revolute/graph/values/matrix.hpp>
#include <revolute/tools/diagnosis/diagnosis.hpp>

#include <string>

// Back-propagation through time as people write it by hand, with mistakes to order. It shares no
// code with the library but Matrix and the case that it reads.

namespace revolute::test {

/// Sizes of a case made of fixed pseudo-random numbers.
struct HandSizes {
    int steps = 6;
    int batch = 3;
    int input = 2;
    int hidden = 4;
    int output = 5;
    int layers = 1;
    bool every_step = false;  ///< whether the net answers at every step
    bool classes = false;     ///< whether it answers with classes: cross-entropy
};

/// A net with half the squared error; `cell` is as in a case file. Only a simple RNN may have
/// layers, answer at every step, or answer with classes.
Case hand_case(const std::string& cell, const HandSizes& sizes);

/// The limit of mistakes that clip.
inline constexpr double clip_limit = 0.0123;

/// Gradients of the parameters of a simple RNN with tanh; `mistake` is one of the names in
/// hand_bptt_rnn.cpp, or empty.
CaseResult hand_rnn(const Case& of, const std::string& mistake = {});
/// The same for an LSTM and for a GRU (reset after the product).
CaseResult hand_lstm(const Case& of, const std::string& mistake = {});
CaseResult hand_gru(const Case& of, const std::string& mistake = {});

/// What `compare_gradients` finds, at the tolerance of the command: a line for each finding,
/// "arrays: words | words", then one for what is not explained.
std::string findings_of(const Case& of, const CaseResult& given);

// Plain loops over matrices.

Matrix times(const Matrix& a, const Matrix& b);
Matrix transposed(const Matrix& a);
/// a o b, entry by entry.
Matrix by_entry(const Matrix& a, const Matrix& b);
/// a + factor b.
Matrix plus(Matrix a, const Matrix& b, double factor = 1);
/// f of each entry.
Matrix each(Matrix a, double (*f)(double));
Matrix row_sums(const Matrix& a);
/// Rows of each part below those of the part before.
Matrix below(std::initializer_list<const Matrix*> parts);
Matrix rows_of(const Matrix& a, int first, int count);
/// W x + U h + b.
Matrix affine(const Matrix& W, const Matrix& x, const Matrix& U, const Matrix& h, const Matrix& b);

const Matrix& array_of(const StateDict& arrays, const std::string& name);

}  // namespace revolute::test
