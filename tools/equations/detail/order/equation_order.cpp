#include <revolute/tools/equations/detail/order/equation_order.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace revolute::detail {

namespace {

/// One line reads the values of another.
struct Read {
    std::size_t line;  ///< that is read
    std::optional<Interval>
        distances;  ///< of what it reads from its own steps; none: on another axis
};

/// Of a name that stands in this sum, or list, or in none.
NameRead read_of(const EquationTerm& name, const Equation& line, const EquationTerm* sum) {
    if (!name.step) return {name.name, std::nullopt, {}, std::nullopt};
    const std::int32_t axis = name.step->axis, t = name.step->t;
    const bool is_beside = line.step && line.step->axis == name.step->axis;
    if (!name.step->is_fixed && sum == nullptr && is_beside)
        return {name.name, axis, {line.steps.low + t, line.steps.high + t}, Interval{t, t}};
    NameRead read{name.name, axis, {t, t}, std::nullopt};
    if (!name.step->is_fixed) {
        const Interval steps = sum != nullptr ? sum->steps : line.steps;
        read.steps = {steps.low + t, steps.high + t};
    }
    if (is_beside)
        read.distances = {read.steps.low - line.steps.high, read.steps.high - line.steps.low};
    return read;
}

/// Where each line stands among others.
class LineOrder {
 public:
    explicit LineOrder(std::span<const Equation> lines) : lines_(lines), reads_(lines.size()) {
        find_reads();
        find_loops();
        find_blocks();
        is_begun_.resize(loops_.size());
        is_entered_.resize(lines_.size());
        sought_for_.resize(lines_.size(), loops_.size());
        find_order();
    }

    /// By place: the number of the line.
    const std::vector<std::size_t>& order() const { return order_; }

 private:
    void find_reads() {
        std::map<std::pair<std::string, std::optional<std::int32_t>>, std::vector<std::size_t>>
            by_name;
        const auto axis_of = [](const std::optional<EquationStep>& step) {
            return step ? std::optional(step->axis) : std::nullopt;
        };
        for (std::size_t i = 0; i < lines_.size(); ++i)
            by_name[{lines_[i].name, axis_of(lines_[i].step)}].push_back(i);
        for (std::size_t i = 0; i < lines_.size(); ++i)
            for (const NameRead& read : names_read(lines_[i])) {
                const auto found = by_name.find({read.name, read.axis});
                if (found == by_name.end()) continue;
                for (const std::size_t line : found->second) {
                    const Interval steps = lines_[line].step ? lines_[line].steps : Interval{};
                    const bool is_here =
                        steps.low <= read.steps.high && read.steps.low <= steps.high;
                    if (line != i && is_here) reads_[i].push_back({line, read.distances});
                }
            }
    }

    /// Lines that need each other are a loop (Tarjan 1972).
    void find_loops() {
        constexpr std::size_t unseen = static_cast<std::size_t>(-1);
        struct Visit {
            std::size_t line, next;
        };
        std::vector<std::size_t> number(lines_.size(), unseen), lowest(lines_.size()), stack;
        std::vector<bool> is_on_stack(lines_.size());
        std::vector<Visit> open;
        std::size_t count = 0;
        loop_of_.resize(lines_.size());
        const auto enter = [&](std::size_t line) {
            number[line] = lowest[line] = count++;
            stack.push_back(line);
            is_on_stack[line] = true;
            open.push_back({line, 0});
        };
        const auto close = [&](std::size_t line) {
            std::vector<std::size_t>& members = loops_.emplace_back();
            do {
                members.push_back(stack.back());
                is_on_stack[stack.back()] = false;
                loop_of_[stack.back()] = loops_.size() - 1;
                stack.pop_back();
            } while (members.back() != line);
            std::ranges::sort(members);
        };
        for (std::size_t root = 0; root < lines_.size(); ++root) {
            if (number[root] == unseen) enter(root);
            while (!open.empty()) {
                const std::size_t line = open.back().line;
                if (open.back().next < reads_[line].size()) {
                    const std::size_t other = reads_[line][open.back().next++].line;
                    if (number[other] == unseen)
                        enter(other);
                    else if (is_on_stack[other])
                        lowest[line] = std::min(lowest[line], number[other]);
                    continue;
                }
                open.pop_back();
                if (!open.empty())
                    lowest[open.back().line] = std::min(lowest[open.back().line], lowest[line]);
                if (lowest[line] == number[line]) close(line);
            }
        }
    }

    /// Whether what is read was computed in an earlier round of the loop that both lines are in.
    bool is_of_earlier_round(const Equation& line, const Read& read) const {
        if (!read.distances) return false;
        return line.is_descending ? read.distances->low > 0 : read.distances->high < 0;
    }

    bool is_loop(std::size_t loop) const { return loops_[loop].size() > 1; }

    /// What stands together: the lines of a loop, and those of one step that go with them by their
    /// names, as far as they need not the loop itself.
    void find_blocks() {
        std::map<std::string, std::vector<std::size_t>> by_name;
        for (std::size_t i = 0; i < lines_.size(); ++i) by_name[lines_[i].name].push_back(i);
        blocks_ = loops_;
        for (std::size_t loop = 0; loop < loops_.size(); ++loop) {
            if (!is_loop(loop)) continue;
            std::set<std::size_t> block(loops_[loop].begin(), loops_[loop].end());
            // Loops are numbered in an order in which they can be computed.
            for (const std::size_t line : loops_[loop])
                for (const std::size_t like : by_name[lines_[line].name])
                    if (loop_of_[like] < loop && !is_loop(loop_of_[like])) block.insert(like);
            blocks_[loop].assign(block.begin(), block.end());
        }
    }

    /// The loops that the lines of this one need, through whatever lines, and that do not stand
    /// yet. They are numbered in an order in which they can be computed.
    std::set<std::size_t> loops_before(std::size_t loop) {
        std::set<std::size_t> needs;
        std::vector<std::size_t> open = loops_[loop];
        for (const std::size_t line : open) sought_for_[line] = loop;
        while (!open.empty()) {
            const std::size_t line = open.back();
            open.pop_back();
            const std::size_t own = loop_of_[line];
            if (own != loop && is_loop(own)) needs.insert(own);
            for (const Read& read : reads_[line])
                if (!is_entered_[read.line] && sought_for_[read.line] != loop) {
                    sought_for_[read.line] = loop;
                    open.push_back(read.line);
                }
        }
        return needs;
    }

    /// The lines that must stand above a line. A loop is not begun before all others that it needs
    /// have ended.
    std::vector<std::size_t> needs_of(std::size_t line) {
        std::vector<std::size_t> needs;
        const auto add_block = [&](std::size_t loop) {
            needs.insert(needs.end(), blocks_[loop].begin(), blocks_[loop].end());
        };
        const std::size_t own = loop_of_[line];
        if (is_loop(own) && !is_begun_[own])
            for (const std::size_t other : loops_before(own)) add_block(other);
        is_begun_[own] = true;
        for (const Read& read : reads_[line]) {
            if (loop_of_[read.line] != own)
                add_block(loop_of_[read.line]);
            else if (!is_of_earlier_round(lines_[line], read))
                needs.push_back(read.line);
        }
        return needs;
    }

    /// A depth-first walk: each line after what it needs.
    void find_order() {
        struct Visit {
            std::size_t line;
            std::vector<std::size_t> needs;
            std::size_t next = 0;
        };
        std::vector<Visit> open;
        const auto enter = [&](std::size_t line) {
            if (!is_entered_[line]) open.push_back({line, needs_of(line)});
            is_entered_[line] = true;
        };
        for (std::size_t line = 0; line < lines_.size(); ++line) {
            if (is_entered_[line]) continue;
            for (const std::size_t root : blocks_[loop_of_[line]]) {
                enter(root);
                while (!open.empty()) {
                    Visit& visit = open.back();
                    if (visit.next < visit.needs.size()) {
                        enter(visit.needs[visit.next++]);
                    } else {
                        order_.push_back(visit.line);
                        open.pop_back();
                    }
                }
            }
        }
    }

    std::span<const Equation> lines_;
    std::vector<std::vector<Read>> reads_;  // by line
    std::vector<std::size_t> loop_of_;      // by line
    std::vector<std::vector<std::size_t>>
        loops_;  // their lines; one that is in no loop is by itself
    std::vector<std::vector<std::size_t>> blocks_;  // by loop
    std::vector<bool> is_begun_;                    // by loop
    std::vector<bool> is_entered_;                  // by line
    std::vector<std::size_t> sought_for_;  // by line, the last loop from which it was reached
    std::vector<std::size_t> order_;
};

}  // namespace

std::vector<NameRead> names_read(const Equation& line) {
    std::vector<NameRead> reads;
    // With each term the sum, or list, that it stands in.
    std::vector<std::pair<const EquationTerm*, const EquationTerm*>> open{{&line.right, nullptr}};
    while (!open.empty()) {
        const auto [term, sum] = open.back();
        open.pop_back();
        const bool is_over_steps =
            term->kind == EquationTerm::Kind::sum || term->kind == EquationTerm::Kind::list;
        for (const EquationTerm& operand : term->operands)
            open.emplace_back(&operand, is_over_steps ? term : sum);
        if (term->kind == EquationTerm::Kind::name) reads.push_back(read_of(*term, line, sum));
    }
    return reads;
}

std::vector<Equation> in_order(std::vector<Equation> lines) {
    const LineOrder order(lines);
    std::vector<Equation> result;
    result.reserve(lines.size());
    for (const std::size_t line : order.order()) result.push_back(std::move(lines[line]));
    return result;
}

}  // namespace revolute::detail
