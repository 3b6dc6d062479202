#pragma once

#include <revolute/tools/language/detail/line_cursor.hpp>
#include <revolute/tools/language/detail/net_functions.hpp>
#include <revolute/tools/language/detail/net_syntax.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::detail {

/// What must be known of a text's names before its terms are read.
struct KnownNames {
    std::set<std::string> with_steps;  ///< that lines define step by step
    std::set<std::string> declared;  ///< without step, by lines that say their size or define them
    std::set<std::int32_t> axes{0};  ///< time axes on which lines define values
    bool has_partials = false;       ///< dL/dh(t) is the name dh(t)

    /// The axis of t or s where it counts steps in this text, by the letter of a running step.
    std::optional<std::int32_t> running(std::string_view letter) const;
    /// The same by the letter of the last step.
    std::optional<std::int32_t> last(std::string_view letter) const;
};

/// "h(t-1)", "h[t-1]", "h_{t-1}", "y".
struct WrittenName {
    std::string name;
    std::optional<WrittenStep> step{};
    TextPlace place{};
};

/// Reads the name that stands at the cursor, with its step where it has one; fails where none does.
WrittenName read_name(LineCursor& cursor, const KnownNames& names);

/// Reads terms: a sum of products of powers, each operator as docs/ops.md writes it.
class ExpressionReader {
 public:
    /// All must outlive the reader.
    ExpressionReader(LineCursor& cursor, const NetFunctions& functions, const KnownNames& names)
        : cursor_(cursor), functions_(functions), names_(names) {}

    /// The sum that stands at the cursor, as far as it reaches.
    WrittenTerm read() { return sum(0); }

    /// Terms may be nested so deep.
    static constexpr int most_nested = 100;
    /// Sums and lists over steps may be nested so deep: what they ask for is a power of N.
    static constexpr int most_over_steps = 2;

 private:
    /// How a product goes on, and what it is made of so far.
    struct Chain {
        WrittenTerm left;
        const Op* between_values =
            nullptr;                  ///< the operator between its factors that are no numbers
        bool ends_in_number = false;  ///< behind a sign: what would follow must not be beside it
    };

    WrittenTerm sum(int depth);
    WrittenTerm error_of_softmax(const Op& op, WrittenTerm left, WrittenTerm right) const;
    void refuse_mark(const WrittenTerm& term) const;
    WrittenTerm product(int depth);
    bool continue_product(Chain& chain, int depth);
    void join(Chain& chain, const Op& op, WrittenTerm right, TextPlace sign) const;
    WrittenTerm prefixed(int depth);
    WrittenTerm powered(int depth);
    WrittenTerm raised(WrittenTerm base, int depth);
    WrittenTerm exponent(int depth);
    WrittenTerm atom(int depth);
    WrittenTerm word(int depth);
    std::optional<WrittenTerm> size() const;
    WrittenTerm number();
    WrittenTerm in_parentheses(int depth);
    WrittenTerm in_brackets(int depth);
    WrittenTerm in_bars(int depth);
    WrittenTerm mean(int depth);
    WrittenTerm over_steps(bool is_sum, int depth);
    WrittenSteps steps_of_term();
    WrittenTerm sum_over_steps(int depth);
    WrittenTerm list_over_steps(int depth);
    WrittenTerm function(int depth);
    void arguments(const NetFunction& function, WrittenTerm& call, int depth);
    WrittenTerm attribute(int depth);
    bool is_over_steps_ahead() const;
    bool is_product_sign() const;
    bool begins_factor() const;
    WrittenTerm finished(WrittenTerm term, TextPlace first) const;

    LineCursor& cursor_;
    const NetFunctions& functions_;
    const KnownNames& names_;
    int open_bars_ = 0;
    int over_steps_ = 0;
    int as_numbers_ = 0;  // in attributes and divisors, where B is the number of columns
};

}  // namespace revolute::detail
