#include <revolute/graph/detail/not_finite.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/finite_run.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
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

/// What an instruction reads for a result, and how much of it for one entry.
struct ReadSite {
    MemberRange site;
    Extent extent = Extent::whole;
};

/// What result number `result` of the instruction's stack is computed of: by slot of its operator unless it
/// adds to a sum. Of a packed factor, the factor.
std::vector<ReadSite> operands_of(const Rolled& rolled, const Instruction& instruction,
                                  const MemberRange& made, std::size_t result) {
    std::vector<ReadSite> operands;
    const auto* const product = std::get_if<ProductCall>(&instruction);
    if (product == nullptr) {
        const Part& part = rolled[made.part];
        for_each_read(instruction, [&](const MemberRange& site) {
            const Extent extent =
                site.members == made.members
                    ? extent_of(part.op->role, operands.size(), rolled[site.part].shape, part.shape)
                    : Extent::whole;
            operands.push_back({site, extent});
        });
        return operands;
    }
    const bool is_sum = !product->right_stack.empty();
    const std::size_t first = is_sum ? 0 : result;
    const std::size_t end = is_sum ? product->right_stack.size() : result + 1;
    const bool is_by_column = !product->right_is_transposed && product->right.members == 1;
    for (std::size_t i = first; i < end; ++i) {
        operands.push_back({in_stack(product->left, product->left_stack, i)});
        operands.push_back({in_stack(product->right, product->right_stack, i),
                            is_by_column ? Extent::column : Extent::whole});
    }
    if (product->adds)
        operands.push_back(
            {in_stack(product->result, product->result_stack, result), Extent::entry});
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

/// The member that a value which is not finite goes back to, and the instruction that made it; none: it was given.
struct Origin {
    Member member;
    struct Made {
        RunPlace place;
        std::size_t result = 0;
        std::size_t member = 0;  // of the result's
    };
    std::optional<Made> made;
};

/// Where a run stands that is watched.
template <class Number>
class FiniteRun {
 public:
    FiniteRun(Machine<Number>& machine, const Rolled& rolled, const Reads& reads,
              std::span<const Loop> loops)
        : machine_(machine), rolled_(rolled), reads_(reads), loops_(loops) {}

    void run() {
        note_leaves();
        for_each_place([&](const RunPlace& place) {
            const std::vector<MemberRange> results = results_of(at(place));
            std::vector<std::vector<Read>> reads;
            for (std::size_t i = 0; i < results.size(); ++i)
                reads.push_back(reads_of(place, results[i], i));
            machine_.carry_out(place);
            for (std::size_t i = 0; i < results.size(); ++i)
                look_at(place, i, results[i], reads[i]);
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

    bool is_finite(Member member) const {
        bool finite = true;
        for_each_column({member, 1}, [&](std::size_t, std::span<const Number> column) {
            finite = all_finite(column);
            return finite;
        });
        return finite;
    }

    std::vector<Number> values_of(const Members& members) const {
        std::vector<Number> numbers;
        for_each_column(members, [&](std::size_t, std::span<const Number> column) {
            numbers.insert(numbers.end(), column.begin(), column.end());
            return true;
        });
        return numbers;
    }

    /// What is not finite among the given values; where one is an output, it is refused.
    void note_leaves() {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Standing standing = reads_.standing(PartId{i});
            if (standing != Standing::given && standing != Standing::constant) continue;
            const Part& part = rolled_.parts[i];
            for (std::size_t place = 0; place < part.size(); ++place) {
                const Member member{PartId{i}, part.step_of(place)};
                if (is_finite(member)) continue;
                origins_.emplace(key(member), Origin{member, {}});
                if (is_output(member)) fail_for_output(member);
            }
        }
    }

    /// Values that an instruction reads, before it may write its result in their place.
    struct Read {
        Members members;
        Extent extent = Extent::whole;
        std::vector<Number> values;
    };

    /// Nothing while all values are finite.
    std::vector<Read> reads_of(const RunPlace& place, const MemberRange& result,
                               std::size_t number) const {
        std::vector<Read> all;
        if (origins_.empty()) return all;
        for (const ReadSite& read : operands_of(rolled_, at(place), result, number)) {
            const Members read_members = members(read.site, place.round);
            all.push_back({read_members, read.extent, values_of(read_members)});
        }
        return all;
    }

    void look_at(const RunPlace& place, std::size_t number, const MemberRange& result,
                 std::span<const Read> reads) {
        const Members made = members(result, place.round);
        for (std::size_t k = 0; k < made.count; ++k) {
            const Member member = after(made.first, k);
            if (is_finite(member)) continue;
            const auto [operands, read_members] = operands_for(reads, k, made.count);
            const std::vector<Number> values = values_of({member, 1});
            const auto rows = static_cast<std::size_t>(rolled_[member.part].shape.rows);
            if (is_made_not_finite<Number>(values, rows, operands))
                fail({place, number, k},
                     origin_notes(reads, k, made.count, adds_to_result(at(place), result)));
            const auto from = first_not_finite_operand<Number>(values, operands);
            const auto origin = from ? first_origin(read_members[*from]) : std::nullopt;
            origins_.insert_or_assign(key(member),
                                      origin ? *origin : Origin{member, {{place, number, k}}});
            if (is_output(member)) fail_for_output(member);
        }
    }

    /// What is read for member k of a result of `count`: its own part, where as many are read.
    std::pair<std::vector<ReadValues<Number>>, std::vector<Members>> operands_for(
        std::span<const Read> reads, std::size_t k, std::size_t count) const {
        std::vector<ReadValues<Number>> operands;
        std::vector<Members> read_members;
        for (const Read& read : reads) {
            const Shape shape = rolled_[read.members.first.part].shape;
            const bool is_own = read.members.count == count;
            const std::span<const Number> values(read.values);
            operands.push_back({is_own ? values.subspan(k * shape.size(), shape.size()) : values,
                                static_cast<std::size_t>(shape.rows), read.extent});
            read_members.push_back(is_own ? Members{after(read.members.first, k), 1}
                                          : read.members);
        }
        return {std::move(operands), std::move(read_members)};
    }

    std::optional<Origin> first_origin(const Members& members) const {
        for (std::size_t i = 0; i < members.count; ++i)
            if (const auto found = origins_.find(key(after(members.first, i)));
                found != origins_.end())
                return found->second;
        return std::nullopt;
    }

    std::vector<std::string> origin_notes(std::span<const Read> reads, std::size_t k,
                                          std::size_t count, bool adds_to_sum) const {
        std::vector<std::string> notes;
        const std::vector<Members> read_members = operands_for(reads, k, count).second;
        for (std::size_t slot = 0; slot < read_members.size(); ++slot)
            if (const auto origin = first_origin(read_members[slot]);
                origin && origin->member != read_members[slot].first)
                notes.push_back(note_of_origin(
                    adds_to_sum ? described(read_members[slot]) : fmt::format("operand {}", slot),
                    describe(rolled_, origin->member)));
        return notes;
    }

    bool is_output(Member member) const {
        return std::ranges::find(rolled_.outputs, member) != rolled_.outputs.end();
    }

    [[noreturn]] void fail_for_output(Member output) {
        const Origin origin = origins_.at(key(output));
        std::vector<std::string> notes;
        if (origin.member != output) notes.push_back(note_of_output(describe(rolled_, output)));
        if (origin.made) fail(*origin.made, std::move(notes));
        refuse(origin.member, doubles({origin.member, 1}), {}, {}, std::move(notes));
    }

    static std::pair<std::uint32_t, std::int32_t> key(Member member) {
        return {index(member.part), member.t};
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
    [[noreturn]] void fail(const Origin::Made& failed, std::vector<std::string> notes) {
        const RunPlace& to = failed.place;
        for_each_place([&](const RunPlace& place) {
            if (place.loop == to.loop && place.round == to.round &&
                place.instruction == to.instruction)
                return false;
            machine_.carry_out(place);
            return true;
        });
        const MemberRange result = results_of(at(to))[failed.result];
        const Member member = after(members(result, to.round).first, failed.member);
        const bool adds_to_sum = adds_to_result(at(to), result);
        std::vector<std::pair<std::string, ValueRange>> operands;
        std::vector<ValueRange> ranges;
        for (const auto& [site, extent] : operands_of(rolled_, at(to), result, failed.result)) {
            Members read = members(site, to.round);
            if (site.members == result.members) read = {after(read.first, failed.member), 1};
            ranges.push_back(range_of(doubles(read)));
            const std::string so_far = site == result ? ", as far as it was summed" : "";
            operands.emplace_back(
                adds_to_sum ? fmt::format("it takes up {}{}", described(read), so_far)
                            : fmt::format("operand {} is {}", operands.size(), described(read)),
                ranges.back());
        }
        if (adds_to_sum) ranges.clear();  // not by slot
        machine_.carry_out(to);
        refuse(member, doubles({member, 1}), std::move(operands), std::move(ranges),
               std::move(notes));
    }

    std::string described(const Members& members) const {
        std::string first = describe(rolled_, members.first);
        if (members.count == 1) return first;
        return fmt::format("{} to {}", first,
                           describe(rolled_, after(members.first, members.count - 1)));
    }

    [[noreturn]] void refuse(Member member, const std::vector<double>& value,
                             std::vector<std::pair<std::string, ValueRange>> operands,
                             std::vector<ValueRange> ranges, std::vector<std::string> notes) const {
        const Part& part = rolled_[member.part];
        const std::string text =
            to_text({"run", part.op->name, in_step(rolled_, member), describe(rolled_, member),
                     ConstMatrixView{value.data(), part.shape.rows, part.shape.columns},
                     std::move(operands), std::move(notes)});
        if (rolled_.nodes.empty() || rolled_.nodes[index(member.part)].empty())
            throw EvaluationError(text);
        throw NonFiniteError(text, rolled_.nodes[index(member.part)][part.place_of(member.t)],
                             range_of(value), std::move(ranges));
    }

    std::vector<double> doubles(const Members& members) const {
        const std::vector<Number> numbers = values_of(members);
        return {numbers.begin(), numbers.end()};
    }

    Machine<Number>& machine_;
    const Rolled& rolled_;
    const Reads& reads_;
    std::span<const Loop> loops_;
    std::map<std::pair<std::uint32_t, std::int32_t>, Origin>
        origins_;  // of what is not finite so far, by `key`
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
