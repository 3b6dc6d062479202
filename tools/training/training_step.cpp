#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/training_step.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace revolute {

Update update_of(const TrainingRule& rule, std::span<const Expr> parameters,
                 std::span<const Expr> gradients) {
    if (rule.clip == 0) return update(rule.optimizer, parameters, gradients);
    return update(rule.optimizer, parameters, clip_by_global_norm(gradients, rule.clip));
}

std::string not_finite_in_training(std::size_t number, std::span<const Expr> leaves,
                                   std::size_t parameters) {
    if (number < parameters) return fmt::format("the gradient of {}", leaves[number].label());
    const Expr& leaf = leaves[number - parameters];
    return number < 2 * parameters ? leaf.label() : fmt::format("the {}", leaf.label());
}

TrainingStep::TrainingStep(const Architecture& architecture, const Sizes& sizes,
                           const TrainingRule& rule, ComputedBy by, NotFiniteReport not_finite,
                           const CompileOptions& options)
    : net_(recurrent_net(graph_, sizes, architecture)),
      leaves_(net_.parameters()),
      derivative_(differentiate(net_.loss(), leaves_, Unreachable::zeros)),
      update_(update_of(rule, leaves_, derivative_.gradients())),
      not_finite_(std::move(not_finite)),
      computation_(outputs(), by, check_of(not_finite_), options) {
    for (const Update::Memory& memory : update_.memories) leaves_.push_back(memory.leaf);
    const std::vector<Expr> after = state_after();
    for (std::size_t i = 0; i < leaves_.size(); ++i) computation_.carry(after[i], leaves_[i]);
}

std::vector<Expr> TrainingStep::state_after() const {
    std::vector<Expr> after = update_.parameters;
    for (const Update::Memory& memory : update_.memories) after.push_back(memory.next);
    return after;
}

/// The loss, the state, and the largest entry of each gradient and of each matrix of the state.
std::vector<Expr> TrainingStep::outputs() const {
    std::vector<Expr> all = state_after();
    all.insert(all.begin(), net_.loss());
    const std::size_t end = all.size();
    for (const Expr& gradient : derivative_.gradients()) all.push_back(max_norm(gradient));
    for (std::size_t i = 1; i < end; ++i) all.push_back(max_norm(all[i]));
    return all;
}

std::vector<Matrix> TrainingStep::first_state(std::span<const Matrix> parameters) const {
    const std::span leaves = std::span(leaves_).first(update_.parameters.size());
    if (!std::ranges::equal(parameters, leaves, {}, &Matrix::shape, &Expr::shape))
        throw ShapeError(fmt::format(
            "training step: needs the {} parameters of the net, in their shapes ({} given)",
            leaves.size(), parameters.size()));
    std::vector<Matrix> state(parameters.begin(), parameters.end());
    for (const Update::Memory& memory : update_.memories)
        state.emplace_back(memory.leaf.shape(), memory.first);
    return state;
}

void TrainingStep::set_state(std::span<const Matrix> state) { computation_.bind(leaves_, state); }

double TrainingStep::run(std::span<const Matrix> inputs, const Matrix& target) {
    computation_.bind(net_.inputs, inputs);
    computation_.bind(net_.read_out.targets.front(), target);
    run_reported(derivative_, computation_, not_finite_);
    return computation_.value(0)(0, 0);
}

std::optional<std::string> TrainingStep::first_not_finite() {
    const std::size_t parameters = update_.parameters.size();
    for (std::size_t i = 0; i < parameters + leaves_.size(); ++i)
        if (!std::isfinite(computation_.value(1 + leaves_.size() + i)(0, 0)))
            return not_finite_in_training(i, leaves_, parameters);
    return std::nullopt;
}

std::vector<Matrix> TrainingStep::state() {
    std::vector<Matrix> state;
    for (std::size_t i = 0; i < leaves_.size(); ++i) state.push_back(computation_.value(1 + i));
    return state;
}

}  // namespace revolute
