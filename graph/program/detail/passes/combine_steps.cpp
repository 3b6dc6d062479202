#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace revolute::detail {

namespace {

/// The steps of one entrywise call, of which some become parts of others.
class Combination {
 public:
    Combination(const Rolled& rolled, const std::vector<Residence>& residence,
                std::vector<std::size_t>& step_of)
        : rolled_(rolled), residence_(residence), step_of_(step_of) {}

    void run(EntrywiseCall& call) {
        steps_ = &call.steps;
        reads_.assign(call.steps.size(), 0);
        for (std::size_t i = 0; i < call.steps.size(); ++i) {
            for (const MemberRange& operand : call.steps[i].operands)
                if (const std::size_t step = step_of_[index(operand.part)]; step != none)
                    ++reads_[step];
            step_of_[index(call.steps[i].result.part)] = i;
        }
        is_gone_.assign(call.steps.size(), false);
        for (std::size_t i = call.steps.size(); i-- > 0;)
            if (!is_gone_[i]) combine(i);
        for (const EntrywiseStep& step : call.steps) step_of_[index(step.result.part)] = none;
        erase_marked(call.steps, is_gone_);
    }

    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

 private:
    void combine(std::size_t step) {
        EntrywiseStep& last = (*steps_)[step];
        for (const ExpressionKernels& kernels : rolled_[last.part].op->combined)
            if (matches(kernels, last)) {
                last.expression = &kernels;
                last.operands = operands_;
                for (const std::size_t inner : inner_) is_gone_[inner] = true;
                return;
            }
    }

    /// Whether the step ends such an expression; then `operands_` are those of the expression, and
    /// `inner_` the other steps that it takes the place of.
    bool matches(const ExpressionKernels& kernels, const EntrywiseStep& last) {
        operands_.assign(kernels.operands, {});
        inner_.clear();
        std::vector<bool> is_known(kernels.operands);
        std::vector<MemberRange> waiting(last.operands.rbegin(), last.operands.rend());
        for (const ExpressionToken& token : kernels.expression.subspan(1)) {
            const MemberRange site = waiting.back();
            waiting.pop_back();
            switch (token.kind) {
                case ExpressionToken::Kind::op: {
                    const EntrywiseStep* const step = inner_step(site, *token.op);
                    if (step == nullptr) return false;
                    waiting.insert(waiting.end(), step->operands.rbegin(), step->operands.rend());
                    break;
                }
                case ExpressionToken::Kind::operand:
                    if (is_known[token.slot] && !(operands_[token.slot] == site)) return false;
                    operands_[token.slot] = site;
                    is_known[token.slot] = true;
                    break;
                case ExpressionToken::Kind::number:
                    if (!is_constant(site.part, token.number)) return false;
                    break;
            }
        }
        return true;
    }

    /// The step of that operator which makes the value, if only the expression reads it.
    const EntrywiseStep* inner_step(const MemberRange& site, const Op& op) {
        const std::size_t number = step_of_[index(site.part)];
        if (number == none || reads_[number] != 1 ||
            residence_[index(site.part)] != Residence::block)
            return nullptr;
        // It is no expression itself yet: those are looked for from the last step to the first.
        const EntrywiseStep& step = (*steps_)[number];
        if (rolled_[step.part].op != &op || !(step.result == site)) return nullptr;
        inner_.push_back(number);
        return &step;
    }

    bool is_constant(PartId part, double number) const {
        return rolled_[part].op == &constant_op && rolled_[part].attributes.front() == number;
    }

    const Rolled& rolled_;
    const std::vector<Residence>& residence_;
    std::vector<std::size_t>& step_of_;  ///< by part: the step that makes it
    std::vector<EntrywiseStep>* steps_ = nullptr;
    std::vector<std::size_t> reads_;  ///< by step: how often its result is read
    std::vector<bool> is_gone_;       ///< by step
    std::vector<MemberRange> operands_;
    std::vector<std::size_t> inner_;
};

std::size_t entrywise_steps(const Code& code) {
    return total(code.loops, [](const Instruction& instruction) {
        const auto* const call = std::get_if<EntrywiseCall>(&instruction);
        return call == nullptr ? 0 : call->steps.size();
    });
}

}  // namespace

void combine_steps(const Rolled& rolled, Code& code) {
    PassReport report{"combine", "elementwise steps", entrywise_steps(code), 0};
    std::vector<std::size_t> step_of(rolled.parts.size(), Combination::none);
    Combination combination(rolled, code.residence, step_of);
    for (Loop& loop : code.loops)
        for (Instruction& instruction : loop.body)
            if (auto* const call = std::get_if<EntrywiseCall>(&instruction)) combination.run(*call);
    report.after = entrywise_steps(code);
    code.passes.push_back(report);
}

}  // namespace revolute::detail
