#pragma once

#include <revolute/graph/op.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// What a program does, in terms of the members of a rolled graph: neither memory nor kind of
// number.

namespace revolute::detail {

/// Where an instruction of a loop reads or writes: in the first round at member `step` of the part,
/// in each further one `move` steps on. `members` of them, consecutive in time, are one matrix.
struct MemberRange {
    PartId part{};
    std::int32_t step = 0;
    std::int32_t move = 0;
    std::int32_t members = 1;

    friend constexpr bool operator==(const MemberRange&, const MemberRange&) = default;
};

/// The part's operator on whole matrices.
struct OperatorCall {
    PartId part{};
    std::vector<MemberRange> operands;
    std::vector<Shape> operand_shapes;
    MemberRange result;
};

/// One operator by its fast kernel, or an expression that ends with it.
struct EntrywiseStep {
    PartId part{};
    /// Each of as many members as the call has, or one for all.
    std::vector<MemberRange> operands;
    MemberRange result;
    const ExpressionKernels* expression = nullptr;
};

/// Elementwise operators on matrices of one shape, one after another on each block of entries: so
/// what one of them leaves to the next is still in the first-level cache, or is in no memory but
/// there.
struct EntrywiseCall {
    std::vector<EntrywiseStep> steps;
    Shape shape;  ///< of a member
    std::int32_t members = 1;
};

/// result = left right, or result += left right; [rows x inner] times [inner x columns]. Where
/// several products are one, sites are those of the first, and the others stand below it in the
/// same stack.
struct ProductCall {
    PartId part{};
    MemberRange left, right, result;
    bool left_is_transposed = false;
    bool right_is_transposed = false;
    bool adds = false;
    int rows = 0;
    int columns = 0;
    int inner = 0;
    std::vector<PartId> left_stack{}, right_stack{}, result_stack{};  ///< empty: one part alone
    std::optional<std::uint32_t> packed_left{};  ///< the number of the pack that is read for it
};

/// Puts the left factor of products, [rows x inner], into the order in which they read it.
struct PackCall {
    MemberRange left;
    bool is_transposed = false;
    int rows = 0;
    int inner = 0;
    std::vector<PartId> left_stack{};
    std::uint32_t number = 0;  ///< of the pack
};

using Instruction = std::variant<OperatorCall, EntrywiseCall, ProductCall, PackCall>;

/// Instructions that are repeated, step by step. One round: straight code, in which no site moves.
struct Loop {
    std::optional<std::int32_t> axis;
    std::int32_t first = 0;   ///< step of the first round
    std::int32_t stride = 1;  ///< to the step of the next one
    std::size_t rounds = 1;
    std::vector<Instruction> body;
};

/// Calls `visit` with each site that the instruction reads: where it adds, the result too.
template <class Visit>
void for_each_read(const Instruction& instruction, const Visit& visit) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction)) {
        if (!product->packed_left) visit(product->left);  // else its pack
        visit(product->right);
        if (product->adds) visit(product->result);
    } else if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction)) {
        for (const EntrywiseStep& step : entrywise->steps)
            for (const MemberRange& operand : step.operands) visit(operand);
    } else if (const auto* const reference = std::get_if<OperatorCall>(&instruction)) {
        for (const MemberRange& operand : reference->operands) visit(operand);
    } else if (const auto* const pack = std::get_if<PackCall>(&instruction)) {
        visit(pack->left);
    }
}

/// A factor or a result: one site, or those of a stack.
template <class Visit>
void for_each_in_stack(MemberRange site, const std::vector<PartId>& stack, const Visit& visit) {
    if (stack.empty()) return visit(site);
    for (const PartId part : stack) {
        site.part = part;
        visit(site);
    }
}

inline std::vector<MemberRange> sites_of(MemberRange site, const std::vector<PartId>& stack) {
    std::vector<MemberRange> sites;
    for_each_in_stack(site, stack, [&](const MemberRange& each) { sites.push_back(each); });
    return sites;
}

/// Visits what the instruction reads; of a stack, all its parts.
template <class Visit>
void for_each_read_in_stack(const Instruction& instruction, const Visit& visit) {
    const auto* const product = std::get_if<ProductCall>(&instruction);
    const auto* const pack = std::get_if<PackCall>(&instruction);
    if (product != nullptr) {
        if (!product->packed_left) for_each_in_stack(product->left, product->left_stack, visit);
        for_each_in_stack(product->right, product->right_stack, visit);
        if (product->adds) for_each_in_stack(product->result, product->result_stack, visit);
    } else if (pack != nullptr) {
        for_each_in_stack(pack->left, pack->left_stack, visit);
    } else {
        for_each_read(instruction, visit);
    }
}

/// Calls `visit` with each site that the instruction writes: none of packs, which are no members.
template <class Visit>
void for_each_result(const Instruction& instruction, const Visit& visit) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction))
        visit(product->result);
    else if (const auto* const entrywise = std::get_if<EntrywiseCall>(&instruction))
        for (const EntrywiseStep& step : entrywise->steps) visit(step.result);
    else if (const auto* const reference = std::get_if<OperatorCall>(&instruction))
        visit(reference->result);
}

/// Calls `visit` with each site of an instruction that is no pack, to be changed.
template <class Visit>
void for_each_site(Instruction& instruction, const Visit& visit) {
    if (auto* const product = std::get_if<ProductCall>(&instruction)) {
        for (MemberRange* const site : {&product->left, &product->right, &product->result})
            visit(*site);
    } else if (auto* const entrywise = std::get_if<EntrywiseCall>(&instruction)) {
        for (EntrywiseStep& step : entrywise->steps) {
            for (MemberRange& operand : step.operands) visit(operand);
            visit(step.result);
        }
    } else if (auto* const reference = std::get_if<OperatorCall>(&instruction)) {
        for (MemberRange& operand : reference->operands) visit(operand);
        visit(reference->result);
    }
}

/// Visits what the instruction writes; of a stack, all its parts.
template <class Visit>
void for_each_result_in_stack(const Instruction& instruction, const Visit& visit) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction))
        for_each_in_stack(product->result, product->result_stack, visit);
    else
        for_each_result(instruction, visit);
}

/// The pack that the instruction makes or reads.
inline std::optional<std::uint32_t> pack_of(const Instruction& instruction) {
    if (const auto* const product = std::get_if<ProductCall>(&instruction))
        return product->packed_left;
    if (const auto* const pack = std::get_if<PackCall>(&instruction)) return pack->number;
    return std::nullopt;
}

/// What all instructions come to, each counted by `count`.
template <class Count>
std::size_t total(const std::vector<Loop>& loops, const Count& count) {
    std::size_t sum = 0;
    for (const Loop& loop : loops)
        for (const Instruction& instruction : loop.body) sum += count(instruction);
    return sum;
}

/// How many instructions are of that kind.
template <class Kind>
std::size_t count_of(const std::vector<Loop>& loops) {
    return total(loops, [](const Instruction& instruction) -> std::size_t {
        return std::holds_alternative<Kind>(instruction) ? 1 : 0;
    });
}

/// Takes out what is marked; the others keep their order.
template <class T>
void erase_marked(std::vector<T>& values, const std::vector<bool>& is_gone) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!is_gone[i]) std::swap(values[kept++], values[i]);
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(kept), values.end());
}

/// How long the values of a part are kept.
enum class Residence : std::uint8_t {
    slab,   ///< all members stand in memory
    round,  ///< one stands in memory: the next one takes its place
    block,  ///< none does: they are read in the call that makes them
};

/// What a pass found and what it left.
struct PassReport {
    std::string_view name;
    std::string_view of;  ///< what it counts
    std::size_t before = 0;
    std::size_t after = 0;
};

/// All that is known of a program before its memory is planned.
struct Code {
    std::vector<Loop> loops;
    /// Parts that stand below each other in memory, each column of the first followed by that of
    /// the second. Their members have as many columns, and those of one step stand together.
    std::vector<std::vector<PartId>> stacks;
    std::vector<Residence> residence;  ///< by part
    std::uint32_t packs = 0;           ///< how many there are
    std::vector<PassReport> passes;
    bool shares_places = true;  ///< a result may stand in the place of an operand
    bool is_watched = false;  ///< errors tell of factors that are packed, too, which stay for them
};

}  // namespace revolute::detail
