#include <revolute/tools/diagnosis/derivations/forward_mistake.hpp>
#include <revolute/tools/exchange/gradient_layout.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace revolute {

namespace {

bool is_gru(const CellType& type) { return type == CellKind::gru || type == CellKind::gru_before; }
bool is_lstm(const CellType& type) {
    return type == CellKind::lstm || type == CellKind::lstm_peephole;
}

/// A change of the arrays of a state dict that have rows of gates; parameters and their gradients
/// change alike.
using ArrayEdit = std::function<void(NamedArray&)>;

ForwardMistake of_arrays(std::string words, const ArrayEdit& change) {
    const auto change_all = [change](StateDict& arrays) {
        for (NamedArray& array : arrays)
            if (has_gate_rows(array.name)) change(array);
    };
    return {std::move(words), [change_all](Case& of) { change_all(of.parameters); },
            [change_all](CaseResult& result) { change_all(result.grads); }};
}

ForwardMistake of_case(std::string words, std::function<void(Case&)> change) {
    return {std::move(words), std::move(change), {}};
}

/// Peepholes of zero, whose gradients nobody has who has none.
ForwardMistake without_peepholes() {
    const auto is_peephole = [](const NamedArray& array) {
        return array.name.starts_with("peephole");
    };
    return {"the peepholes are left out",
            [is_peephole](Case& of) {
                for (NamedArray& array : of.parameters)
                    if (is_peephole(array)) array.value = Matrix(array.value.shape());
            },
            [is_peephole](CaseResult& result) { std::erase_if(result.grads, is_peephole); }};
}

/// Beside the input's bias, where its gradient is that one's: of the biases of the state none can
/// be told from r o da.
ForwardMistake with_bias_outside_of_reset(int hidden) {
    const auto is_of = [](const NamedArray& array, std::string_view kind) {
        return array.name.starts_with(kind);
    };
    return {
        "the bias b_hn stands outside of the reset gate, n = tanh(W x + b_in + r o (U h) + "
        "b_hn), where r o (U h + b_hn) belongs",
        [=](Case& of) {
            for (NamedArray& array : of.parameters) {
                if (!is_of(array, "bias_hh")) continue;
                const std::string beside = "bias_ih" + array.name.substr(7);
                NamedArray& input = *std::ranges::find(of.parameters, beside, &NamedArray::name);
                for (int r = 2 * hidden; r < 3 * hidden; ++r) {
                    input.value(r, 0) += array.value(r, 0);
                    array.value(r, 0) = 0;
                }
            }
        },
        [=](CaseResult& result) {
            std::erase_if(result.grads,
                          [&](const NamedArray& array) { return is_of(array, "bias_hh"); });
        }};
}

void add_other_cells(const Case& of, std::vector<ForwardMistake>& all) {
    const auto add = [&](CellKind from, CellKind to, const char* words) {
        if (of.architecture.cell == from)
            all.push_back(of_case(words, [to](Case& changed) { changed.architecture.cell = to; }));
    };
    add(CellKind::gru, CellKind::gru_before,
        "the reset gate stands before the product, n = tanh(W x + U (r o h) + b), as in the cell "
        "gru-before; here it stands behind it, r o (U h + b)");
    add(CellKind::gru_before, CellKind::gru,
        "the reset gate stands behind the product, n = tanh(W x + b + r o (U h + b)), as in the "
        "cell gru; here it stands before it, U (r o h)");
    if (of.architecture.cell == CellKind::gru)
        all.push_back(with_bias_outside_of_reset(of.sizes.hidden));
    add(CellKind::simple, CellKind::simple_relu, "the activation is relu where tanh belongs");
    add(CellKind::simple_relu, CellKind::simple, "the activation is tanh where relu belongs");
    if (of.architecture.cell == CellKind::lstm_peephole) all.push_back(without_peepholes());
}

/// z and 1 - z exchanged: as sigmoid(-a) = 1 - sigmoid(a), the same as what z is made of with the
/// other sign.
void add_exchanged_share(const Case& of, std::vector<ForwardMistake>& all) {
    if (!is_gru(of.architecture.cell)) return;
    const int hidden = of.sizes.hidden;
    all.push_back(of_arrays(
        "z and 1 - z are exchanged: h = z o n + (1 - z) o h(t-1) where (1 - z) o n + z o h(t-1) "
        "belongs",
        [hidden](NamedArray& array) {
            for (int r = hidden; r < 2 * hidden; ++r)
                for (int c = 0; c < array.value.columns(); ++c) array.value(r, c) *= -1;
        }));
}

/// The array whose gate i is the rows of gate place[i].
Matrix with_gates_from(const Matrix& from, std::span<const std::size_t> place, int hidden) {
    Matrix to(from.shape());
    for (int r = 0; r < to.rows(); ++r)
        for (int c = 0; c < to.columns(); ++c)
            to(r, c) = from(
                static_cast<int>(place[static_cast<std::size_t>(r / hidden)]) * hidden + r % hidden,
                c);
    return to;
}

void add_gate_orders(const Case& of, std::vector<ForwardMistake>& all) {
    const std::vector<std::string> names = gate_names(CaseNet(of));
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), 0U);
    while (std::next_permutation(order.begin(), order.end())) {
        std::vector<std::string> read;
        std::vector<std::size_t> place(order.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            read.push_back(names[order[i]]);
            place[order[i]] = i;
        }
        const bool is_tensorflow =
            is_lstm(of.architecture.cell) && order[1] == 2 && order[2] == 1 && order[3] == 3;
        const bool is_keras = is_gru(of.architecture.cell) && order[0] == 1 && order[1] == 0;
        all.push_back(
            of_arrays(fmt::format("the gates' rows are read in the order {}{}, where {} belongs",
                                  fmt::join(read, " "),
                                  is_tensorflow ? " (i j f o of TensorFlow 1)"
                                  : is_keras    ? " (that of Keras)"
                                                : "",
                                  fmt::join(names, " ")),
                      [place, hidden = of.sizes.hidden](NamedArray& array) {
                          array.value = with_gates_from(array.value, place, hidden);
                      }));
        all.back().moves_gates = true;
    }
}

void add_forget_bias(const Case& of, std::vector<ForwardMistake>& all) {
    if (!is_lstm(of.architecture.cell)) return;
    const int hidden = of.sizes.hidden;
    for (const double more : {1.0, -1.0})
        all.push_back(of_case(more > 0 ? "a forget bias of 1 is added to that of the file"
                                       : "a forget bias of 1 is taken away from that of the file",
                              [hidden, more](Case& changed) {
                                  for (NamedArray& array : changed.parameters)
                                      if (array.name.starts_with("bias_ih"))
                                          for (int r = hidden; r < 2 * hidden; ++r)
                                              array.value(r, 0) += more;
                              }));
}

/// Biases of zero; of two that are added up, each, and both.
void add_missing_biases(std::vector<ForwardMistake>& all) {
    const auto add = [&](const char* words, std::string_view beginning) {
        all.push_back(of_case(words, [beginning](Case& changed) {
            for (NamedArray& array : changed.parameters)
                if (array.name.starts_with(beginning)) array.value = Matrix(array.value.shape());
        }));
    };
    add("bias_hh is left out", "bias_hh");
    add("bias_ih is left out", "bias_ih");
    add("the biases of the gates are left out", "bias_");
    add("head.bias is left out", "head.bias");
}

void add_initial_states(const Case& of, std::vector<ForwardMistake>& all) {
    const auto clear = [](StateArrays& states) {
        for (Matrix& state : states.values) std::ranges::fill(state.values(), 0.0);
    };
    for (std::size_t i = 0; i < of.initial.size(); ++i)
        all.push_back(
            of_case(fmt::format("the initial state {} is left out: it is zero", of.initial[i].name),
                    [clear, i](Case& changed) { clear(changed.initial[i]); }));
    if (of.initial.size() != 2) return;
    const std::string both = fmt::format("{} and {}", of.initial[0].name, of.initial[1].name);
    all.push_back(of_case(fmt::format("the initial states {} are left out: they are zero", both),
                          [clear](Case& changed) {
                              for (StateArrays& states : changed.initial) clear(states);
                          }));
    if (of.initial[0].values.front().shape() != of.initial[1].values.front().shape()) return;
    all.push_back(
        {fmt::format("the initial states {} are exchanged", both),
         [](Case& changed) { std::swap(changed.initial[0].values, changed.initial[1].values); },
         [](CaseResult& result) {
             if (result.dinitial.size() == 2)
                 std::swap(result.dinitial[0].values, result.dinitial[1].values);
         }});
}

/// Each square block of rows transposed.
Matrix with_transposed_blocks(const Matrix& from) {
    const int size = from.columns();
    Matrix to(from.shape());
    for (int r = 0; r < from.rows(); ++r)
        for (int c = 0; c < size; ++c) to(r, c) = from(r - r % size + c, r % size);
    return to;
}

void add_transposed(const Case& of, std::vector<ForwardMistake>& all) {
    const int hidden = of.sizes.hidden;
    if (hidden == 1) return;
    const auto add = [&](const char* words, const char* beginning) {
        all.push_back(of_arrays(words, [hidden, beginning](NamedArray& array) {
            if (array.name.starts_with(beginning) && array.value.columns() == hidden)
                array.value = with_transposed_blocks(array.value);
        }));
    };
    add("the recurrent matrix of each gate is transposed: U' h(t-1) where U h(t-1) belongs",
        "weight_hh");
    add("the matrix of each gate that is square and multiplies the input is transposed: W' x where "
        "W x belongs",
        "weight_ih");
}

/// Each column's steps of zeros at one end moved to the other.
std::vector<Matrix> with_padding_moved(const std::vector<Matrix>& x, bool to_front) {
    std::vector<Matrix> result = x;
    const int steps = static_cast<int>(x.size());
    for (int b = 0; b < x[0].columns(); ++b) {
        const auto is_zero = [&](int t) {
            for (int r = 0; r < x[0].rows(); ++r)
                if (x[static_cast<std::size_t>(t)](r, b) != 0) return false;
            return true;
        };
        int padding = 0;
        while (padding < steps && is_zero(to_front ? steps - 1 - padding : padding)) ++padding;
        for (int t = 0; t < steps; ++t) {
            const int from = (t + (to_front ? steps - padding : padding)) % steps;
            for (int r = 0; r < x[0].rows(); ++r)
                result[static_cast<std::size_t>(t)](r, b) = x[static_cast<std::size_t>(from)](r, b);
        }
    }
    return result;
}

void add_other_inputs(const Case& of, std::vector<ForwardMistake>& all) {
    if (of.sizes.steps == of.sizes.batch && of.sizes.batch > 1)
        all.push_back(
            {"the batch is taken to come first: x is read as [B][T][I] where [T][B][I] "
             "belongs",
             [](Case& changed) { changed.x = with_batch_first(changed.x); },
             [](CaseResult& result) {
                 if (!result.dx.empty()) result.dx = with_batch_first(result.dx);
             }});
    for (const bool to_front : {true, false})
        if (with_padding_moved(of.x, to_front) != of.x)
            all.push_back(of_case(
                to_front ? "the padding stands before the sequences, where it belongs behind them"
                         : "the padding stands behind the sequences, where it belongs before them",
                [to_front](Case& changed) {
                    changed.x = with_padding_moved(changed.x, to_front);
                }));
    all.push_back({"the steps are read in reverse order: x from the last to the first",
                   [](Case& changed) { std::ranges::reverse(changed.x); },
                   [](CaseResult& result) { std::ranges::reverse(result.dx); }});
}

/// Of a bidirectional net: which of its backward states an output reads.
void add_backward_readings(const Case& of, std::vector<ForwardMistake>& all) {
    if (!of.architecture.is_bidirectional) return;
    const auto add = [&](const char* words, BackwardReading reading) {
        all.push_back(of_case(
            words, [reading](Case& changed) { changed.architecture.backward_reading = reading; }));
    };
    add("the reverse direction is read one step late: at step t its state of t+1, and at the last "
        "step its initial state",
        BackwardReading::one_late);
    add("the reverse direction is not turned back: at step t its state of T-1-t, in the order in "
        "which it was computed",
        BackwardReading::not_turned);
    add("the answers read the reverse direction after all its steps, as h_n has it, where its "
        "state at the step of the answer belongs",
        BackwardReading::after_all_steps);
}

}  // namespace

std::vector<Matrix> with_batch_first(const std::vector<Matrix>& sequence) {
    std::vector<Matrix> result = sequence;
    for (std::size_t t = 0; t < sequence.size(); ++t)
        for (std::size_t b = 0; b < sequence.size(); ++b)
            for (int r = 0; r < sequence[t].rows(); ++r)
                result[t](r, static_cast<int>(b)) = sequence[b](r, static_cast<int>(t));
    return result;
}

std::vector<ForwardMistake> forward_mistakes(const Case& of) {
    std::vector<ForwardMistake> all;
    add_other_cells(of, all);
    add_exchanged_share(of, all);
    add_forget_bias(of, all);
    add_missing_biases(all);
    add_initial_states(of, all);
    add_transposed(of, all);
    add_other_inputs(of, all);
    add_backward_readings(of, all);
    const std::vector<ForwardMistake> of_targets = target_mistakes(of);
    all.insert(all.end(), of_targets.begin(), of_targets.end());
    add_gate_orders(of, all);
    return all;
}

std::vector<ForwardMistake> target_mistakes(const Case& of) {
    std::vector<ForwardMistake> all;
    const int classes = of.sizes.output;
    if (of.architecture.loss == LossKind::cross_entropy && classes > 1)
        for (const int shift : {-1, 1}) {
            if (classes == 2 && shift == 1) continue;  // the same as the other way
            all.push_back(of_case(
                fmt::format("the targets are shifted by a class: {} where k belongs, around the "
                            "{} classes",
                            shift < 0 ? "k - 1" : "k + 1", classes),
                [classes, shift](Case& changed) {
                    for (Matrix& target : changed.targets)
                        for (double& k : target.values())
                            k = (static_cast<int>(k) + shift + classes) % classes;
                }));
        }
    if (of.targets.size() < 2) return all;
    const auto add = [&](const char* words, auto change) {
        all.push_back(of_case(words, [change](Case& changed) { change(changed.targets); }));
    };
    add("the targets are one answer late: that of the answer before, and of the last at the first",
        [](std::vector<Matrix>& y) { std::rotate(y.begin(), y.end() - 1, y.end()); });
    if (of.targets.size() > 2)
        add("the targets are one answer early: that of the answer behind, and of the first at the "
            "last",
            [](std::vector<Matrix>& y) { std::rotate(y.begin(), y.begin() + 1, y.end()); });
    if (of.targets.size() > 3)
        add("the targets are in reverse order",
            [](std::vector<Matrix>& y) { std::ranges::reverse(y); });
    return all;
}

}  // namespace revolute
