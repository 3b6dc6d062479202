#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/training/sequence_net.hpp>
#include <revolute/tools/training/split_step.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

namespace revolute {

namespace {

/// The options of one step, whose limit is its part.
StepOptions alone(StepOptions options) {
    if (options.compile.memory_limit) *options.compile.memory_limit /= options.sharing;
    return options;
}

}  // namespace

/// Loss and gradients of a piece of a batch.
class SplitStep::Gradients {
 public:
    Gradients(const Architecture& architecture, Sizes sizes, std::size_t windows,
              const StepOptions& options)
        : net_(recurrent_net(graph_, with_batch(sizes, windows), architecture)),
          parameters_(net_.parameters()),
          derivative_(differentiate(net_.loss(), parameters_, Unreachable::zeros)),
          not_finite_(options.not_finite),
          computation_(outputs(), options.by, check_of(options.not_finite), options.compile) {}

    /// Adds loss and gradients, times `weight`.
    void add(std::span<const Matrix> parameters, const Windows& windows, double weight,
             double& loss, std::vector<Matrix>& gradients) {
        computation_.bind(parameters_, parameters);
        computation_.bind(net_.inputs, windows.inputs);
        computation_.bind(net_.read_out.targets.front(), windows.target);
        run_reported(derivative_, computation_, not_finite_);
        loss += weight * computation_.value(0)(0, 0);
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            const Matrix part = computation_.value(1 + i);
            for (std::size_t k = 0; k < part.size(); ++k)
                gradients[i].values()[k] += weight * part.values()[k];
        }
    }

    std::size_t bytes() const { return computation_.bytes(); }

 private:
    static Sizes with_batch(Sizes sizes, std::size_t windows) {
        sizes.batch = static_cast<int>(windows);
        return sizes;
    }
    std::vector<Expr> outputs() const {
        std::vector<Expr> all{net_.loss()};
        const std::span<const Expr> gradients = derivative_.gradients();
        all.insert(all.end(), gradients.begin(), gradients.end());
        return all;
    }

    Graph graph_;
    RecurrentNet net_;
    std::vector<Expr> parameters_;
    Derivative derivative_;
    NotFiniteReport not_finite_;
    Computation computation_;
};

/// The update of the parameters by gradients that are given.
class SplitStep::Move {
 public:
    Move(const Architecture& architecture, const Sizes& sizes, const TrainingRule& rule,
         const StepOptions& options)
        : leaves_(parameters_of(graph_, architecture, sizes)),
          gradients_(gradients_of(graph_, leaves_)),
          update_(update_of(rule, leaves_, gradients_)),
          computation_(outputs(), options.by, check_of(options.not_finite), options.compile) {
        for (const Update::Memory& memory : update_.memories) leaves_.push_back(memory.leaf);
        const std::vector<Expr> after = outputs();
        for (std::size_t i = 0; i < leaves_.size(); ++i) computation_.carry(after[i], leaves_[i]);
    }

    std::vector<Matrix> first_state(std::span<const Matrix> parameters) const {
        std::vector<Matrix> state(parameters.begin(), parameters.end());
        for (const Update::Memory& memory : update_.memories)
            state.emplace_back(memory.leaf.shape(), memory.first);
        return state;
    }
    void set_state(std::span<const Matrix> state) {
        computation_.bind(leaves_, state);
        state_.assign(state.begin(), state.end());
    }
    void run(std::span<const Matrix> gradients) {
        computation_.bind(gradients_, gradients);
        computation_.run();
        state_ = computation_.values();
        not_finite_.reset();
        for (std::size_t i = gradients.size() + state_.size(); i-- > 0;)
            if (const Matrix& value =
                    i < gradients.size() ? gradients[i] : state_[i - gradients.size()];
                !std::isfinite(largest_entry(value)))
                not_finite_ = not_finite_in_training(i, leaves_, gradients.size());
    }

    const std::vector<Matrix>& state() const { return state_; }
    const std::optional<std::string>& first_not_finite() const { return not_finite_; }
    std::span<const Matrix> parameters() const {
        return std::span(state_).first(gradients_.size());
    }
    std::vector<Matrix> zero_gradients() const {
        std::vector<Matrix> zeros;
        for (const Expr& gradient : gradients_) zeros.emplace_back(gradient.shape());
        return zeros;
    }
    std::size_t bytes() const { return computation_.bytes(); }

 private:
    static std::vector<Expr> parameters_of(Graph& graph, const Architecture& architecture,
                                           const Sizes& sizes) {
        std::vector<Expr> all;
        for (const auto& [name, shape, start] : parameter_shapes(architecture, sizes))
            all.push_back(graph.parameter(name, shape));
        return all;
    }
    static std::vector<Expr> gradients_of(Graph& graph, std::span<const Expr> parameters) {
        std::vector<Expr> all;
        for (const Expr& parameter : parameters)
            all.push_back(
                graph.input(fmt::format("gradient of {}", parameter.label()), parameter.shape()));
        return all;
    }
    std::vector<Expr> outputs() const {
        std::vector<Expr> after = update_.parameters;
        for (const Update::Memory& memory : update_.memories) after.push_back(memory.next);
        return after;
    }

    Graph graph_;
    std::vector<Expr> leaves_;  // of the state; first the parameters
    std::vector<Expr> gradients_;
    Update update_;
    Computation computation_;
    std::vector<Matrix> state_;
    std::optional<std::string> not_finite_;  // of the last run
};

SplitStep::SplitStep(const Architecture& architecture, const Sizes& sizes, const TrainingRule& rule,
                     const StepOptions& shared)
    : batch_(static_cast<std::size_t>(sizes.batch)),
      piece_(batch_),
      window_bytes_(sizeof(double) *
                    (static_cast<std::size_t>(sizes.steps) * static_cast<std::size_t>(sizes.input) +
                     static_cast<std::size_t>(sizes.output))) {
    const StepOptions options = alone(shared);
    StepOptions within = options;
    std::optional<std::size_t>& limit = within.compile.memory_limit;
    if (limit) *limit -= std::min(*limit, batch_ * window_bytes_);
    try {
        whole_ = std::make_unique<TrainingStep>(architecture, sizes, rule, options.by,
                                                options.not_finite, within.compile);
        return;
    } catch (const CapacityError&) {  // then in pieces
    }
    StepOptions free = options;  // what it takes is known to fitting_piece
    free.compile.memory_limit.reset();
    move_ = std::make_unique<Move>(architecture, sizes, rule, free);
    piece_ = fitting_piece(architecture, sizes, options);
    of_piece_ = std::make_unique<Gradients>(architecture, sizes, piece_, options);
    if (batch_ % piece_ != 0)
        of_rest_ = std::make_unique<Gradients>(architecture, sizes, batch_ % piece_, options);
}

SplitStep::~SplitStep() = default;

/// The memory of pieces grows evenly with their windows, so two small ones tell it. Half of the
/// limit is for pieces, half for a last one of another size.
std::size_t SplitStep::fitting_piece(const Architecture& architecture, const Sizes& sizes,
                                     const StepOptions& options) const {
    StepOptions free = options;
    free.compile.memory_limit.reset();
    const auto needed = [&](std::size_t windows) {
        const Gradients piece(architecture, sizes, windows, free);
        return static_cast<double>(piece.bytes() + windows * window_bytes_);
    };
    constexpr std::size_t few = 32;
    const auto limit = static_cast<double>(*options.compile.memory_limit);
    const double free_for_pieces = limit - static_cast<double>(move_->bytes());
    const double one = needed(1);
    if (one > free_for_pieces)
        throw CapacityError(fmt::format(
            "train: a step must fit into the memory that it may take ({} for one window, of {})\n"
            "  --memory says how much that is; a smaller --hidden or --window takes less",
            bytes_in_words(options.sharing * (static_cast<std::size_t>(one) + move_->bytes())),
            bytes_in_words(options.sharing * *options.compile.memory_limit)));
    const double room = free_for_pieces / 2;
    if (one > room) return 1;  // windows one by one leave no piece of another size
    const double of_few = needed(few), of_twice = needed(2 * few);
    const double each = std::max(1.0, (of_twice - of_few) / few);
    auto most = static_cast<std::size_t>(
        std::clamp((room - of_few) / each + few, 1.0, static_cast<double>(batch_)));
    while (most > 1 && needed(most) > room) most -= (most + 7) / 8;
    const std::size_t pieces = (batch_ + most - 1) / most;
    return (batch_ + pieces - 1) / pieces;
}

std::vector<Matrix> SplitStep::first_state(std::span<const Matrix> parameters) const {
    return whole_ ? whole_->first_state(parameters) : move_->first_state(parameters);
}

void SplitStep::set_state(std::span<const Matrix> state) {
    if (whole_)
        whole_->set_state(state);
    else
        move_->set_state(state);
}

double SplitStep::run(const WindowsOf& windows) {
    if (!whole_) return run_pieces(windows);
    const Windows all = windows(0, batch_);
    return whole_->run(all.inputs, all.target);
}

double SplitStep::run_pieces(const WindowsOf& windows) {
    double loss = 0;
    std::vector<Matrix> gradients = move_->zero_gradients();
    for (std::size_t begin = 0; begin < batch_; begin += piece_) {
        const std::size_t count = std::min(piece_, batch_ - begin);
        const double weight = static_cast<double>(count) / static_cast<double>(batch_);
        Gradients& piece = count == piece_ ? *of_piece_ : *of_rest_;
        piece.add(move_->parameters(), windows(begin, count), weight, loss, gradients);
    }
    move_->run(gradients);
    return loss;
}

std::vector<Matrix> SplitStep::state() { return whole_ ? whole_->state() : move_->state(); }

std::optional<std::string> SplitStep::first_not_finite() {
    return whole_ ? whole_->first_not_finite() : move_->first_not_finite();
}

std::size_t SplitStep::bytes() const {
    const std::size_t programs =
        whole_ ? whole_->bytes()
               : move_->bytes() + of_piece_->bytes() + (of_rest_ ? of_rest_->bytes() : 0);
    return programs + piece_ * window_bytes_;
}

}  // namespace revolute
