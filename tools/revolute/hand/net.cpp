#include "net.hpp"

#include "clones.hpp"

#include <algorithm>

namespace revolute::hand {

template <class Number>
Net<Number>::Net(const Sizes& sizes, std::string_view gates)
    : T_(sizes.steps),
      B_(sizes.batch),
      I_(sizes.input),
      H_(sizes.hidden),
      G_(H_ * std::max(1, static_cast<int>(gates.size()))),
      x_(zeros<Number>(I_, B_ * T_)),
      Y_(zeros<Number>(1, B_)),
      W_(zeros<Number>(G_, I_)),
      U_(zeros<Number>(G_, H_)),
      b_(zeros<Number>(G_, 1)),
      V_(zeros<Number>(1, H_)),
      c_(1),
      dW_(W_),
      dU_(U_),
      db_(b_),
      dV_(V_),
      dc_(1),
      dy_(Y_),
      gates_(gates) {}

template <class Number>
void Net<Number>::read_inputs(Numbers& arguments) const {
    for (std::size_t first = 0; first < arguments.size(); first += b_.size())
        std::copy(b_.begin(), b_.end(), arguments.begin() + static_cast<std::ptrdiff_t>(first));
    product(Turn::no, Turn::no, G_, B_ * T_, I_, W_.data(), x_.data(), 1, arguments.data());
}

template <class Number>
REVOLUTE_HAND_CLONES void Net<Number>::answer(const Number* last_h, Number* dh) {
    product(Turn::yes, Turn::no, B_, 1, H_, last_h, V_.data(), 0, dy_.data());
    for (std::size_t column = 0; column < dy_.size(); ++column)
        dy_[column] = (dy_[column] + c_[0] - Y_[column]) / static_cast<Number>(B_);
    dc_[0] = 0;
    for (const Number dy : dy_) dc_[0] += dy;
    product(Turn::no, Turn::no, H_, 1, B_, last_h, dy_.data(), 0, dV_.data());
    product(Turn::no, Turn::yes, H_, B_, 1, V_.data(), dy_.data(), 0, dh);
}

template <class Number>
REVOLUTE_HAND_CLONES void Net<Number>::sum_over_steps(const Numbers& darguments) {
    product(Turn::no, Turn::yes, G_, I_, B_ * T_, darguments.data(), x_.data(), 0, dW_.data());
    std::fill(db_.begin(), db_.end(), Number(0));
    for (std::size_t first = 0; first < darguments.size(); first += db_.size())
        for (std::size_t row = 0; row < db_.size(); ++row) db_[row] += darguments[first + row];
}

template <class Number>
void Net<Number>::sum_over_states(const Numbers& dfrom_state, const Numbers& h) {
    if (T_ > 1)
        product(Turn::no, Turn::yes, G_, H_, B_ * (T_ - 1), &dfrom_state[arguments(1)], h.data(), 0,
                dU_.data());
}

template <class Number>
int Net<Number>::first_row(std::string_view name) const {
    return gates_.empty() ? 0 : static_cast<int>(gates_.find(name.back())) * H_;
}

template <class Number>
Block<Number> Net<Number>::leaf(std::string_view name, int t) {
    if (name == "V") return {V_.data(), 1, H_, 1};
    if (name == "Y") return {Y_.data(), 1, B_, 1};
    if (name.starts_with('W')) return {W_.data() + first_row(name), H_, I_, G_};
    if (name.starts_with('U')) return {U_.data() + first_row(name), H_, H_, G_};
    if (name.starts_with('x')) return {x_.data() + I_ * B_ * t, I_, B_, I_};
    if (name == "c" || name == "b_y") return {c_.data(), 1, 1, 1};
    return {b_.data() + first_row(name), H_, 1, G_};
}

template <class Number>
Block<const Number> Net<Number>::gradient(std::string_view name) const {
    if (name == "V") return {dV_.data(), 1, H_, 1};
    if (name.starts_with('W')) return {dW_.data() + first_row(name), H_, I_, G_};
    if (name.starts_with('U')) return {dU_.data() + first_row(name), H_, H_, G_};
    if (name == "c" || name == "b_y") return {dc_.data(), 1, 1, 1};
    return {db_.data() + first_row(name), H_, 1, G_};
}

template class Net<double>;
template class Net<float>;

}  // namespace revolute::hand
