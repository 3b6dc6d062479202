#pragma once

#include <hand/block.hpp>

#include <string_view>

namespace bench {

/// The LSTM, many-to-one, one output, mean squared error, zero initial state: forward and backward by
/// hand on CBLAS, the gates i, f, g, o on top of each other in one matrix.
template <class Number>
class HandLstm {
 public:
    explicit HandLstm(const Sizes& sizes);

    void run();

    /// The memory of a leaf of the net, and of its gradient: of one gate.
    Block<Number> leaf(std::string_view name, int t);
    Block<const Number> gradient(std::string_view name) const;

 private:
    void forward();
    void backward();
    void activate(int t);
    void differentiate_step(int t);
    std::size_t state(int t) const { return static_cast<std::size_t>(H_ * B_ * t); }
    std::size_t gates(int t) const { return 4 * state(t); }
    int first_row(std::string_view name) const;

    int T_, B_, I_, H_;
    std::vector<Number> x_, Y_, W_, U_, b_, V_, c_;
    std::vector<Number> dW_, dU_, db_, dV_, dc_;
    std::vector<Number> gates_, cell_, tanh_cell_, h_;  ///< by step
    std::vector<Number> dgates_, dcell_, dh_, dy_;      ///< the first by step
};

extern template class HandLstm<double>;
extern template class HandLstm<float>;

}  // namespace bench
