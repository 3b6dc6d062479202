#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/detail/print_code.hpp>
#include <revolute/graph/step.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace revolute::detail {

namespace {

/// All of a few, or the first, the second and the last.
std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    if (texts.size() <= 4) return fmt::format("{}", fmt::join(texts, separator));
    const std::vector<std::string> some{texts[0], texts[1], "...", texts.back()};
    return fmt::format("{}", fmt::join(some, separator));
}

/// Prints the instructions of one loop.
class LoopText {
 public:
    LoopText(const Rolled& rolled, const Loop& loop) : rolled_(rolled), loop_(loop) {}

    std::string head() const {
        if (loop_.rounds == 1) return "";
        return fmt::format("for {} = {}, {}..{}\n", letter(), loop_.first,
                           loop_.first + loop_.stride, last_step());
    }

    std::string of(const Instruction& instruction, std::string_view remark, int indent) const {
        return std::visit([&](const auto& call) { return of_call(call, remark, indent); },
                          instruction);
    }

 private:
    std::string letter() const { return axis_name(loop_.axis.value_or(0)); }

    std::int32_t last_step() const {
        return loop_.first + loop_.stride * static_cast<std::int32_t>(loop_.rounds - 1);
    }

    /// "h%6(t-1)" in a loop, "h%6(0)" and "h%6(0..7)" elsewhere.
    std::string at(const MemberRange& site) const {
        const Part& part = rolled_[site.part];
        std::string text = fmt::format("{}%{}", part.names.empty() ? "" : part.names.front().name,
                                       index(site.part));
        if (!part.is_family()) return text;
        if (loop_.rounds == 1 || site.move == 0) {
            const std::int32_t last = site.step + site.members - 1;
            return text + (site.members == 1 ? fmt::format("({})", site.step)
                                             : fmt::format("({}..{})", site.step, last));
        }
        const std::int32_t distance = site.step - loop_.first;
        return text + (distance == 0 ? fmt::format("({})", letter())
                                     : fmt::format("({}{:+})", letter(), distance));
    }

    /// "[a%1(t); b%2(t)]": parts that stand below each other.
    std::string at(const MemberRange& site, const std::vector<PartId>& stack) const {
        if (stack.empty()) return at(site);
        return fmt::format("[{}]", fmt::join(all_at(sites_of(site, stack)), "; "));
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

    std::string of_call(const EntrywiseCall& call, std::string_view remark, int indent) const {
        const std::string size = fmt::format(
            "{} entries{}", call.shape.size() * static_cast<std::size_t>(call.members), remark);
        if (call.steps.size() == 1)
            return fmt::format("{:{}}{}  {}\n", "", indent, formula(call.steps.front()), size);
        std::string text = fmt::format("{:{}}in one pass over {}\n", "", indent, size);
        for (const EntrywiseStep& step : call.steps)
            text += fmt::format("{:{}}{}\n", "", indent + 2, formula(step));
        return text;
    }

    std::string of_call(const OperatorCall& call, std::string_view remark, int indent) const {
        const Part& part = rolled_[call.part];
        return fmt::format("{:{}}{}  {}kernel, {}{}\n", "", indent,
                           formula(part.op->name, call.operands, call.result),
                           has_own_kernel(*part.op) ? "" : "reference ", to_string(part.shape),
                           remark);
    }

    std::string of_call(const ProductCall& call, std::string_view remark, int indent) const {
        return fmt::format("{:{}}{} {} {}{} {}{}  [{} x {}]{} [{} x {}]{}\n", "", indent,
                           at(call.result, call.result_stack), call.adds ? "+=" : "=",
                           at(call.left, call.left_stack), call.left_is_transposed ? "'" : "",
                           at(call.right, call.right_stack), call.right_is_transposed ? "'" : "",
                           call.rows, call.inner, call.packed_left ? " packed" : "", call.inner,
                           call.columns, remark);
    }

    std::string of_call(const PackCall& call, std::string_view remark, int indent) const {
        return fmt::format("{:{}}pack {}{}  [{} x {}]{}\n", "", indent,
                           at(call.left, call.left_stack), call.is_transposed ? "'" : "", call.rows,
                           call.inner, remark);
    }

    const Rolled& rolled_;
    const Loop& loop_;
};

}  // namespace

std::string to_text(const Rolled& rolled, const Loop& loop, const Remark& remark) {
    const LoopText text(rolled, loop);
    std::string lines = text.head();
    for (const Instruction& instruction : loop.body)
        lines += text.of(instruction, remark ? remark(instruction) : "", loop.rounds > 1 ? 2 : 0);
    return lines;
}

std::string to_text(const Rolled& rolled, const Code& code) {
    std::string lines;
    for (const Loop& loop : code.loops) lines += to_text(rolled, loop);
    return lines;
}

std::string to_text(const Rolled& rolled, const Loop& loop, const Instruction& instruction) {
    return LoopText(rolled, loop).of(instruction, "", 0);
}

}  // namespace revolute::detail
