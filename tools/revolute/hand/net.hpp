#pragma once

#include "block.hpp"

#include <string_view>
#include <vector>

namespace revolute::hand {

/// What the nets written by hand have in common: many-to-one, one output, mean squared error, zero
/// initial state. The matrices of a cell's gates stand below each other in one; sequences are
/// contiguous in time.
template <class Number>
class Net {
 public:
    /// The memory of a leaf of the net, and of its gradient: of one gate, where the name ends in
    /// its.
    Block<Number> leaf(std::string_view name, int t);
    Block<const Number> gradient(std::string_view name) const;

 protected:
    using Numbers = std::vector<Number>;

    /// `gates`: a letter each, in their order in memory; none for a cell that has none.
    Net(const Sizes& sizes, std::string_view gates);

    /// What the gates get of the inputs, for all steps.
    void read_inputs(Numbers& arguments) const;
    /// The answer, and what comes back of it: dV, dc, and dh of the last step.
    void answer(const Number* last_h, Number* dh);
    /// dW and db, of the gradients at the gates' arguments.
    void sum_over_steps(const Numbers& darguments);
    /// dU, of the gradients at what the gates get of the state.
    void sum_over_states(const Numbers& dfrom_state, const Numbers& h);
    void product(Turn turn_a, Turn turn_b, int m, int n, int k, const Number* A, const Number* B,
                 Number beta, Number* C) const {
        hand::product<Number>(turn_a, turn_b, m, n, k, A, B, beta, C);
    }

    std::size_t state(int t) const { return static_cast<std::size_t>(H_ * B_ * t); }
    std::size_t arguments(int t) const { return static_cast<std::size_t>(G_ * B_ * t); }

    int T_, B_, I_, H_;
    int G_;  ///< rows of all gates
    Numbers x_, Y_, W_, U_, b_, V_, c_;
    Numbers dW_, dU_, db_, dV_, dc_, dy_;

 private:
    int first_row(std::string_view name) const;

    std::string_view gates_;
};

extern template class Net<double>;
extern template class Net<float>;

}  // namespace revolute::hand
