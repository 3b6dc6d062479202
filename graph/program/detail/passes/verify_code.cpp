#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/passes/ingredients.hpp>
#include <revolute/graph/program/detail/passes/verify_code.hpp>
#include <revolute/graph/program/detail/run_in_thought.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace revolute::detail {

namespace {

class CodeVerification {
 public:
    CodeVerification(const Rolled& rolled, const Reads& reads, const Code& code,
                     std::string_view made_by)
        : rolled_(rolled),
          reads_(reads),
          code_(code),
          made_by_(made_by),
          run_(rolled, code),
          definitions_(rolled, reads),
          values_(rolled.parts.size()),
          last_(rolled.parts.size()),
          packs_(code.packs) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            values_[i].resize(rolled.parts[i].size());
    }

    void run() {
        note_leaves();
        run_.begin([this](const Instruction& instruction) {
            ++call_number_;
            std::visit([this](const auto& call) { carry_out(call); }, instruction);
        });
        run_.end("it is needed at the end of the run");
        for (const Member& output : rolled_.outputs) {
            const Read& view = read_at(reads_.view(output.part), output.t);
            read({view.target, view.step_at(output.t)}, Reader::other);
        }
        run_.end("all instructions have been carried out");
        compare_with_graph();
    }

 private:
    struct Value {
        Ingredients made_of;
        bool is_computed = false;
        bool is_read = false;
    };
    /// The last members of a part that were computed, and in which call.
    struct LastWrite {
        SiteMembers members;
        std::size_t call = 0;
    };
    struct Pack {
        std::vector<SiteMembers> factor;
        bool is_transposed = false;
        int rows = 0, inner = 0;
    };
    enum class Reader : std::uint8_t { entrywise, sum_itself, other };

    void note_leaves() {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            const Standing standing = reads_.standing(PartId{i});
            if (standing == Standing::given || standing == Standing::constant)
                for (Value& leaf : values_[i]) leaf.is_computed = true;
        }
    }

    void compare_with_graph() const {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            if (reads_.standing(PartId{i}) != Standing::computed) continue;
            for (std::size_t place = 0; place < values_[i].size(); ++place) {
                const Member member{PartId{i}, rolled_.parts[i].step_of(place)};
                // A part of an expression is not computed by itself.
                if (values_[i][place].is_computed &&
                    values_[i][place].made_of != definitions_.of(member))
                    fail("is not made of what the graph makes it of", member);
            }
        }
    }

    void carry_out(const EntrywiseCall& call) {
        for (const EntrywiseStep& step : call.steps) {
            const SiteMembers result = now(step.result);
            require_operator(step.part, result);
            const bool is_sum = rolled_[step.part].op->role == Role::sum;
            if (result.count != call.members || rolled_[result.part].shape != call.shape)
                fail("has another extent than its call", result.at(0));
            bool adds = false;
            for (const MemberRange& operand : step.operands) {
                const SiteMembers operands = now(operand);
                if ((operands.count != 1 && operands.count != call.members) ||
                    rolled_[operands.part].shape.size() != call.shape.size())
                    fail("has another extent than its call", operands.at(0));
                const bool is_result = is_sum && operands == result;
                adds |= is_result;
                read(operands, is_result ? Reader::sum_itself : Reader::entrywise);
            }
            write(result, adds);
            for (std::int32_t i = 0; i < result.count; ++i) note_operands(step, result.at(i), i);
        }
    }

    void note_operands(const EntrywiseStep& step, Member result, std::int32_t number) {
        const auto operand_at = [&](std::size_t slot) {
            const MemberRange& site = step.operands[slot];
            return now(site).at(site.members == 1 ? 0 : number);
        };
        if (step.expression == nullptr) return note_call(result, step.operands.size(), operand_at);
        if (!is_expression(*step.expression, result, step.operands.size(), operand_at))
            fail("is not what its expression computes", result);
        value(result).made_of = definitions_.of(result);
    }

    template <class MemberAt>
    void note_call(Member result, std::size_t operands, const MemberAt& operand_at) {
        Ingredients& made_of = value(result).made_of;
        if (rolled_[result.part].op->role != Role::sum)
            return made_of.add_call(operands, operand_at);
        for (std::size_t i = 0; i < operands; ++i)
            if (const Member operand = operand_at(i); operand != result) made_of.add_value(operand);
    }

    /// Whether the graph computes the member by that expression of these operands.
    template <class MemberAt>
    bool is_expression(const ExpressionKernels& kernels, Member member, std::size_t operands,
                       const MemberAt& operand_at) const {
        std::vector<Member> waiting{member};
        for (const ExpressionToken& token : kernels.expression) {
            const Member next = waiting.back();
            waiting.pop_back();
            const Part& part = rolled_[next.part];
            switch (token.kind) {
                case ExpressionToken::Kind::op: {
                    if (part.op != token.op) return false;
                    const std::vector<Member> inner = definitions_.operands(next);
                    waiting.insert(waiting.end(), inner.rbegin(), inner.rend());
                    break;
                }
                case ExpressionToken::Kind::operand:
                    if (token.slot >= operands || operand_at(token.slot) != next) return false;
                    break;
                case ExpressionToken::Kind::number:
                    if (part.op != &constant_op || part.attribute_at(0, next.t) != token.number)
                        return false;
                    break;
            }
        }
        return true;
    }

    void carry_out(const OperatorCall& call) {
        const SiteMembers result = now(call.result);
        require_operator(call.part, result);
        for (std::size_t i = 0; i < call.operands.size(); ++i) {
            const SiteMembers operand = now(call.operands[i]);
            require_size({operand}, call.operand_shapes.at(i));
            read(operand, Reader::other);
            require_apart(operand, {result});
        }
        require_size({result}, rolled_[call.part].shape);
        write(result, false);
        note_call(result.at(0), call.operands.size(),
                  [&](std::size_t slot) { return now(call.operands[slot]).at(0); });
    }

    void carry_out(const ProductCall& call) {
        const std::vector<SiteMembers> left = all_now(call.left, call.left_stack);
        const std::vector<SiteMembers> right = all_now(call.right, call.right_stack);
        const std::vector<SiteMembers> results = all_now(call.result, call.result_stack);
        require_size(results, {call.rows, call.columns});
        require_size(right, {call.inner, call.columns});
        require_size(left, {call.rows, call.inner});
        if (call.packed_left)
            require_pack(*call.packed_left, {left, call.left_is_transposed, call.rows, call.inner});
        else
            read_factor(left, results);
        read_factor(right, results);
        for (const SiteMembers& result : results) {
            if (call.adds) read(result, Reader::sum_itself);
            write(result, call.adds);
        }
        note_products(call, left, right, results);
    }

    /// The products of members that a product of matrices that are made of them comes to:
    ///
    ///     [A; B] [x y] = [A x, A y; B x, B y]      [A; B]' [x; y] = A' x + B' y
    ///     [A B] [X Y]' = A X' + B Y'
    void note_products(const ProductCall& call, const std::vector<SiteMembers>& left,
                       const std::vector<SiteMembers>& right,
                       const std::vector<SiteMembers>& results) {
        const bool sums_stack = call.left_is_transposed, sums_members = call.right_is_transposed;
        const std::size_t terms = sums_stack ? left.size() : 1;
        const std::int32_t columns = sums_members ? 1 : right.front().count;
        if (right.size() != terms || results.size() != (sums_stack ? 1 : left.size()) ||
            left.front().count != (sums_members ? right.front().count : 1) ||
            results.front().count != columns)
            fail("is no matrix that the product's factors make", results.front().at(0));
        for (std::size_t row = 0; row < results.size(); ++row)
            for (std::int32_t column = 0; column < columns; ++column)
                for (std::size_t term = 0; term < terms; ++term)
                    for (std::int32_t step = 0; step < left.front().count; ++step) {
                        const Member a = left[sums_stack ? term : row].at(step);
                        const Member b = right[term].at(sums_members ? step : column);
                        const int rows =
                            results.size() > 1 ? rolled_[results[row].part].shape.rows : call.rows;
                        const int inner =
                            terms > 1 ? rolled_[a.part].shape.rows : call.inner / left[0].count;
                        value(results[row].at(column))
                            .made_of.add_product(
                                a, call.left_is_transposed && rows > 1 && inner > 1, b,
                                sums_members && inner > 1 && call.columns / columns > 1);
                    }
    }

    void carry_out(const PackCall& call) {
        const std::vector<SiteMembers> factor = all_now(call.left, call.left_stack);
        require_size(factor, {call.rows, call.inner});
        read_factor(factor, {});
        packs_.at(call.number) = {factor, call.is_transposed, call.rows, call.inner};
    }

    void require_pack(std::uint32_t number, const Pack& needed) const {
        const Pack pack = number < packs_.size() ? packs_[number] : Pack{};
        if (pack.factor != needed.factor || pack.is_transposed != needed.is_transposed ||
            pack.rows != needed.rows || pack.inner != needed.inner)
            fail("is not what was packed", needed.factor.front().at(0));
    }

    void read_factor(const std::vector<SiteMembers>& factor,
                     const std::vector<SiteMembers>& results) {
        for (const SiteMembers& members : factor) {
            read(members, Reader::other);
            require_apart(members, results);
        }
    }

    /// What does not go entry by entry writes before it has read all.
    void require_apart(const SiteMembers& read, const std::vector<SiteMembers>& written) const {
        for (const SiteMembers& result : written)
            if (result.overlap(read) ||
                (result.part == read.part && code_.residence[index(read.part)] == Residence::round))
                fail("is overwritten by the instruction that reads it", read.at(0));
    }

    void require_operator(PartId part, const SiteMembers& result) const {
        if (part != result.part) fail("is computed by the operator of another", result.at(0));
    }

    void require_size(const std::vector<SiteMembers>& matrix, Shape shape) const {
        std::size_t size = 0;
        for (const SiteMembers& members : matrix)
            size += rolled_[members.part].shape.size() * static_cast<std::size_t>(members.count);
        if (size != shape.size())
            fail("is no matrix of the shape in which it is seen", matrix.front().at(0));
    }

    void require_members(const SiteMembers& members) const {
        const Part& part = rolled_[members.part];
        for (std::int32_t i = 0; i < members.count; ++i)
            if (!part.has_member(members.t + i))
                fail(fmt::format("has no member at step {}", members.t + i),
                     Member{members.part, part.step_of(0)});
    }

    void read(const SiteMembers& members, Reader reader) {
        require_members(members);
        for (std::int32_t i = 0; i < members.count; ++i) {
            const Member member = members.at(i);
            if (!value(member).is_computed) fail("is read before it is computed", member);
            if (reader != Reader::sum_itself) value(member).is_read = true;
        }
        const LastWrite& last = last_[index(members.part)];
        switch (code_.residence[index(members.part)]) {
            case Residence::slab:
                break;
            case Residence::round:
                if (members != last.members)
                    fail("is read when another has taken its place", members.at(0));
                break;
            case Residence::block:
                if (last.call != call_number_ || reader == Reader::other)
                    fail("is read from memory, where it never stands", members.at(0));
                if (members != last.members)
                    fail("is not in the block in which it is read", members.at(0));
                break;
        }
        if (reader == Reader::entrywise && last.call == call_number_ && members != last.members &&
            members.overlap(last.members))
            fail("is read where another block of the same pass is written", members.at(0));
    }

    void write(const SiteMembers& members, bool adds) {
        require_members(members);
        for (std::int32_t i = 0; i < members.count; ++i) {
            const Member member = members.at(i);
            Value& written = value(member);
            if (reads_.standing(member.part) != Standing::computed)
                fail("is computed, which is there without", member);
            if (!adds && written.is_computed) fail("is computed twice", member);
            if (adds && written.is_read) fail("is added to after it was read", member);
            written.is_computed = true;
        }
        last_[index(members.part)] = {members, call_number_};
    }

    SiteMembers now(const MemberRange& site) const { return run_.now(site); }

    std::vector<SiteMembers> all_now(const MemberRange& site,
                                     const std::vector<PartId>& stack) const {
        std::vector<SiteMembers> all;
        for_each_in_stack(site, stack, [&](const MemberRange& each) { all.push_back(now(each)); });
        return all;
    }

    Value& value(Member member) {
        return values_[index(member.part)][rolled_[member.part].place_of(member.t)];
    }

    [[noreturn]] void fail(std::string_view what, Member value) const {
        run_.fail(what, value,
                  made_by_.empty() ? "" : fmt::format("\n  code is as {} made it", made_by_));
    }

    const Rolled& rolled_;
    const Reads& reads_;
    const Code& code_;
    std::string_view made_by_;
    RunInThought run_;
    Definitions definitions_;
    std::vector<std::vector<Value>> values_;  // by part and member
    std::vector<LastWrite> last_;             // by part
    std::vector<Pack> packs_;
    std::size_t call_number_ = 0;
};

}  // namespace

void verify_code(const Rolled& rolled, const Reads& reads, const Code& code,
                 std::string_view made_by) {
    CodeVerification(rolled, reads, code, made_by).run();
}

}  // namespace revolute::detail
