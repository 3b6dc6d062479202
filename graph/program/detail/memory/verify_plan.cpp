#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/memory/block_plan.hpp>
#include <revolute/graph/program/detail/memory/marked_memory.hpp>
#include <revolute/graph/program/detail/memory/verify_plan.hpp>
#include <revolute/graph/program/detail/run_in_thought.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace revolute::detail {

namespace {

constexpr PartId no_part{std::numeric_limits<std::uint32_t>::max()};

class PlanVerification {
 public:
    PlanVerification(const Rolled& rolled, const Reads& reads, const Code& code,
                     const MemoryPlan& plan, Units units)
        : rolled_(rolled),
          reads_(reads),
          code_(code),
          plan_(plan),
          units_(units),
          run_(rolled, code),
          memory_(rolled, plan),
          marks_(rolled.parts.size()),
          packs_(code.packs) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            marks_[i].resize(rolled.parts[i].size());
    }

    void run() {
        for_each_leaf([this](Member leaf) { write(leaf); });
        run_.begin([this](const Instruction& instruction) {
            memory_.begin_call();
            std::visit([this](const auto& call) { carry_out(call); }, instruction);
        });
        run_.end("it is needed at the end of the run");
        for (const Member& output : rolled_.outputs) {
            const Read& view = read_at(reads_.view(output.part), output.t);
            const Member value{view.target, view.step_at(output.t)};
            read(value);
            if (rolled_[output.part].shape != rolled_[value.part].shape)
                require_no_gaps(value.part);
        }
        for_each_leaf([this](Member leaf) { read(leaf); });
    }

 private:
    struct Pack {
        std::uint32_t mark = 0;
        std::size_t numbers = 0;
    };

    template <class Visit>
    void for_each_leaf(const Visit& visit) const {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Standing standing = reads_.standing(PartId{i});
            if (standing != Standing::given && standing != Standing::constant) continue;
            for (std::size_t place = 0; place < rolled_.parts[i].size(); ++place)
                visit(Member{PartId{i}, rolled_.parts[i].step_of(place)});
        }
    }

    void carry_out(const EntrywiseCall& call) {
        const BlockPlan blocks(call, code_.residence);
        for (const EntrywiseStep& step : call.steps)
            if (in_memory(step.result.part)) note_write(now(step.result));
        std::vector<std::optional<MemberRange>> in_block(blocks.count);
        std::size_t number = 0;
        for (const EntrywiseStep& step : call.steps) {
            for (const MemberRange& operand : step.operands) {
                const std::size_t block = blocks.numbers[number++];
                if (block == BlockPlan::none)
                    read_entries(call, operand);
                else if (in_block[block] != operand)
                    fail("is not in the block in which it is read", now(operand).at(0));
            }
            const std::size_t block = blocks.numbers[number++];
            if (block == BlockPlan::none)
                write(now(step.result));
            else
                in_block[block] = step.result;
        }
    }

    /// Of a constant a call reads the same numbers for each of its blocks.
    void read_entries(const EntrywiseCall& call, const MemberRange& site) {
        if (reads_.standing(site.part) == Standing::constant) {
            const std::size_t entries = call.shape.size() * static_cast<std::size_t>(call.members);
            const Stretch block{plan_.layouts[index(site.part)].offset,
                                std::min(units_.block, entries)};
            return require(block, marks_[index(site.part)].front(), {site.part, 0});
        }
        const bool is_one_for_all = site.members == 1 && call.members > 1;
        read(now(site));
        require_left_to(now(site), is_one_for_all ? no_entry : 0);
    }

    void carry_out(const ProductCall& call) {
        const auto factor = [](int rows, int columns, bool is_transposed) {
            return is_transposed ? Shape{columns, rows} : Shape{rows, columns};
        };
        const std::vector<MemberRange> results = sites_of(call.result, call.result_stack);
        require_matrix(results, {call.rows, call.columns});
        for (const MemberRange& site : results) note_write(now(site));
        read_factor(sites_of(call.right, call.right_stack),
                    factor(call.inner, call.columns, call.right_is_transposed));
        const std::vector<MemberRange> left = sites_of(call.left, call.left_stack);
        if (call.packed_left)
            read_pack(packs_[*call.packed_left], plan_.packs[*call.packed_left], left.front());
        else
            read_factor(left, factor(call.rows, call.inner, call.left_is_transposed));
        for (const MemberRange& site : results) {
            if (call.adds) read(now(site));
            write(now(site));
        }
    }

    void read_factor(const std::vector<MemberRange>& sites, Shape shape) {
        require_matrix(sites, shape);
        for (const MemberRange& site : sites) {
            read(now(site));
            require_left_to(now(site), no_entry);
        }
    }

    void carry_out(const PackCall& call) {
        const std::vector<MemberRange> sites = sites_of(call.left, call.left_stack);
        read_factor(sites, call.is_transposed ? Shape{call.inner, call.rows}
                                              : Shape{call.rows, call.inner});
        Pack& pack = packs_[call.number];
        pack.mark = new_mark({no_part, static_cast<std::int32_t>(call.number)});
        pack.numbers = units_.packed_size(call.rows, call.inner);
        mark({plan_.packs[call.number], pack.numbers}, pack.mark, now(call.left).at(0));
    }

    void read_pack(const Pack& pack, std::size_t begin, const MemberRange& left) {
        const Stretch place{begin, pack.numbers};
        const Member first = now(left).at(0);
        require(place, pack.mark, first);
        if (!memory_.is_left_to(place, no_entry)) fail(written_while_read, first);
    }

    void carry_out(const OperatorCall& call) {
        note_write(now(call.result));
        require_no_gaps(call.result.part);
        for (const MemberRange& site : call.operands) {
            require_no_gaps(site.part);
            read(now(site));
            require_left_to(now(site), no_entry);
        }
        write(now(call.result));
    }

    bool in_memory(PartId part) const { return code_.residence[index(part)] != Residence::block; }

    SiteMembers now(const MemberRange& site) const { return run_.now(site); }

    std::uint32_t& mark_of(Member member) {
        return marks_[index(member.part)][rolled_[member.part].place_of(member.t)];
    }

    /// As one matrix of that shape in memory: members stand behind, parts of a stack below each
    /// other.
    void require_matrix(const std::vector<MemberRange>& sites, Shape seen) const {
        std::size_t rows = 0, end = 0;
        const Layout& first = plan_.layouts[index(sites.front().part)];
        for (const MemberRange& site : sites) {
            const SiteMembers members = now(site);
            const Part& part = rolled_[site.part];
            const Layout& layout = plan_.layouts[index(site.part)];
            const auto columns = static_cast<std::size_t>(part.shape.columns);
            const std::size_t begin =
                layout.offset + part.place_of(members.t) * layout.member_stride;
            if ((rows > 0 && begin != end) || layout.leading != first.leading ||
                (site.members > 1 && layout.member_stride != layout.leading * columns))
                fail("does not stand where its matrix has it", members.at(0));
            end = begin + static_cast<std::size_t>(part.shape.rows);
            rows += static_cast<std::size_t>(part.shape.rows);
        }
        // Without gaps a matrix may be seen in any shape of its size.
        const Shape shape = rolled_[sites.front().part].shape;
        const bool has_gaps = first.leading != static_cast<std::size_t>(shape.rows) &&
                              (sites.front().members > 1 || shape.columns > 1);
        if (has_gaps && rows != static_cast<std::size_t>(seen.rows))
            fail("is no matrix of the shape in which it is seen", now(sites.front()).at(0));
    }

    void require_no_gaps(PartId part) const {
        const Shape shape = rolled_[part].shape;
        if (shape.columns > 1 &&
            plan_.layouts[index(part)].leading != static_cast<std::size_t>(shape.rows))
            fail("must stand without gaps", Member{part, rolled_[part].step_of(0)});
    }

    void require(Stretch place, std::uint32_t mark, Member member) const {
        if (!memory_.contains(place)) fail("stands beyond the memory", member);
        if (const auto other = memory_.other_than(mark, place))
            fail("was overwritten before it was read", member, *other);
    }

    void note_write(const SiteMembers& members) {
        std::size_t entry = 0;
        for (std::int32_t i = 0; i < members.count; ++i)
            memory_.for_each_column(members.at(i), [&](Stretch column) {
                if (!memory_.contains(column)) fail("stands beyond the memory", members.at(i));
                if (!memory_.note_write(column, static_cast<std::uint32_t>(entry)))
                    fail("is written where another entry of the same pass is", members.at(i));
                entry += column.size;
            });
    }

    /// That the call writes nothing of it, or at most each entry while the same one is computed.
    void require_left_to(const SiteMembers& members, std::uint32_t entry) const {
        for (std::int32_t i = 0; i < members.count; ++i)
            memory_.for_each_column(members.at(i), [&](Stretch column) {
                if (!memory_.is_left_to(column, entry)) fail(written_while_read, members.at(i));
                if (entry != no_entry) entry += static_cast<std::uint32_t>(column.size);
            });
    }

    void read(const SiteMembers& members) {
        for (std::int32_t i = 0; i < members.count; ++i) read(members.at(i));
    }

    void read(Member member) {
        const std::uint32_t mark = mark_of(member);
        memory_.for_each_column(member, [&](Stretch column) { require(column, mark, member); });
    }

    void write(const SiteMembers& members) {
        for (std::int32_t i = 0; i < members.count; ++i) write(members.at(i));
    }

    void write(Member member) {
        const std::uint32_t written = mark_of(member) = new_mark(member);
        if (reads_.standing(member.part) == Standing::constant) {
            const Layout& layout = plan_.layouts[index(member.part)];
            return mark({layout.offset, layout.numbers}, written, member);
        }
        memory_.for_each_column(member, [&](Stretch column) { mark(column, written, member); });
    }

    void mark(Stretch place, std::uint32_t mark, Member member) {
        if (!memory_.contains(place)) fail("stands beyond the memory", member);
        memory_.mark(place, mark);
    }

    std::uint32_t new_mark(Member member) {
        written_.push_back(member);
        return static_cast<std::uint32_t>(written_.size());
    }

    [[noreturn]] void fail(std::string_view what, Member of, std::uint32_t stands_there = 0) const {
        if (stands_there == 0) run_.fail(what, of);
        const Member other = written_[stands_there - 1];
        run_.fail(what, of,
                  other.part == no_part
                      ? fmt::format("\n  in its place stands pack {}", other.t)
                      : fmt::format("\n  in its place stands {}", describe(rolled_, other)));
    }

    static constexpr std::string_view written_while_read =
        "is overwritten by the instruction that reads it";

    const Rolled& rolled_;
    const Reads& reads_;
    const Code& code_;
    const MemoryPlan& plan_;
    Units units_;
    RunInThought run_;
    MarkedMemory memory_;
    std::vector<std::vector<std::uint32_t>> marks_;  // by part and member, of the last write
    std::vector<Pack> packs_;
    std::vector<Member> written_;  // by mark, from 1
};

}  // namespace

void verify_plan(const Rolled& rolled, const Reads& reads, const Code& code, const MemoryPlan& plan,
                 Units units) {
    PlanVerification(rolled, reads, code, plan, units).run();
}

}  // namespace revolute::detail
