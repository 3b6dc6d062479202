#include <hand/lstm.hpp>

#include <algorithm>
#include <cmath>

namespace bench {

template <class Number>
HandLstm<Number>::HandLstm(const Sizes& sizes)
    : T_(sizes.steps),
      B_(sizes.batch),
      I_(sizes.input),
      H_(sizes.hidden),
      x_(zeros<Number>(I_, B_ * T_)),
      Y_(zeros<Number>(1, B_)),
      W_(zeros<Number>(4 * H_, I_)),
      U_(zeros<Number>(4 * H_, H_)),
      b_(zeros<Number>(4 * H_, 1)),
      V_(zeros<Number>(1, H_)),
      c_(1),
      dW_(W_),
      dU_(U_),
      db_(b_),
      dV_(V_),
      dc_(1),
      gates_(zeros<Number>(4 * H_, B_ * T_)),
      cell_(zeros<Number>(H_, B_ * T_)),
      tanh_cell_(cell_),
      h_(cell_),
      dgates_(gates_),
      dcell_(zeros<Number>(H_, B_)),
      dh_(dcell_),
      dy_(Y_) {}

template <class Number>
void HandLstm<Number>::run() {
    forward();
    backward();
}

template <class Number>
void HandLstm<Number>::forward() {
    for (std::size_t first = 0; first < gates_.size(); first += b_.size())
        std::copy(b_.begin(), b_.end(), gates_.begin() + static_cast<std::ptrdiff_t>(first));
    product<Number>(CblasNoTrans, CblasNoTrans, 4 * H_, B_ * T_, I_, W_.data(), x_.data(), 1,
                    gates_.data());
    for (int t = 0; t < T_; ++t) {
        if (t > 0)
            product<Number>(CblasNoTrans, CblasNoTrans, 4 * H_, B_, H_, U_.data(),
                            &h_[state(t - 1)], 1, &gates_[gates(t)]);
        activate(t);
    }
    product<Number>(CblasTrans, CblasNoTrans, B_, 1, H_, &h_[state(T_ - 1)], V_.data(), 0,
                    dy_.data());
    for (std::size_t column = 0; column < dy_.size(); ++column)
        dy_[column] = (dy_[column] + c_[0] - Y_[column]) / static_cast<Number>(B_);
}

template <class Number>
void HandLstm<Number>::activate(int t) {
    for (int column = 0; column < B_; ++column) {
        Number* const i = &gates_[gates(t)] + 4 * H_ * column;
        Number *const f = i + H_, *const g = f + H_, *const o = g + H_;
        const std::size_t first = state(t) + static_cast<std::size_t>(H_ * column);
        Number *const cell = &cell_[first], *const tanh_cell = &tanh_cell_[first];
        Number* const h = &h_[first];
        for (int row = 0; row < 2 * H_; ++row) i[row] = 1 / (1 + std::exp(-i[row]));
        for (int row = 0; row < H_; ++row) g[row] = std::tanh(g[row]);
        for (int row = 0; row < H_; ++row) o[row] = 1 / (1 + std::exp(-o[row]));
        for (int row = 0; row < H_; ++row) cell[row] = i[row] * g[row];
        if (t > 0)
            for (int row = 0; row < H_; ++row) cell[row] += f[row] * (cell - H_ * B_)[row];
        for (int row = 0; row < H_; ++row) tanh_cell[row] = std::tanh(cell[row]);
        for (int row = 0; row < H_; ++row) h[row] = o[row] * tanh_cell[row];
    }
}

template <class Number>
void HandLstm<Number>::backward() {
    dc_[0] = 0;
    for (const Number dy : dy_) dc_[0] += dy;
    product<Number>(CblasNoTrans, CblasNoTrans, H_, 1, B_, &h_[state(T_ - 1)], dy_.data(), 0,
                    dV_.data());
    product<Number>(CblasNoTrans, CblasTrans, H_, B_, 1, V_.data(), dy_.data(), 0, dh_.data());
    std::fill(dcell_.begin(), dcell_.end(), Number(0));
    for (int t = T_ - 1; t >= 0; --t) {
        differentiate_step(t);
        if (t > 0)
            product<Number>(CblasTrans, CblasNoTrans, H_, B_, 4 * H_, U_.data(), &dgates_[gates(t)],
                            0, dh_.data());
    }
    if (T_ > 1)
        product<Number>(CblasNoTrans, CblasTrans, 4 * H_, H_, B_ * (T_ - 1), &dgates_[gates(1)],
                        h_.data(), 0, dU_.data());
    product<Number>(CblasNoTrans, CblasTrans, 4 * H_, I_, B_ * T_, dgates_.data(), x_.data(), 0,
                    dW_.data());
    std::fill(db_.begin(), db_.end(), Number(0));
    for (std::size_t first = 0; first < dgates_.size(); first += db_.size())
        for (std::size_t row = 0; row < db_.size(); ++row) db_[row] += dgates_[first + row];
}

template <class Number>
void HandLstm<Number>::differentiate_step(int t) {
    for (int column = 0; column < B_; ++column) {
        const Number* const i = &gates_[gates(t)] + 4 * H_ * column;
        const Number *const f = i + H_, *const g = f + H_, *const o = g + H_;
        const std::size_t first = state(t) + static_cast<std::size_t>(H_ * column);
        const Number* const tanh_cell = &tanh_cell_[first];
        const Number* const before = &cell_[first] - (t > 0 ? H_ * B_ : 0);
        Number* const dcell = &dcell_[static_cast<std::size_t>(H_ * column)];
        const Number* const dh = &dh_[static_cast<std::size_t>(H_ * column)];
        Number* const di = &dgates_[gates(t)] + 4 * H_ * column;
        Number *const df = di + H_, *const dg = df + H_, *const d_o = dg + H_;
        for (int row = 0; row < H_; ++row) {
            const Number dc = dcell[row] + dh[row] * o[row] * (1 - tanh_cell[row] * tanh_cell[row]);
            di[row] = dc * g[row] * i[row] * (1 - i[row]);
            df[row] = t > 0 ? dc * before[row] * f[row] * (1 - f[row]) : 0;
            dg[row] = dc * i[row] * (1 - g[row] * g[row]);
            d_o[row] = dh[row] * tanh_cell[row] * o[row] * (1 - o[row]);
            dcell[row] = dc * f[row];
        }
    }
}

/// Names end in the gate's: "W_i".
template <class Number>
int HandLstm<Number>::first_row(std::string_view name) const {
    constexpr std::string_view order = "ifgo";
    return static_cast<int>(order.find(name.back())) * H_;
}

template <class Number>
Block<Number> HandLstm<Number>::leaf(std::string_view name, int t) {
    if (name.starts_with("W_")) return {W_.data() + first_row(name), H_, I_, 4 * H_};
    if (name.starts_with("U_")) return {U_.data() + first_row(name), H_, H_, 4 * H_};
    if (name.starts_with("b_")) return {b_.data() + first_row(name), H_, 1, 4 * H_};
    if (name == "V") return {V_.data(), 1, H_, 1};
    if (name == "c") return {c_.data(), 1, 1, 1};
    if (name == "Y") return {Y_.data(), 1, B_, 1};
    return {x_.data() + I_ * B_ * t, I_, B_, I_};
}

template <class Number>
Block<const Number> HandLstm<Number>::gradient(std::string_view name) const {
    if (name.starts_with("W_")) return {dW_.data() + first_row(name), H_, I_, 4 * H_};
    if (name.starts_with("U_")) return {dU_.data() + first_row(name), H_, H_, 4 * H_};
    if (name.starts_with("b_")) return {db_.data() + first_row(name), H_, 1, 4 * H_};
    if (name == "V") return {dV_.data(), 1, H_, 1};
    return {dc_.data(), 1, 1, 1};
}

template class HandLstm<double>;
template class HandLstm<float>;

}  // namespace bench
