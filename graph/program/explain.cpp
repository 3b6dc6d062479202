#include <revolute/graph/program/detail/lowering/reads.hpp>
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
using detail::OperatorCall;
using detail::PackCall;
using detail::ProductCall;
using detail::Residence;

/// All of a few, or the first, the second and the last.
std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    if (texts.size() <= 4) return fmt::format("{}", fmt::join(texts, separator));
    const std::vector<std::string> some{texts[0], texts[1], "...", texts.back()};
    return fmt::format("{}", fmt::join(some, separator));
}

/// Writes the instructions of one program.
class Explanation {
 public:
    Explanation(const Rolled& rolled, const detail::Code& code, Precision precision)
        : code_(code), rolled_(rolled), bytes_of_number_(precision == Precision::float64 ? 8 : 4) {}

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

    std::vector<std::string> all_at(const std::vector<MemberRange>& sites) const {
        std::vector<std::string> texts;
        texts.reserve(sites.size());
        for (const MemberRange& site : sites) texts.push_back(at(site));
        return texts;
    }

    std::string formula(std::string_view name, const std::vector<MemberRange>& operands,
                        const MemberRange& result) const {
        return fmt::format("{} = {}({})", at(result), name, joined(all_at(operands), ", "));
    }

    std::string formula(const EntrywiseStep& step) const {
        const Op& op = *rolled_[step.part].op;
        if (step.expression != nullptr)
            return formula(step.expression->name, step.operands, step.result);
        if (op.role != Role::sum) return formula(op.name, step.operands, step.result);
        return fmt::format("{} = {}", at(step.result), joined(all_at(step.operands), " + "));
    }

    static double operations_per_entry(const EntrywiseStep& step) {
        if (step.expression == nullptr)
            return static_cast<double>(std::max<std::size_t>(step.operands.size(), 2) - 1);
        return static_cast<double>(std::ranges::count(
            step.expression->expression, ExpressionToken::Kind::op, &ExpressionToken::kind));
    }

    void append(std::string& text, int indent, const EntrywiseCall& call) {
        const auto entries =
            static_cast<double>(call.shape.size() * static_cast<std::size_t>(call.members));
        double operations = 0, sites = 0;
        const auto count_site = [&](const MemberRange& site) {
            sites += code_.residence[index(site.part)] == Residence::block ? 0 : 1;
        };
        for (const EntrywiseStep& step : call.steps) {
            operations += operations_per_entry(step);
            std::ranges::for_each(step.operands, count_site);
            count_site(step.result);
        }
        const std::string size =
            fmt::format("{} entries, {}", entries, counted(entries * operations, entries * sites));
        if (call.steps.size() == 1) {
            text += fmt::format("{:{}}{}  {}\n", "", indent, formula(call.steps.front()), size);
            return;
        }
        text += fmt::format("{:{}}in one pass over {}\n", "", indent, size);
        for (const EntrywiseStep& step : call.steps)
            text += fmt::format("{:{}}{}\n", "", indent + 2, formula(step));
    }

    void append(std::string& text, int indent, const OperatorCall& call) {
        const Part& part = rolled_[call.part];
        text += fmt::format("{:{}}{}  {}kernel, {}\n", "", indent,
                            formula(part.op->name, call.operands, call.result),
                            detail::has_own_kernel(*part.op) ? "" : "reference ",
                            to_string(part.shape));
    }

    void append(std::string& text, int indent, const ProductCall& call) {
        const double rows = call.rows, columns = call.columns, inner = call.inner;
        const double numbers =
            rows * inner + inner * columns + rows * columns * (call.adds ? 2 : 1);
        text += fmt::format("{:{}}{} {} {}{} {}{}  [{} x {}]{} [{} x {}], {}\n", "", indent,
                            at(call.result, call.result_stack), call.adds ? "+=" : "=",
                            at(call.left, call.left_stack), call.left_is_transposed ? "'" : "",
                            at(call.right, call.right_stack), call.right_is_transposed ? "'" : "",
                            call.rows, call.inner, call.packed_left ? " packed" : "", call.inner,
                            call.columns, counted(2 * rows * columns * inner, numbers));
    }

    void append(std::string& text, int indent, const PackCall& call) {
        text += fmt::format("{:{}}pack {}{}  [{} x {}], {}\n", "", indent,
                            at(call.left, call.left_stack), call.is_transposed ? "'" : "",
                            call.rows, call.inner, counted(0, 2.0 * call.rows * call.inner));
    }

    /// What one round does, of which all rounds are added up: operations, and numbers that memory
    /// gives or takes.
    std::string counted(double flops, double numbers) {
        flops_ += flops * static_cast<double>(loop_->rounds);
        return fmt::format("{:.0f} flops, {:.0f} bytes", flops, numbers * bytes_of_number_);
    }

    const detail::Code& code_;
    const Rolled& rolled_;
    double bytes_of_number_;
    const Loop* loop_ = nullptr;
    double flops_ = 0;
};

}  // namespace

std::string explain(const Program& program) {
    const detail::ProgramCode& code = *program.state_->code;
    Explanation explanation(code.rolled, code.compiled, program.precision());
    std::string text;
    for (const Loop& loop : code.compiled.loops) text += explanation.of(loop);
    for (const auto& [name, of, before, after] : code.compiled.passes)
        text += fmt::format("{}: {} {} -> {}\n", name, of, before, after);
    return text +
           fmt::format("{:.0f} flops in products and elementwise instructions, {} bytes in {}\n",
                       explanation.flops(), program.bytes(),
                       program.precision() == Precision::float64 ? "doubles" : "floats");
}

}  // namespace revolute
