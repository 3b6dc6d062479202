#include <revolute/tools/checks/finite_differences.hpp>
#include <revolute/tools/support/norm.hpp>
#include <revolute/tools/support/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace revolute {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// What one evaluation of the loss is taken to be wrong by, over eps |L|.
constexpr double allowed_roundings = 20;
/// The gap between the slopes on the two sides has three values of the loss in it, one of them
/// twice.
constexpr double gap_roundings = 4;

/// The loss along lines through the values.
class LossLine {
 public:
    LossLine(Expr loss, Expr variable, const Bindings& values, ComputedBy by)
        : loss_(std::span(&loss, 1), by), variable_(variable) {
        const Matrix* base = values.find(variable);
        if (base == nullptr)
            throw EvaluationError(fmt::format("check_by_differences: no value is bound to {}",
                                              variable.graph->describe(variable.id)));
        base_ = *base;
        loss_.bind(values);
        loss_.run();
        here_ = loss_.value(0)(0, 0);
        if (!std::isfinite(here_)) evaluate(loss, values, check_finite);  // names the culprit
    }

    /// A point near the line: x is moved by what its precision makes of the step.
    struct Point {
        double step = 0;        ///< along v
        double rise = 0;        ///< <gradient, what x is moved by>
        bool has_moved = true;  ///< every entry that v moves; else there is no loss
        double loss = 0;
    };

    double here() const { return here_; }
    Point at(const Matrix& v, double step, ConstMatrixView gradient) {
        Matrix moved = base_;
        Point point;
        double length = 0;
        for (std::size_t i = 0; i < moved.size(); ++i) {
            const double direction = v.values()[i];
            if (direction == 0) continue;
            moved.values()[i] += step * direction;
            const double by = moved.values()[i] - base_.values()[i];
            if (!(std::abs(by) > 0)) point.has_moved = false;  // infinity goes nowhere: NaN
            point.step += direction * by;
            point.rise += gradient.data[i] * by;
            length += direction * direction;
        }
        point.step /= length;
        if (!point.has_moved) return point;
        loss_.bind(variable_, moved);
        loss_.run();
        point.loss = loss_.value(0)(0, 0);
        return point;
    }

 private:
    Computation loss_;
    Expr variable_;
    Matrix base_;
    double here_ = 0;
};

std::vector<double> steps_of(const DifferenceOptions& options) {
    std::vector<double> steps;
    // A power of ten each, not products of 0.1, so that tables show 1e-06 and mean it.
    const double first = std::log10(options.largest_step);
    constexpr double slack = 1e-9;  // of the logarithms
    const int last = static_cast<int>(first - std::log10(options.smallest_step) + slack);
    for (int i = 0; i <= last; ++i) steps.push_back(std::pow(10.0, first - i));
    return steps;
}

void require_sensible(const DifferenceOptions& options) {
    if (!(options.smallest_step > 0 && options.largest_step >= options.smallest_step &&
          std::isfinite(options.largest_step)))
        throw Error(
            fmt::format("check_by_differences: steps must be positive and fall from the largest to "
                        "the smallest ({:g} to {:g})",
                        options.largest_step, options.smallest_step));
    if (!(options.tolerance >= 0 && std::isfinite(options.tolerance)))
        throw Error(fmt::format("check_by_differences: the tolerance must not be negative ({:g})",
                                options.tolerance));
}

double gap(const DifferenceStep& row) { return std::abs(row.forward - row.backward); }

/// Whether the gap between the slopes of two sides, seen at step `i`, is more than curvature makes
/// it: that falls with the step.
bool is_more_than_curvature(std::span<const DifferenceStep> sweep, std::size_t i) {
    constexpr double clearly = 1.5;
    return gap(sweep[i]) >= clearly * sweep[i].step / sweep[i - 1].step * gap(sweep[i - 1]);
}

/// Whether a kink between the two sides of step `i` explains that the gradient misses there.
bool is_at_kink(std::span<const DifferenceStep> sweep, std::size_t i, double gradient) {
    constexpr double several_kinks = 5;  // may shift the mean slope by more than the gap they leave
    const DifferenceStep& row = sweep[i];
    if (gap(row) <= gap_roundings * row.rounding || row.error > several_kinks * gap(row))
        return false;
    const double slack = row.allowed + gap(row) / 10;
    const auto [low, high] = std::minmax({row.backward, row.forward, 0.0});
    return low - slack <= gradient && gradient <= high + slack && is_more_than_curvature(sweep, i);
}

/// Whether the differences have not settled by step `i`: they still run towards the gradient, and
/// what they moved by since the step before makes up for what is missing. Their error falls with
/// the square of the step, or, beside a jump of the second derivative or a kink at the step's end,
/// with the step.
bool runs_towards(std::span<const DifferenceStep> sweep, std::size_t i, double gradient) {
    const double shrink = sweep[i].step / sweep[i - 1].step, square = shrink * shrink;
    const double last = sweep[i].central;
    const double to_come = (gradient - last) / (last - sweep[i - 1].central);
    return to_come >= 0.5 * square / (1 - square) && to_come <= 1.5 * shrink / (1 - shrink);
}

/// Whether the steps, and not the gradient, may be to blame for a miss. Only the finest step that
/// is not lost in rounding counts: a kink that it does not reach excuses nothing.
bool is_beyond_the_steps(const DirectionCheck& check) {
    for (std::size_t i = check.sweep.size(); i-- > 1;)
        if (gap_roundings * check.sweep[i].rounding <= check.sweep[i].error)
            return is_at_kink(check.sweep, i, check.gradient) ||
                   runs_towards(check.sweep, i, check.gradient);
    return false;
}

/// The error of the finest step that misses, before rounding takes over, where it is as large as
/// that of the step above: the error of differences themselves would have fallen. Else 0.
double settled_miss(const DirectionCheck& check) {
    for (std::size_t i = check.sweep.size(); i-- > 1;)
        if (const double error = check.sweep[i].error; !check.sweep[i].agrees())
            return error >= check.sweep[i - 1].error / 2 ? error : 0;
    return 0;
}

/// How far the step is from agreeing; 0 when it does.
double excess(const DifferenceStep& row) { return row.agrees() ? 0 : row.share(); }

DifferenceStep closest(std::span<const DifferenceStep> sweep) {
    return *std::ranges::min_element(sweep, [](const DifferenceStep& a, const DifferenceStep& b) {
        return std::pair(excess(a), a.error) < std::pair(excess(b), b.error);
    });
}

/// The probe that moves the entry alone.
Probe unit_probe(Shape shape, std::size_t place) {
    const auto rows = static_cast<std::size_t>(shape.rows);
    const Entry entry{static_cast<int>(place % rows), static_cast<int>(place / rows)};
    Probe probe{entry, Matrix(shape)};
    probe.v(entry.row, entry.column) = 1.0;
    return probe;
}

/// Differences beside one variable's gradient.
class Differences {
 public:
    Differences(Expr loss, Expr variable, ConstMatrixView gradient, const Bindings& values,
                const DifferenceOptions& options)
        : line_(loss, variable, values, options.computed_by),
          gradient_(gradient),
          magnitude_(largest_entry(gradient)),
          tolerance_(options.tolerance),
          gradient_rounding_(options.gradient_rounding),
          loss_rounding_(options.loss_rounding),
          steps_(steps_of(options)) {}

    DirectionCheck along(const Probe& probe) {
        DirectionCheck check{.entry = probe.entry,
                             .gradient = derivative_along(probe, gradient_),
                             .best = {},
                             .sweep = {}};
        for (const double step : steps_)
            if (const auto row = difference(probe, step, check.gradient))
                check.sweep.push_back(*row);
        check.steps_left_out = steps_.size() - check.sweep.size();
        if (!check.sweep.empty()) check.best = closest(check.sweep);
        check.verdict = verdict_of(check);
        return check;
    }

    /// The entry behind a miss along v: the half that misses by more, again and again.
    DirectionCheck locate(const Matrix& v) {
        std::size_t first = 0, end = v.size();
        while (end - first > 1) {
            const std::size_t middle = first + (end - first) / 2;
            const bool is_in_front = misses_by(v, first, middle) >= misses_by(v, middle, end);
            (is_in_front ? end : first) = middle;
        }
        return along(unit_probe(v.shape(), first));
    }

 private:
    /// Nothing for a step that leaves an entry where it is.
    std::optional<DifferenceStep> difference(const Probe& probe, double step, double gradient) {
        const double here = line_.here();
        const LossLine::Point ahead = line_.at(probe.v, step, gradient_),
                              behind = line_.at(probe.v, -step, gradient_);
        if (!ahead.has_moved || !behind.has_moved) return std::nullopt;
        // Entries of different size are rounded differently, so x moves a little off v: what the
        // gradient has for that is taken out.
        const auto slope = [&](double loss, double rise, double taken) {
            return loss / taken - (probe.entry ? 0.0 : rise / taken - gradient);
        };
        DifferenceStep row{.step = step,
                           .backward = slope(here - behind.loss, -behind.rise, -behind.step),
                           .forward = slope(ahead.loss - here, ahead.rise, ahead.step),
                           .central = slope(ahead.loss - behind.loss, ahead.rise - behind.rise,
                                            ahead.step - behind.step)};
        row.error = std::abs(gradient - row.central);
        const double largest =
            std::max({std::abs(here), std::abs(ahead.loss), std::abs(behind.loss)});
        row.rounding = std::max(allowed_roundings * epsilon * largest, loss_rounding_) / step;
        row.allowed = tolerance_ * magnitude_ + row.rounding +
                      gradient_rounding_ * sum_of_sizes(probe.v.values());
        return row;
    }

    Verdict verdict_of(const DirectionCheck& check) const {
        if (check.sweep.empty()) return Verdict::too_large;
        // A step that agrees because it may be off by as much says nothing against the miss.
        const double miss = settled_miss(check);
        const auto is_telling = [&](const DifferenceStep& row) {
            return row.agrees() && row.rounding <= magnitude_ &&
                   (miss == 0 || row.allowed <= miss / 2);
        };
        if (std::ranges::any_of(check.sweep, is_telling)) return Verdict::agrees;
        if (std::ranges::any_of(check.sweep, &DifferenceStep::agrees) && miss == 0)
            return Verdict::too_small;
        return is_beyond_the_steps(check) ? Verdict::kink : Verdict::differs;
    }

    double misses_by(const Matrix& v, std::size_t first, std::size_t end) {
        Probe part{std::nullopt, Matrix(v.shape())};
        std::copy(v.data() + first, v.data() + end, part.v.data() + first);
        return excess(along(part).best);
    }

    LossLine line_;
    ConstMatrixView gradient_;
    double magnitude_;
    double tolerance_;
    double gradient_rounding_;
    double loss_rounding_;
    std::vector<double> steps_;
};

/// Whether a says more than b about what is wrong.
bool is_worse(const DirectionCheck& a, const DirectionCheck& b) {
    if (a.verdict != b.verdict) return graver(a.verdict, b.verdict) == a.verdict;
    if (a.entry.has_value() != b.entry.has_value()) return a.entry.has_value();
    return a.best.share() > b.best.share();
}

void keep_largest(std::vector<DifferenceStep>& largest, std::span<const DifferenceStep> sweep) {
    if (largest.size() < sweep.size()) largest.resize(sweep.size());
    for (std::size_t i = 0; i < sweep.size(); ++i)
        if (largest[i].step == 0 || std::isnan(sweep[i].error) || sweep[i].error > largest[i].error)
            largest[i] = sweep[i];
}

}  // namespace

std::string_view in_words(Verdict verdict) {
    switch (verdict) {
        case Verdict::agrees:
            return "agrees";
        case Verdict::differs:
            return "differs";
        case Verdict::kink:
            return "too close to a kink to tell";
        case Verdict::too_large:
            return "values too large for finite differences to tell";
        case Verdict::too_small:
            break;
    }
    return "too small for finite differences to tell";
}

Verdict graver(Verdict a, Verdict b) {
    for (const Verdict verdict :
         {Verdict::differs, Verdict::kink, Verdict::too_large, Verdict::too_small})
        if (verdict == a || verdict == b) return verdict;
    return Verdict::agrees;
}

std::vector<Probe> probes_of(Shape shape, const DifferenceOptions& options) {
    std::vector<Probe> probes;
    const std::size_t entries =
        std::min(shape.size(), std::max<std::size_t>(options.most_entries, 1));
    for (std::size_t i = 0; i < entries; ++i)
        probes.push_back(unit_probe(shape, i * shape.size() / entries));
    if (entries < shape.size())
        probes.push_back({std::nullopt, Random(options.seed).matrix(shape)});
    return probes;
}

double derivative_along(const Probe& probe, ConstMatrixView gradient) {
    // Not the product with all the zeros of v: a NaN elsewhere is not this entry's.
    if (probe.entry) return gradient(probe.entry->row, probe.entry->column);
    return std::inner_product(probe.v.values().begin(), probe.v.values().end(), gradient.data, 0.0);
}

double DifferenceStep::share() const {
    if (!std::isfinite(error)) return infinity;
    return error == 0 ? 0 : error / allowed;
}

double DirectionCheck::relative_error() const {
    if (best.error == 0) return 0;
    return best.error / std::max(std::abs(gradient), std::abs(difference()));
}

DifferenceCheck check_by_differences(Expr loss, Expr variable, ConstMatrixView gradient,
                                     const Bindings& values, const DifferenceOptions& options,
                                     const std::function<void()>& after_probe) {
    if (!loss.shape().is_scalar() || gradient.shape() != variable.shape())
        throw ShapeError(fmt::format(
            "check_by_differences: needs a loss [1 x 1] ({}) and a gradient of the variable's "
            "shape {} ({})",
            to_string(loss.shape()), to_string(variable.shape()), to_string(gradient.shape())));
    require_sensible(options);
    Differences differences(loss, variable, gradient, values, options);
    DifferenceCheck check;
    bool is_first = true;
    const auto note = [&](DirectionCheck one) {
        check.verdict = graver(check.verdict, one.verdict);
        keep_largest(check.sweep, one.sweep);
        if (is_first || is_worse(one, check.worst)) check.worst = std::move(one);
        is_first = false;
    };
    const std::vector<Probe> probes = probes_of(variable.shape(), options);
    for (const Probe& probe : probes) {
        note(differences.along(probe));
        if (probe.entry) ++check.entries;
        if (after_probe) after_probe();
    }
    check.directions = probes.size();
    if (check.worst.entry) return check;
    // Only the direction through all entries misses: one that was not moved alone is behind it.
    DirectionCheck behind = differences.locate(probes.back().v);
    if (behind.verdict == check.worst.verdict) note(std::move(behind));
    return check;
}

}  // namespace revolute
