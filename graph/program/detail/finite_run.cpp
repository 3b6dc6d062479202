#include <revolute/graph/detail/not_finite.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/finite_run.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace revolute::detail {

namespace {

/// The part of a stack of that number; the site alone, where there is no stack.
MemberRange in_stack(MemberRange site, const std::vector<PartId>& stack, std::size_t number) {
    if (!stack.empty()) site.part = stack[number];
    return site;
}

/// What result number `result` of the instruction's stack is computed of: by slot of its operator unless it
/// adds to a sum. Of a packed factor, the factor.
std::vector<MemberRange> operands_of(const Instruction& instruction, std::size_t result) {
    std::vector<MemberRange> operands;
    const auto* const product = std::get_if<ProductCall>(&instruction);
    if (product == nullptr) {
        for_each_read(instruction, [&](const MemberRange& site) { operands.push_back(site); });
        return operands;
    }
    const bool is_sum = !product->right_stack.empty();
    const std::size_t first = is_sum ? 0 : result;
    const std::size_t end = is_sum ? product->right_stack.size() : result + 1;
    for (std::size_t i = first; i < end; ++i) {
        operands.push_back(in_stack(product->left, product->left_stack, i));
        operands.push_back(in_stack(product->right, product->right_stack, i));
    }
    if (product->adds) operands.push_back(in_stack(product->result, product->result_stack, result));
    return operands;
}

/// Of code for runs that look at every value, in which only a stack has several.
std::vector<MemberRange> results_of(const Instruction& instruction) {
    std::vector<MemberRange> results;
    const auto* const product = std::get_if<ProductCall>(&instruction);
    const bool is_stack = product != nullptr && !product->result_stack.empty();
    if (is_stack)
        for (std::size_t i = 0; i < product->result_stack.size(); ++i)
            results.push_back(in_stack(product->result, product->result_stack, i));
    else
        for_each_result(instruction, [&](const MemberRange& site) { results.push_back(site); });
    return results;
}

/// Members of one part that follow each other in memory.
struct Members {
    Member first;
    std::size_t count = 1;
};

/// Where a run stands that is watched.
template <class Number>
class FiniteRun {
 public:
    FiniteRun(Machine<Number>& machine, const Rolled& rolled, const Reads& reads,
              std::span<const Loop> loops)
        : machine_(machine), rolled_(rolled), reads_(reads), loops_(loops) {}

    void run() {
        require_finite_leaves();
        for_each_place([&](const RunPlace& place) {
            machine_.carry_out(place);
            const std::vector<MemberRange> results = results_of(at(place));
            for (std::size_t i = 0; i < results.size(); ++i)
                if (const auto bad = first_not_finite(members(results[i], place.round)))
                    fail(place, i, *bad);
            return true;
        });
    }

 private:
    /// Visits the instructions in their order until `visit` returns false.
    template <class Visit>
    void for_each_place(const Visit& visit) const {
        for (std::size_t loop = 0; loop < loops_.size(); ++loop)
            for (std::size_t round = 0; round < loops_[loop].rounds; ++round)
                for (std::size_t i = 0; i < loops_[loop].body.size(); ++i)
                    if (!visit(RunPlace{loop, round, i})) return;
    }

    const Instruction& at(const RunPlace& place) const {
        return loops_[place.loop].body[place.instruction];
    }

    Members members(const MemberRange& site, std::size_t round) const {
        return {{site.part, site.step + site.move * static_cast<std::int32_t>(round)},
                static_cast<std::size_t>(site.members)};
    }

    /// The one that is `distance` members further on in memory.
    Member after(Member member, std::size_t distance) const {
        const Part& part = rolled_[member.part];
        return {member.part, part.step_of(part.place_of(member.t) + distance)};
    }

    /// Visits the columns of members, from the first to the last, until `visit` returns false.
    template <class Visit>
    void for_each_column(const Members& members, const Visit& visit) const {
        const Shape shape = rolled_[members.first.part].shape;
        for (std::size_t i = 0; i < members.count; ++i)
            for (int column = 0; column < shape.columns; ++column)
                if (!visit(i, machine_.column(after(members.first, i), column))) return;
    }

    std::optional<std::size_t> first_not_finite(const Members& members) const {
        std::optional<std::size_t> bad;
        for_each_column(members, [&](std::size_t member, std::span<const Number> column) {
            if (!std::ranges::all_of(column, [](Number x) { return std::isfinite(x); }))
                bad = member;
            return !bad;
        });
        return bad;
    }

    void require_finite_leaves() const {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Standing standing = reads_.standing(PartId{i});
            if (standing != Standing::given && standing != Standing::constant) continue;
            const Part& part = rolled_.parts[i];
            const Member first{PartId{i}, part.step_of(0)};
            if (const auto bad = first_not_finite({first, part.size()}))
                refuse(after(first, *bad), doubles({after(first, *bad), 1}), {}, {});
        }
    }

    /// Whether an instruction makes a part of a sum: of a sum over steps, or by a product of a sum of
    /// products. What it reads are not the operands of the sum's node then.
    bool adds_to_result(const Instruction& instruction, const MemberRange& result) const {
        const Part& part = rolled_[result.part];
        return is_sum_over_steps(part) ||
               (std::holds_alternative<ProductCall>(instruction) && part.op->role != Role::product);
    }

    /// What the instruction read may be gone: its result can stand in the same place. So the run is
    /// repeated up to it; the same values give the same bits.
    [[noreturn]] void fail(const RunPlace& failed, std::size_t number, std::size_t bad) {
        const MemberRange result = results_of(at(failed))[number];
        const Member member = after(members(result, failed.round).first, bad);
        const std::vector<double> value = doubles({member, 1});
        for_each_place([&](const RunPlace& place) {
            if (place.loop == failed.loop && place.round == failed.round &&
                place.instruction == failed.instruction)
                return false;
            machine_.carry_out(place);
            return true;
        });
        const std::vector<MemberRange> sites = operands_of(at(failed), number);
        const bool adds_to_sum = adds_to_result(at(failed), result);
        std::vector<std::pair<std::string, ValueRange>> operands;
        std::vector<ValueRange> ranges;
        for (const MemberRange& site : sites) {
            Members read = members(site, failed.round);
            if (site.members == result.members) read = {after(read.first, bad), 1};
            ranges.push_back(range_of(doubles(read)));
            const std::string so_far = site == result ? ", as far as it was summed" : "";
            operands.emplace_back(
                adds_to_sum ? fmt::format("it takes up {}{}", described(read), so_far)
                            : fmt::format("operand {} is {}", operands.size(), described(read)),
                ranges.back());
        }
        if (adds_to_sum) ranges.clear();  // not by slot
        refuse(member, value, std::move(operands), std::move(ranges));
    }

    std::string described(const Members& members) const {
        std::string first = describe(rolled_, members.first);
        if (members.count == 1) return first;
        return fmt::format("{} to {}", first,
                           describe(rolled_, after(members.first, members.count - 1)));
    }

    [[noreturn]] void refuse(Member member, const std::vector<double>& value,
                             std::vector<std::pair<std::string, ValueRange>> operands,
                             std::vector<ValueRange> ranges) const {
        const Part& part = rolled_[member.part];
        const std::string text =
            to_text({"run", part.op->name, in_step(rolled_, member), describe(rolled_, member),
                     ConstMatrixView{value.data(), part.shape.rows, part.shape.columns},
                     std::move(operands)});
        if (rolled_.nodes.empty() || rolled_.nodes[index(member.part)].empty())
            throw EvaluationError(text);
        throw NonFiniteError(text, rolled_.nodes[index(member.part)][part.place_of(member.t)],
                             range_of(value), std::move(ranges));
    }

    std::vector<double> doubles(const Members& members) const {
        std::vector<double> numbers;
        for_each_column(members, [&](std::size_t, std::span<const Number> column) {
            numbers.insert(numbers.end(), column.begin(), column.end());
            return true;
        });
        return numbers;
    }

    Machine<Number>& machine_;
    const Rolled& rolled_;
    const Reads& reads_;
    std::span<const Loop> loops_;
};

}  // namespace

template <class Number>
void run_finite(Machine<Number>& machine, const Rolled& rolled, const Reads& reads,
                std::span<const Loop> loops) {
    FiniteRun<Number>(machine, rolled, reads, loops).run();
}

template void run_finite(Machine<double>& machine, const Rolled& rolled, const Reads& reads,
                         std::span<const Loop> loops);
template void run_finite(Machine<float>& machine, const Rolled& rolled, const Reads& reads,
                         std::span<const Loop> loops);

}  // namespace revolute::detail
