#pragma once

#include <revolute/graph/rolled.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

// What a program does, in terms of the members of a rolled graph: neither memory nor kind of number.

namespace revolute::detail {

/// Where an instruction of a loop reads or writes: in the first round at member `step` of the part, in
/// each further one `move` steps on. `members` of them, consecutive in time, are one matrix.
struct MemberRange {
    PartId part{};
    std::int32_t step = 0;
    std::int32_t move = 0;
    std::int32_t members = 1;
};

/// The part's operator by its reference kernel.
struct ReferenceCall {
    PartId part{};
    std::vector<MemberRange> operands;
    std::vector<Shape> operand_shapes;
    MemberRange result;
};

/// The part's operator by its fast kernel, on so many entries.
struct EntrywiseCall {
    PartId part{};
    std::vector<MemberRange> operands;
    MemberRange result;
    std::size_t entries = 0;
};

/// result = left right, or result += left right; [rows x inner] times [inner x columns].
struct ProductCall {
    PartId part{};
    MemberRange left, right, result;
    bool left_is_transposed = false;
    bool right_is_transposed = false;
    bool adds = false;
    int rows = 0;
    int columns = 0;
    int inner = 0;
};

using Instruction = std::variant<ReferenceCall, EntrywiseCall, ProductCall>;

/// Instructions that are repeated, step by step. One round: straight code.
struct Loop {
    std::optional<std::int32_t> axis;
    std::int32_t first = 0;   ///< step of the first round
    std::int32_t stride = 1;  ///< to the step of the next one
    std::size_t rounds = 1;
    std::vector<Instruction> body;
};

}  // namespace revolute::detail
