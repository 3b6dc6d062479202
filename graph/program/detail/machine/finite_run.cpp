#include <revolute/graph/evaluate/detail/not_finite.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/machine/finite_run.hpp>
#include <revolute/graph/program/detail/machine/member_sources.hpp>
#include <revolute/graph/program/detail/machine/member_values.hpp>
#include <revolute/graph/program/detail/machine/watched_sites.hpp>

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

/// A member that was given something that is not finite; or an instruction made that of it.
struct Origin {
    struct Making {
        RunPlace place;
        std::size_t result = 0;
        std::size_t member = 0;  // of the result's
    };
    Member member;
    std::optional<Making> made{};
    Made kind = Made::minus_infinity;
    std::vector<std::pair<std::size_t, OriginId>>
        behind{};                    // by number of what the instruction reads
    std::vector<OriginId> joined{};  // what is joined goes back to
};

/// Where a run stands that is watched.
template <class Number>
class FiniteRun {
 public:
    FiniteRun(Machine<Number>& machine, const Rolled& rolled, const MemberSources& sources,
              const Reads& reads, std::span<const Loop> loops)
        : machine_(machine),
          values_(machine, rolled),
          rolled_(rolled),
          sources_(sources),
          reads_(reads),
          loops_(loops) {}

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

    const Origin& origin(OriginId id) const { return origins_[id - 1]; }

    auto kind_of_origin() const {
        return [this](OriginId id) { return origin(id).kind; };
    }

    OriginId add(Origin origin) {
        origins_.push_back(std::move(origin));
        return static_cast<OriginId>(origins_.size());
    }

    /// What is not finite among the given values; where one is an output, it is refused.
    void note_leaves() {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Standing standing = reads_.standing(PartId{i});
            if (standing != Standing::given && standing != Standing::constant) continue;
            const Part& part = rolled_.parts[i];
            for (std::size_t place = 0; place < part.size(); ++place) {
                const Member member{PartId{i}, part.step_of(place)};
                if (values_.are_finite(member)) continue;
                const OriginId given = add({member});
                std::vector<OriginId>& traced = traced_[key(member)];
                for (const Number value : values_.numbers({member, 1}))
                    traced.push_back(std::isfinite(value) ? 0 : given);
                if (is_output(member)) fail_for_output(member);
            }
        }
    }

    /// Values that an instruction reads, before it may write its result in their place.
    struct Read {
        Members members;
        Extent extent = Extent::whole;
        Shape shape;  // that it is read in
        std::vector<Number> values;
        std::vector<OriginId> origins;  // empty where all values are finite
    };

    /// Nothing while all values are finite.
    std::vector<Read> reads_of(const RunPlace& place, const MemberRange& result,
                               std::size_t number) const {
        std::vector<Read> all;
        if (traced_.empty()) return all;
        for (const ReadSite& read : operands_of(rolled_, at(place), result, number)) {
            const Members read_members = members(read.site, place.round);
            all.push_back({read_members, read.extent, read.shape, values_.numbers(read_members),
                           origins_among(read_members)});
        }
        return all;
    }

    std::vector<OriginId> origins_among(const Members& members) const {
        std::vector<OriginId> all;
        const std::size_t size = rolled_[members.first.part].shape.size();
        for (std::size_t i = 0; i < members.count; ++i)
            if (const auto found = traced_.find(key(values_.after(members.first, i)));
                found != traced_.end()) {
                all.resize(members.count * size, 0);
                std::ranges::copy(found->second,
                                  all.begin() + static_cast<std::ptrdiff_t>(i * size));
            }
        return all;
    }

    /// What is read for one member of a result.
    struct Operands {
        std::vector<Members> members;
        std::vector<Shape> shapes;
        std::vector<ReadValues<Number>> values;
    };

    /// For member k of a result of `count`: its own part, where as many are read.
    Operands operands_for(std::span<const Read> reads, std::size_t k, std::size_t count) const {
        Operands operands;
        for (const Read& read : reads) {
            const Shape shape = rolled_[read.members.first.part].shape;
            const bool is_own = read.members.count == count;
            const auto own = [&](auto all) {
                return is_own && !all.empty() ? all.subspan(k * shape.size(), shape.size()) : all;
            };
            operands.members.push_back(is_own ? Members{values_.after(read.members.first, k), 1}
                                              : read.members);
            operands.shapes.push_back(read.shape);
            operands.values.push_back({own(std::span<const Number>(read.values)),
                                       static_cast<std::size_t>(read.shape.rows), read.extent,
                                       own(std::span<const OriginId>(read.origins))});
        }
        return operands;
    }

    void look_at(const RunPlace& place, std::size_t number, const MemberRange& result,
                 std::span<const Read> reads) {
        const Members made = members(result, place.round);
        const bool reads_finite =
            std::ranges::all_of(reads, [](const Read& read) { return read.origins.empty(); });
        for (std::size_t k = 0; k < made.count; ++k) {
            const Member member = values_.after(made.first, k);
            const bool now_finite = values_.are_finite(member);
            if (now_finite && !traced_.empty()) traced_.erase(key(member));
            if (now_finite && reads_finite) continue;
            const Operands operands = operands_for(reads, k, made.count);
            const bool is_part_of_sum = adds_to_result(at(place), result);
            if (!reads_finite && !is_part_of_sum) require_nothing_lost(member, operands);
            if (now_finite) continue;
            traced_.insert_or_assign(
                key(member), origins_of_result({place, number, k}, member, operands,
                                               is_part_of_sum ? std::vector<bool>()
                                                              : joined_by(member, operands)));
            if (is_output(member)) fail_for_output(member);
        }
    }

    std::vector<OriginId> origins_of_result(const Origin::Making& making, Member member,
                                            const Operands& operands,
                                            const std::vector<bool>& joined) {
        std::map<Made, OriginId> own;
        const auto make = [&](Made what) {
            OriginId& id = own[what];
            if (id != 0) return id;
            if (what == Made::joined)
                id = add({member, making, what, {}, origins_joined(operands)});
            else
                id = add({member, making, what, origins_behind(operands)});
            return id;
        };
        const std::vector<Number> values = values_.numbers({member, 1});
        return origins_of<Number>(values, static_cast<std::size_t>(rolled_[member.part].shape.rows),
                                  operands.values, joined, kind_of_origin(), make);
    }

    std::vector<std::pair<std::size_t, OriginId>> origins_behind(const Operands& operands) const {
        std::vector<std::pair<std::size_t, OriginId>> behind;
        for (std::size_t i = 0; i < operands.values.size(); ++i) {
            const OriginId first = first_origin(operands.values[i].origins);
            if (first != 0 && origin(first).member != operands.members[i].first)
                behind.emplace_back(i, first);
        }
        return behind;
    }

    static std::vector<OriginId> origins_joined(const Operands& operands) {
        std::vector<std::span<const OriginId>> all;
        for (const ReadValues<Number>& operand : operands.values) all.push_back(operand.origins);
        return different_origins(all);
    }

    std::vector<bool> joined_by(Member member, const Operands& operands) const {
        const Part& part = rolled_[member.part];
        if (operands.values.empty() || !may_join(part.op->role)) return {};
        const auto values = matrices_of(operands);
        return values ? joined_entries(*part.op, part.attributes, *values, part.shape)
                      : std::vector<bool>();
    }

    /// None where an operand is a stack of what came at many steps.
    static std::optional<std::vector<Matrix>> matrices_of(const Operands& operands) {
        std::vector<Matrix> values;
        for (std::size_t i = 0; i < operands.values.size(); ++i) {
            const std::span<const Number> read = operands.values[i].values;
            const Shape shape = operands.shapes[i];
            if (read.size() != shape.size()) return std::nullopt;
            values.emplace_back(shape.rows, shape.columns,
                                std::vector<double>(read.begin(), read.end()));
        }
        return values;
    }

    /// Throws for something suspect that is read and that finite entries of the member count with.
    void require_nothing_lost(Member member, const Operands& operands) {
        const Part& part = rolled_[member.part];
        if (!may_hide(part.op->role)) return;
        std::vector<std::vector<bool>> marks;
        OriginId first = 0;
        for (const ReadValues<Number>& operand : operands.values) {
            marks.emplace_back();
            for (const OriginId id : operand.origins) {
                marks.back().push_back(id != 0 && origin(id).kind == Made::suspect);
                if (marks.back().back()) FirstOrigins::keep_first(first, id);
            }
        }
        if (first == 0) return;
        const auto values = matrices_of(operands);
        if (values &&
            counts_for_finite_entries(*part.op, part.attributes, *values, marks, part.shape))
            fail(first, note_of_loss(described({member})));
    }

    bool is_output(Member member) const {
        return std::ranges::find(rolled_.outputs, member) != rolled_.outputs.end();
    }

    [[noreturn]] void fail_for_output(Member output) {
        const OriginId told = origin_to_tell(traced_.at(key(output)), kind_of_origin());
        fail(told, origin(told).member == output ? "" : note_of_output(described({output})));
    }

    /// Throws for what was given or made there; the note says why, or nothing.
    [[noreturn]] void fail(OriginId id, const std::string& note) {
        const Origin& from = origin(id);
        std::vector<std::string> notes;
        if (!note.empty()) notes.push_back(note);
        if (from.made) fail(from, notes);
        refuse(from.member, values_.doubles({from.member, 1}), {}, {}, std::move(notes));
    }

    static std::pair<std::uint32_t, std::int32_t> key(Member member) {
        return {index(member.part), member.t};
    }

    /// Whether an instruction makes a part of a sum: of a sum over steps, or by a product of a sum
    /// of products. What it reads are not the operands of the sum's node then.
    bool adds_to_result(const Instruction& instruction, const MemberRange& result) const {
        const Part& part = rolled_[result.part];
        return is_sum_over_steps(part) ||
               (std::holds_alternative<ProductCall>(instruction) && part.op->role != Role::product);
    }

    /// What the instruction read may be gone: its result can stand in the same place. So the run is
    /// repeated up to it; the same values give the same bits.
    [[noreturn]] void fail(const Origin& from, std::vector<std::string> notes) {
        const RunPlace& to = from.made->place;
        for_each_place([&](const RunPlace& place) {
            if (place.loop == to.loop && place.round == to.round &&
                place.instruction == to.instruction)
                return false;
            machine_.carry_out(place);
            return true;
        });
        const MemberRange result = results_of(at(to))[from.made->result];
        const bool adds_to_sum = adds_to_result(at(to), result);
        std::vector<std::pair<std::string, ValueRange>> operands;
        std::vector<ValueRange> ranges;
        std::vector<std::string> names;
        for (const auto& [site, extent, shape] :
             operands_of(rolled_, at(to), result, from.made->result)) {
            Members read = members(site, to.round);
            if (site.members == result.members)
                read = {values_.after(read.first, from.made->member), 1};
            ranges.push_back(range_of(values_.doubles(read)));
            const std::string so_far = site == result ? ", as far as it was summed" : "";
            names.push_back(adds_to_sum ? described(read)
                                        : fmt::format("operand {}", operands.size()));
            operands.emplace_back(
                adds_to_sum ? fmt::format("it takes up {}{}", described(read), so_far)
                            : fmt::format("operand {} is {}", operands.size(), described(read)),
                ranges.back());
        }
        std::vector<std::string> behind, joined;
        if (from.kind == Made::joined) {
            for (const OriginId one : from.joined)
                joined.push_back(described({origin(one).member}));
            behind.push_back(note_of_joined(joined));
        }
        for (const auto& [number, id] : from.behind)
            behind.push_back(note_of_origin(names[number], described({origin(id).member})));
        notes.insert(notes.begin(), behind.begin(), behind.end());
        if (adds_to_sum) ranges.clear();  // not by slot
        machine_.carry_out(to);
        refuse(from.member, values_.doubles({from.member, 1}), std::move(operands),
               std::move(ranges), std::move(notes));
    }

    /// "h[0] [2 x 1] to h[5] [2 x 1], made at train.cpp:31": the source where all have one.
    std::string described(const Members& members) const {
        const Member last = values_.after(members.first, members.count - 1);
        const std::string& source = sources_.of(rolled_, last);
        std::string text = describe(rolled_, members.first);
        if (members.count > 1) text += " to " + describe(rolled_, last);
        const bool is_shared = source == sources_.of(rolled_, members.first);
        return source.empty() || !is_shared ? text : fmt::format("{}, {}", text, source);
    }

    [[noreturn]] void refuse(Member member, const std::vector<double>& value,
                             std::vector<std::pair<std::string, ValueRange>> operands,
                             std::vector<ValueRange> ranges, std::vector<std::string> notes) const {
        const Part& part = rolled_[member.part];
        const std::string text =
            to_text({"run", part.op->name, in_step(rolled_, member), described({member}),
                     ConstMatrixView{value.data(), part.shape.rows, part.shape.columns},
                     std::move(operands), std::move(notes)});
        if (rolled_.nodes.empty() || rolled_.nodes[index(member.part)].empty())
            throw EvaluationError(text);
        throw NonFiniteError(text, rolled_.nodes[index(member.part)][part.place_of(member.t)],
                             range_of(value), std::move(ranges));
    }

    Machine<Number>& machine_;
    MemberValues<Number> values_;
    const Rolled& rolled_;
    const MemberSources& sources_;
    const Reads& reads_;
    std::span<const Loop> loops_;
    std::vector<Origin> origins_;
    std::map<std::pair<std::uint32_t, std::int32_t>, std::vector<OriginId>>
        traced_;  // of what is not finite so far, by `key`
};

}  // namespace

template <class Number>
void run_finite(Machine<Number>& machine, const Rolled& rolled, const MemberSources& sources,
                const Reads& reads, std::span<const Loop> loops) {
    FiniteRun<Number>(machine, rolled, sources, reads, loops).run();
}

template void run_finite(Machine<double>& machine, const Rolled& rolled,
                         const MemberSources& sources, const Reads& reads,
                         std::span<const Loop> loops);
template void run_finite(Machine<float>& machine, const Rolled& rolled,
                         const MemberSources& sources, const Reads& reads,
                         std::span<const Loop> loops);

}  // namespace revolute::detail
