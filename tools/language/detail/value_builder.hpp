#pragma once

#include <revolute/tools/language/detail/net_shapes.hpp>
#include <revolute/tools/language/detail/term_builder.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace revolute::detail {

/// A name, by its number, at a step; without one, at step 0.
struct NetMember {
    std::size_t name = 0;
    std::int32_t t = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a defaulted <=> for a pointer
    friend auto operator<=>(const NetMember&, const NetMember&) = default;
};

/// Builds the values that the lines of a text define, each when it is first needed. Time is no
/// order here: a line may read what is computed from the last step to the first.
class ValueBuilder {
 public:
    /// Throws ParseError where two lines define one value. All must outlive this.
    ValueBuilder(const NetParts& net, const NetShapes& shapes, const StepsByAxis& steps,
                 int columns, Graph& graph);

    /// Gives a name its value, which no line defines.
    void put(NetMember member, Expr value);
    /// The same with a value of one column that stands for as many as the batch has: what reads
    /// the member at a running step gets these, what reads it at a fixed step gets the one.
    void put_repeated(NetMember member, Expr one_column);
    /// Makes what all lines define, recurrence by recurrence in the order of the text.
    void make_all();
    bool has(NetMember member) const { return values_.contains(member); }
    Expr at(NetMember member) const { return values_.at(member); }
    /// The equation of each value that a line defines.
    const std::map<NetMember, std::size_t>& lines() const { return lines_; }
    /// What the term is at the steps of the context.
    TermValue value(const WrittenTerm& term, NumberContext& context);
    /// "h(3)", "y".
    std::string in_words(NetMember member) const;

 private:
    void find_lines();
    void add_line(std::size_t line, std::int32_t t);
    NumberContext context_of(NetMember member) const;
    void make(NetMember wanted);
    Expr built(NetMember member);
    void need(const WrittenTerm& term, NumberContext& context, std::vector<NetMember>& open) const;
    void require_defined(NetMember member, const WrittenTerm& term) const;
    [[noreturn]] void fail_in_circle(const std::vector<NetMember>& open) const;
    NetMember member_of(const WrittenTerm& term, const NumberContext& context) const;
    Expr read(const WrittenTerm& term, const NumberContext& context);

    const NetParts& net_;
    const NetShapes& shapes_;
    const StepsByAxis& steps_;
    int columns_;
    Graph& graph_;
    TermBuilder terms_;
    std::map<NetMember, std::size_t> lines_;
    std::map<NetMember, Expr> values_;
    std::set<NetMember> repeated_;  // of one column, for each of the batch
    std::set<NetMember> begun_;
};

/// The line of the text at a place, for the nodes that come of it.
inline SourceLine source_line(const NetSource& source, TextPlace place) {
    return {source.name().c_str(), place.line};
}

}  // namespace revolute::detail
