#include <revolute/graph/program/detail/passes/passes.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

/// By part: whether everything that touches it can do so where its columns stand apart.
std::vector<bool> stackable_parts(const Rolled& rolled, const Reads& reads, const Code& code) {
    std::vector<bool> stackable;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        stackable.push_back(reads.standing(PartId{i}) == Standing::computed ||
                            reads.standing(PartId{i}) == Standing::given);
    // A column is without gaps wherever it stands; other matrices must be seen as what they are.
    const auto see = [&](PartId part, Shape shape) {
        const Shape own = rolled[part].shape;
        if (own.columns != 1 && shape != own) stackable[index(part)] = false;
    };
    const auto see_factor = [&](const MemberRange& site, bool is_transposed, int rows,
                                int columns) {
        if (is_transposed) std::swap(rows, columns);
        see(site.part, {rows, columns / site.members});
    };
    for (const Loop& loop : code.loops)
        for (const Instruction& instruction : loop.body) {
            if (const auto* const call = std::get_if<ProductCall>(&instruction)) {
                see_factor(call->left, call->left_is_transposed, call->rows, call->inner);
                see_factor(call->right, call->right_is_transposed, call->inner, call->columns);
            } else if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction)) {
                for_each_read(instruction,
                              [&](const MemberRange& site) { see(site.part, entrywise->shape); });
            } else {  // reference kernels see matrices without gaps
                const auto see_gaps = [&](const MemberRange& site) { see(site.part, {}); };
                for_each_read(instruction, see_gaps);
                for_each_result(instruction, see_gaps);
            }
        }
    for (const Member& output : rolled.outputs)
        for (const Read& read : reads.view(output.part))
            see(read.target, rolled[output.part].shape);
    return stackable;
}

/// Products of one body that could be one: left factors are stacked, and results; in a sum, right
/// factors instead of these.
struct ProductGroup {
    std::size_t loop = 0;
    bool is_sum = false;
    std::vector<std::size_t> members;  ///< numbers of the instructions
};

/// Which part stands where in which stack.
class Stacks {
 public:
    Stacks(const Rolled& rolled, std::vector<bool> stackable)
        : rolled_(rolled), stackable_(std::move(stackable)), places_(rolled.parts.size()) {}

    /// Brings the numbers of two lists of parts into one order in which both are stacks, or pieces
    /// of stacks; one of them may make a stack longer. Returns whether there is one.
    bool arrange(std::vector<PartId>& first, std::vector<PartId>& second,
                 std::vector<std::size_t>& numbers) {
        if (!can_be_stack(first) || !can_be_stack(second)) return false;
        const bool second_decides =
            is_partly_placed(second) || (is_free(first) && !is_free(second));
        std::vector<PartId>& known = second_decides ? second : first;
        std::vector<PartId>& other = second_decides ? first : second;
        std::vector<PartId> stack =
            is_free(known) ? by_first_step(known, other) : stack_with(known);
        if (stack.empty()) return false;
        const std::vector<std::size_t> order = order_in(stack, known);
        first = reordered(first, order);
        second = reordered(second, order);
        numbers = reordered(numbers, order);
        const auto run = std::search(stack.begin(), stack.end(), known.begin(), known.end());
        if (run == stack.end() || !is_free_or_piece(other)) return false;
        // h(t) += h(t-1) W, e(t) += c(t-1) W: h cannot be in a stack with c and in another one with
        // e.
        if (is_free(other) && known != other && have_common(stack, other)) return false;
        put(std::move(stack));
        if (is_free(other)) put(other);
        return true;
    }

    std::vector<std::vector<PartId>> stacks;

 private:
    struct Place {
        std::size_t stack = std::numeric_limits<std::size_t>::max();
        std::size_t row = 0;  ///< counted in parts
    };

    template <class T>
    static std::vector<T> reordered(const std::vector<T>& values,
                                    const std::vector<std::size_t>& order) {
        std::vector<T> result;
        result.reserve(order.size());
        for (const std::size_t i : order) result.push_back(values[i]);
        return result;
    }

    /// The numbers of the parts, in the order of a stack that has them all.
    static std::vector<std::size_t> order_in(const std::vector<PartId>& stack,
                                             const std::vector<PartId>& parts) {
        std::map<PartId, std::size_t> numbers;
        for (const PartId part : parts) numbers.emplace(part, numbers.size());
        std::vector<std::size_t> order;
        for (const PartId part : stack)
            if (const auto found = numbers.find(part); found != numbers.end())
                order.push_back(found->second);
        return order;
    }

    /// Parts that begin together stand together, as they may be a stack by themselves elsewhere.
    std::vector<PartId> by_first_step(const std::vector<PartId>& parts,
                                      const std::vector<PartId>& others) const {
        std::vector<std::pair<std::int32_t, PartId>> begins;
        for (std::size_t i = 0; i < parts.size(); ++i)
            begins.emplace_back(
                std::max(rolled_[parts[i]].step_of(0), rolled_[others[i]].step_of(0)), parts[i]);
        std::ranges::stable_sort(begins, {}, [](const auto& each) { return each.first; });
        std::vector<PartId> stack;
        for (const auto& [step, part] : begins) stack.push_back(part);
        return stack;
    }

    Place& place(PartId part) { return places_[index(part)]; }
    bool is_placed(PartId part) { return place(part).stack < stacks.size(); }
    bool is_partly_placed(const std::vector<PartId>& parts) {
        return !is_free(parts) &&
               !std::ranges::all_of(parts, [this](PartId part) { return is_placed(part); });
    }

    /// The stack in which some of the parts stand, with those that stand in none at one of its
    /// ends, where the others are. Empty: there is no such.
    std::vector<PartId> stack_with(const std::vector<PartId>& parts) {
        std::vector<PartId> free;
        std::set<std::size_t> numbers, rows;
        for (const PartId part : parts) {
            if (is_placed(part)) {
                numbers.insert(place(part).stack);
                rows.insert(place(part).row);
            } else {
                free.push_back(part);
            }
        }
        if (numbers.size() != 1) return {};
        std::vector<PartId> stack = stacks[*numbers.begin()];
        if (free.empty()) return stack;
        if (*rows.rbegin() - *rows.begin() + 1 != rows.size()) return {};
        if (*rows.rbegin() + 1 == stack.size())
            stack.insert(stack.end(), free.begin(), free.end());
        else if (*rows.begin() == 0)
            stack.insert(stack.begin(), free.begin(), free.end());
        else
            return {};
        return can_be_stack(stack) ? stack : std::vector<PartId>{};
    }

    bool can_be_stack(std::vector<PartId> parts) const {
        const Part& first = rolled_[parts.front()];
        for (const PartId part : parts)
            if (!stackable_[index(part)] || rolled_[part].shape.columns != first.shape.columns ||
                rolled_[part].axis != first.axis || rolled_[part].runs.size() > 1)
                return false;
        std::ranges::sort(parts);
        return std::ranges::adjacent_find(parts) == parts.end();
    }

    static bool have_common(const std::vector<PartId>& a, const std::vector<PartId>& b) {
        return std::ranges::find_first_of(a, b) != a.end();
    }

    bool is_free(const std::vector<PartId>& parts) {
        return std::ranges::none_of(parts, [this](PartId part) { return is_placed(part); });
    }

    bool is_free_or_piece(const std::vector<PartId>& parts) {
        if (is_free(parts)) return true;
        const Place begin = place(parts.front());
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (place(parts[i]).stack != begin.stack || place(parts[i]).row != begin.row + i)
                return false;
        return true;
    }

    /// A stack of parts that stand in none, or one that has become longer.
    void put(std::vector<PartId> stack) {
        const auto placed =
            std::ranges::find_if(stack, [this](PartId part) { return is_placed(part); });
        const std::size_t number = placed == stack.end() ? stacks.size() : place(*placed).stack;
        for (std::size_t row = 0; row < stack.size(); ++row) place(stack[row]) = {number, row};
        if (number == stacks.size()) stacks.emplace_back();
        stacks[number] = std::move(stack);
    }

    const Rolled& rolled_;
    std::vector<bool> stackable_;
    std::vector<Place> places_;
};

/// What products of one group have in common. Those with stacked results share the right factor,
/// those with stacked right factors the result. Of parts that can be a stack they read as many
/// members, since they are as large.
using Likeness = std::tuple<bool, PartId, bool, bool, std::array<std::int32_t, 6>, int, int>;

Likeness likeness_of(const ProductCall& call, bool is_sum) {
    const MemberRange& shared = is_sum ? call.result : call.right;
    const MemberRange& stacked = is_sum ? call.right : call.result;
    const auto& left = call.left;
    return {is_sum,
            shared.part,
            call.right_is_transposed,
            !is_sum && call.adds,
            {shared.step, shared.move, stacked.step, stacked.move, left.step, left.move},
            call.columns,
            is_sum ? call.rows : call.inner};
}

/// Finds groups in a body, reading it once. A product joins those like it where it could stand in
/// the place of the first.
class ProductGroups {
 public:
    explicit ProductGroups(const Rolled& rolled) : rolled_(rolled), writes_(rolled.parts.size()) {}

    void find(std::size_t loop, const std::vector<Instruction>& body) {
        open_.clear();
        ++body_;
        for (std::size_t i = 0; i < body.size(); ++i) {
            if (const auto* const product = std::get_if<ProductCall>(&body[i]))
                join(loop, *product, i);
            for_each_result(body[i], [&](const MemberRange& site) {
                writes_[index(site.part)] = {body_, i + 1};
            });
        }
    }

    /// The largest first: smaller ones may be pieces of their stacks.
    std::vector<ProductGroup> found() && {
        std::erase_if(groups_, [](const ProductGroup& group) { return group.members.size() < 2; });
        std::ranges::stable_sort(groups_, std::greater(),
                                 [](const ProductGroup& group) { return group.members.size(); });
        return std::move(groups_);
    }

 private:
    /// By the last instruction that writes a part: its body's number and its own, both from 1.
    struct LastWrite {
        std::size_t body = 0;
        std::size_t instruction = 0;
    };

    /// Whether an instruction of this body, from that one on, has written the part.
    bool is_written_since(std::size_t instruction, PartId part) const {
        const LastWrite& last = writes_[index(part)];
        return last.body == body_ && last.instruction > instruction;
    }

    /// What stands below each other in memory stands so in a matrix only where each is seen as it
    /// is: a column that is read as a row is not.
    bool is_seen_as_it_is(const MemberRange& site, int rows, int columns) const {
        return rolled_[site.part].shape == Shape{rows, columns / site.members};
    }

    void join(std::size_t loop, const ProductCall& call, std::size_t number) {
        const bool is_sum = call.left_is_transposed && !call.right_is_transposed;
        if (call.left_is_transposed != is_sum ||
            !is_seen_as_it_is(call.left, is_sum ? call.inner : call.rows,
                              is_sum ? call.rows : call.inner) ||
            (is_sum && !is_seen_as_it_is(call.right, call.inner, call.columns)))
            return;
        const auto [entry, is_new] = open_.try_emplace(likeness_of(call, is_sum), groups_.size());
        if (!is_new && fits(groups_[entry->second], call)) {
            groups_[entry->second].members.push_back(number);
        } else {
            entry->second = groups_.size();
            groups_.push_back({loop, is_sum, {number}});
        }
    }

    /// Nothing has read the result yet, as it is complete then. What is added to one sum between
    /// its products may be added in any order.
    bool fits(const ProductGroup& group, const ProductCall& call) const {
        const std::size_t first = group.members.front();
        return !is_written_since(first, call.left.part) &&
               !is_written_since(first, call.right.part) &&
               (group.is_sum || !is_written_since(first, call.result.part));
    }

    const Rolled& rolled_;
    std::vector<LastWrite> writes_;  // by part
    std::size_t body_ = 0;
    std::map<Likeness, std::size_t> open_;
    std::vector<ProductGroup> groups_;
};

/// One product for all of a group, in the place of the first; the others are marked in `gone`.
void merge(Code& code, const ProductGroup& group, const std::vector<PartId>& left,
           const std::vector<PartId>& other, std::vector<bool>& gone) {
    std::vector<Instruction>& body = code.loops[group.loop].body;
    const auto call = [&](std::size_t number) -> ProductCall& {
        return std::get<ProductCall>(body[number]);
    };
    const std::size_t place = std::ranges::min(group.members);
    ProductCall merged = call(group.members.front());
    merged.adds = call(place).adds;
    int& total = group.is_sum ? merged.inner : merged.rows;
    total = 0;
    for (const std::size_t number : group.members) {
        total += group.is_sum ? call(number).inner : call(number).rows;
        gone[number] = number != place;
    }
    merged.left_stack = left;
    (group.is_sum ? merged.right_stack : merged.result_stack) = other;
    call(place) = std::move(merged);
}

}  // namespace

void merge_products(const Rolled& rolled, const Reads& reads, Code& code) {
    PassReport report{"merge", "products", count_of<ProductCall>(code.loops), 0};
    ProductGroups groups(rolled);
    std::vector<std::vector<bool>> gone;
    for (std::size_t i = 0; i < code.loops.size(); ++i) {
        groups.find(i, code.loops[i].body);
        gone.emplace_back(code.loops[i].body.size());
    }
    Stacks stacks(rolled, stackable_parts(rolled, reads, code));
    for (ProductGroup& group : std::move(groups).found()) {
        std::vector<PartId> left, other;
        for (const std::size_t number : group.members) {
            const auto& call = std::get<ProductCall>(code.loops[group.loop].body[number]);
            left.push_back(call.left.part);
            other.push_back(group.is_sum ? call.right.part : call.result.part);
        }
        if (stacks.arrange(left, other, group.members))
            merge(code, group, left, other, gone[group.loop]);
    }
    for (std::size_t i = 0; i < code.loops.size(); ++i) erase_marked(code.loops[i].body, gone[i]);
    code.stacks = std::move(stacks.stacks);
    report.after = count_of<ProductCall>(code.loops);
    code.passes.push_back(report);
}

}  // namespace revolute::detail
