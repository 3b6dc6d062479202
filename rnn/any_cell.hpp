#pragma once

/// @file
/// `AnyCell`, a cell whose type is known at run time only.

#include <revolute/rnn/cell.hpp>

#include <memory>
#include <span>
#include <utility>

namespace revolute {

/// A cell whose type is known at run time only: itself a Cell. Copies share the cell, which nobody
/// can change.
class AnyCell {
 public:
    /// Takes a cell of any type, with what it says of its parameters where it says something.
    template <class C>
        requires(Cell<C> && !std::same_as<C, AnyCell>)
    AnyCell(C cell)
        : cell_(std::make_shared<const C>(std::move(cell))),
          state_tensors_([](const void* c) -> std::vector<StateTensor> {
              return static_cast<const C*>(c)->state_tensors();
          }),
          parameters_([](const void* c) -> std::vector<Expr> {
              return static_cast<const C*>(c)->parameters();
          }),
          parameter_table_([](const void* c) -> std::vector<CellParameter> {
              return revolute::parameter_table(*static_cast<const C*>(c));
          }),
          step_([](const void* c, Expr x, const State& previous) -> State {
              return static_cast<const C*>(c)->step(x, previous);
          }) {}

    ///@{
    /// What the cell says, or does.
    std::vector<StateTensor> state_tensors() const { return state_tensors_(cell_.get()); }
    std::vector<Expr> parameters() const { return parameters_(cell_.get()); }
    std::vector<CellParameter> parameter_table() const { return parameter_table_(cell_.get()); }
    State step(Expr x, const State& previous) const { return step_(cell_.get(), x, previous); }
    ///@}

 private:
    std::shared_ptr<const void> cell_;
    std::vector<StateTensor> (*state_tensors_)(const void*);
    std::vector<Expr> (*parameters_)(const void*);
    std::vector<CellParameter> (*parameter_table_)(const void*);
    State (*step_)(const void*, Expr, const State&);
};

static_assert(TabulatedCell<AnyCell>);

/// The parameters of all the cells, in their order.
std::vector<Expr> parameters_of(std::span<const AnyCell> cells);
/// What the cells say of them, in their order.
std::vector<CellParameter> parameter_table_of(std::span<const AnyCell> cells);

}  // namespace revolute
