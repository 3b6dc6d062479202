#include <revolute/graph/program/detail/program_state.hpp>
#include <revolute/graph/step.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace revolute {

namespace {

using detail::EntrywiseCall;
using detail::EntrywiseStep;
using detail::Instruction;
using detail::Loop;
using detail::MemberRange;
using detail::ProductCall;
using detail::ReferenceCall;

/// All of a few, or the first, the second and the last.
std::string joined(const std::vector<std::string>& texts) {
    if (texts.size() <= 4) return fmt::format("{}", fmt::join(texts, ", "));
    return fmt::format("{}, {}, ..., {}", texts[0], texts[1], texts.back());
}

std::string counted(double flops) { return fmt::format("{:.0f} flops", flops); }

/// Writes the instructions of one program.
class Explanation {
 public:
    explicit Explanation(const Rolled& rolled) : rolled_(rolled) {}

    std::string of(const Loop& loop) {
        loop_ = &loop;
        std::string text;
        if (loop.rounds > 1)
            text += fmt::format("for {} = {}, {}..{}\n", letter(loop.axis), loop.first,
                                loop.first + loop.stride, step_after(loop.rounds - 1));
        const int indent = loop.rounds > 1 ? 2 : 0;
        for (const Instruction& instruction : loop.body)
            std::visit([&](const auto& call) { append(text, indent, call); }, instruction);
        return text;
    }

    double flops() const { return flops_; }

 private:
    static std::string letter(std::optional<std::int32_t> axis) {
        return axis_name(axis.value_or(0));
    }

    std::int32_t step_after(std::size_t rounds) const {
        return loop_->first + loop_->stride * static_cast<std::int32_t>(rounds);
    }

    /// "h%6(t-1)" in a loop, "h%6(0)" and "h%6(0..7)" elsewhere.
    std::string at(const MemberRange& site) const {
        const Part& part = rolled_[site.part];
        std::string text = fmt::format("{}%{}", part.names.empty() ? "" : part.names.front().name,
                                       index(site.part));
        if (!part.is_family()) return text;
        if (loop_->rounds == 1 || site.move == 0) {
            const std::int32_t last = site.step + site.members - 1;
            return text + (site.members == 1 ? fmt::format("({})", site.step)
                                             : fmt::format("({}..{})", site.step, last));
        }
        const std::int32_t distance = site.step - loop_->first;
        return text + (distance == 0 ? fmt::format("({})", letter(loop_->axis))
                                     : fmt::format("({}{:+})", letter(loop_->axis), distance));
    }

    /// "[a%1(t); b%2(t)]": parts that stand below each other.
    std::string at(MemberRange site, const std::vector<PartId>& stack) const {
        if (stack.empty()) return at(site);
        std::vector<std::string> texts;
        for (const PartId part : stack) {
            site.part = part;
            texts.push_back(at(site));
        }
        return fmt::format("[{}]", fmt::join(texts, "; "));
    }

    std::string formula(const PartId part, const std::vector<MemberRange>& operands,
                        const MemberRange& result) const {
        std::vector<std::string> texts;
        for (const MemberRange& site : operands) texts.push_back(at(site));
        return fmt::format("{} = {}({})", at(result), rolled_[part].op->name, joined(texts));
    }

    void append(std::string& text, int indent, const EntrywiseCall& call) {
        const std::size_t entries = call.shape.size() * static_cast<std::size_t>(call.members);
        double count = 0;
        for (const EntrywiseStep& step : call.steps)
            count += static_cast<double>(entries) *
                     static_cast<double>(std::max<std::size_t>(step.operands.size(), 2) - 1);
        const std::string size =
            fmt::format("{} entries, {}", entries, counted(count_flops(count)));
        if (call.steps.size() == 1) {
            const EntrywiseStep& step = call.steps.front();
            text += fmt::format("{:{}}{}  {}\n", "", indent,
                                formula(step.part, step.operands, step.result), size);
            return;
        }
        text += fmt::format("{:{}}in one pass over {}\n", "", indent, size);
        for (const EntrywiseStep& step : call.steps)
            text += fmt::format("{:{}}{}\n", "", indent + 2,
                                formula(step.part, step.operands, step.result));
    }

    void append(std::string& text, int indent, const ReferenceCall& call) {
        text += fmt::format("{:{}}{}  reference kernel, {}\n", "", indent,
                            formula(call.part, call.operands, call.result),
                            to_string(rolled_[call.part].shape));
    }

    void append(std::string& text, int indent, const ProductCall& call) {
        const double count = count_flops(2.0 * call.rows * call.columns * call.inner);
        text += fmt::format("{:{}}{} {} {}{} {}{}  [{} x {}] [{} x {}], {}\n", "", indent,
                            at(call.result, call.result_stack), call.adds ? "+=" : "=",
                            at(call.left, call.left_stack), call.left_is_transposed ? "'" : "",
                            at(call.right, call.right_stack), call.right_is_transposed ? "'" : "",
                            call.rows, call.inner, call.inner, call.columns, counted(count));
    }

    /// Adds what all rounds do and returns what one does.
    double count_flops(double flops) {
        flops_ += flops * static_cast<double>(loop_->rounds);
        return flops;
    }

    const Rolled& rolled_;
    const Loop* loop_ = nullptr;
    double flops_ = 0;
};

}  // namespace

std::string explain(const Program& program) {
    const Program::Code& code = *program.state_->code;
    Explanation explanation(code.rolled);
    std::string text;
    for (const Loop& loop : code.code.loops) text += explanation.of(loop);
    for (const auto& [name, of, before, after] : code.code.passes)
        text += fmt::format("{}: {} {} -> {}\n", name, of, before, after);
    return text + fmt::format("{} in all but reference kernels, {} bytes in {}\n",
                              counted(explanation.flops()), program.bytes(),
                              program.precision() == Precision::float64 ? "doubles" : "floats");
}

}  // namespace revolute
