#pragma once

#include <revolute/graph/op.hpp>
#include <revolute/tools/language/detail/net_source.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the text of a net says, line by line, before anybody asks what its names are.

namespace revolute::detail {

/// A step as it is written: "t-1", "3", "T-1".
struct WrittenStep {
    enum class From : std::uint8_t {
        variable,  ///< the step of the line, or of the sum around
        zero,      ///< a number
        last,      ///< the last step
    };

    From from = From::zero;
    std::optional<std::int32_t> axis{};  ///< none of a number, whose axis is that of the name
    std::int32_t offset = 0;             ///< what is added

    bool is_variable() const { return from == From::variable; }
};

/// "0..T", "T..0", or "1,3..T".
struct WrittenSteps {
    std::int32_t axis = 0;
    WrittenStep first, last;
    std::int32_t stride = 1;  ///< from one step to the next
    TextPlace place{};
};

/// A term as a tree, which is no deeper than the reader allows.
struct WrittenTerm {
    enum class Kind : std::uint8_t {
        name,       ///< of a value, with its step where it has one
        number,     ///< a literal
        size,       ///< t, T, N or B as a number
        operation,  ///< an operator with its operands and attributes
        sum,        ///< of the one operand over steps
        list,       ///< the operands over steps, as operands of an operator
    };

    Kind kind = Kind::name;
    TextPlace place{};
    std::string name{};  ///< of a name; of a size, its letter
    std::optional<WrittenStep> step{};
    double number = 0;
    std::int32_t axis = 0;  ///< of a size that is t or T
    const Op* op = nullptr;
    std::vector<WrittenTerm> operands{};
    std::vector<WrittenTerm>
        attributes{};       ///< terms that are numbers, by their place in the operator
    WrittenSteps steps{};   ///< of a sum or a list
    bool is_below = false;  ///< of a list: its members stand below each other

    bool is_number() const;
};

using TermKind = WrittenTerm::Kind;

/// "h(t) = ...   t = 1..T".
struct WrittenEquation {
    std::string name;
    std::optional<WrittenStep> step{};
    WrittenTerm right{};
    std::optional<WrittenSteps> steps{};
    TextPlace left_place{};
    bool is_meaning = false;  ///< with := for =: the name is another one for the term
};

/// "h: 16", "E: 4 x 6".
struct WrittenSize {
    std::string name;
    int rows = 0;
    std::optional<int> columns{};
    bool is_batch = false;  ///< its columns are those of the batch, "x B"
    TextPlace place{};
};

/// "h(-1) given", "h(-1) trainable", "given W": a leaf that something is said of.
struct WrittenLeaf {
    std::string name;
    std::optional<WrittenStep> step{};
    bool is_trainable = false;
    TextPlace place{};
};

/// A net's text, read.
struct NetSyntax {
    std::vector<WrittenEquation> equations;
    std::vector<WrittenSize> sizes;
    std::vector<WrittenLeaf> leaves;
    std::vector<WrittenSteps> steps;  ///< "t = 1..T", which says where steps are counted from
};

}  // namespace revolute::detail
