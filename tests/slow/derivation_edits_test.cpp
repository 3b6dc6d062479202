#include <revolute/ops/ops.hpp>
#include <revolute/tools/language/detail/text_reader.hpp>
#include <revolute/tools/support/random.hpp>
#include <revolute/tools/verification/derivation_check.hpp>
#include <support/net_derivations.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

// Derivations that are printed, rewritten by edits that leave them right, or make one line wrong.

using namespace revolute;

namespace {

using detail::TermKind;
using detail::WrittenTerm;

/// A derivation by its lines.
struct Derivation {
    const KnownNet* net;
    std::vector<std::string> lines;

    std::string text() const { return fmt::format("{}\n", fmt::join(lines, "\n")); }
};

/// Those of the forward part too: others read names that it has for parts of lines.
std::vector<std::string> equations_in(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        if (line.find(" = ") != std::string::npos && line.front() == ' ') lines.push_back(line);
    return lines;
}

/// The right side of a line with places in it, among the names of its derivation.
class LineReading {
 public:
    LineReading(const Derivation& derivation, std::size_t line)
        : source_(derivation.text(), "derivation"),
          functions_({}),
          syntax_(detail::read_text(source_, functions_, {true, {}})),
          line_(line) {}

    const WrittenTerm& right() const { return syntax_.equations[line_].right; }
    std::string text(const WrittenTerm& term) const { return std::string(source_.at(term.place)); }
    /// The line with this in place of the term.
    std::string with(const WrittenTerm& term, const std::string& other) const {
        std::string line = source_.lines()[line_];
        return line.replace(static_cast<std::size_t>(term.place.column - 1),
                            static_cast<std::size_t>(term.place.length), other);
    }

 private:
    detail::NetSource source_;
    detail::NetFunctions functions_;
    detail::NetSyntax syntax_;
    std::size_t line_;
};

template <class Visit>
void for_each_term(const WrittenTerm& term, const Visit& visit) {
    visit(term);
    for (const WrittenTerm& operand : term.operands) for_each_term(operand, visit);
}

bool is_of(const WrittenTerm& term, const Op& op) {
    return term.kind == TermKind::operation && term.op == &op && term.operands.size() == 2 &&
           !term.operands[0].is_number() && !term.operands[1].is_number();
}

/// Lines that say the same in another form.
std::vector<std::string> right_edits(const LineReading& line) {
    std::vector<std::string> edits;
    for_each_term(line.right(), [&](const WrittenTerm& term) {
        if (term.is_number() || term.kind == TermKind::list) return;
        const std::string own = line.text(term);
        const auto offer = [&](const std::string& other) {
            edits.push_back(line.with(term, fmt::format("({})", other)));
        };
        offer(fmt::format("(({})')'", own));
        offer(fmt::format("2 (0.5 ({}))", own));
        offer(fmt::format("-(-({}))", own));
        if (term.operands.size() != 2) return;
        const std::string a = line.text(term.operands[0]), b = line.text(term.operands[1]);
        if (is_of(term, add_op)) offer(fmt::format("({}) + ({})", b, a));
        if (is_of(term, subtract_op)) offer(fmt::format("(-({})) + ({})", b, a));
        if (is_of(term, hadamard_op)) offer(fmt::format("({}) o ({})", b, a));
        if (is_of(term, matmul_op)) offer(fmt::format("(({})' ({})')'", b, a));
    });
    return edits;
}

/// A line that is wrong for all values but a few, and a word by which its mistake is known.
struct WrongLine {
    std::string line;
    std::string word;
};

std::vector<WrongLine> wrong_edits(const LineReading& line) {
    std::vector<WrongLine> edits;
    const WrittenTerm& right = line.right();
    const std::string whole = line.text(right);
    edits.push_back({line.with(right, fmt::format("-({})", whole)), "sign"});
    edits.push_back({line.with(right, fmt::format("2 ({})", whole)), "factor"});
    for_each_term(right, [&](const WrittenTerm& term) {
        const std::string own = line.text(term);
        if (is_of(term, add_op) || is_of(term, subtract_op)) {
            const bool is_difference = term.op == &subtract_op;
            const std::string a = line.text(term.operands[0]), b = line.text(term.operands[1]);
            edits.push_back(
                {line.with(term, fmt::format("(({}) {} ({}))", a, is_difference ? '+' : '-', b)),
                 "sign"});
            if (&term == &right) edits.push_back({line.with(term, a), "missing"});
        }
        const bool is_running = term.kind == TermKind::name && term.step &&
                                term.step->is_variable() && term.name.front() != 'e';
        if (is_running) {
            const std::int32_t offset = term.step->offset + 1;
            edits.push_back(
                {line.with(term, fmt::format("{}(t{})", term.name,
                                             offset == 0 ? "" : fmt::format("{:+}", offset))),
                 "step"});
        }
    });
    return edits;
}

std::vector<Derivation> printed_derivations(const std::vector<KnownNet>& nets) {
    std::vector<Derivation> all;
    for (const KnownNet& net : nets)
        all.push_back({&net, equations_in(test::derived_text(read_net(net.text)))});
    return all;
}

std::size_t drawn(Random& random, std::size_t count) {
    return std::min(static_cast<std::size_t>(random.uniform(0, static_cast<double>(count))),
                    count - 1);
}

DerivationCheck checked(const Derivation& derivation) {
    return check_derivation(read_net(derivation.net->text), derivation.text(), "derivation",
                            {.sizes = test::sizes_of_text(6)});
}

/// Nets without another axis, in whose lines every running step is t.
std::vector<KnownNet> nets_of_one_axis() {
    std::vector<KnownNet> nets = test::nets_with_equations();
    std::erase_if(nets, [](const KnownNet& net) { return net.name == "attention"; });
    return nets;
}

}  // namespace

TEST_CASE("derivations: none of a thousand that are right is called wrong") {
    const std::vector<KnownNet> nets = nets_of_one_axis();
    const std::vector<Derivation> printed = printed_derivations(nets);
    Random random(1);
    for (int i = 0; i < 1000; ++i) {
        Derivation derivation = printed[static_cast<std::size_t>(i) % printed.size()];
        for (int edits = 0; edits < 3; ++edits) {
            const std::size_t line = drawn(random, derivation.lines.size());
            const std::vector<std::string> possible = right_edits(LineReading(derivation, line));
            if (!possible.empty())
                derivation.lines[line] = possible[drawn(random, possible.size())];
        }
        CAPTURE(derivation.net->name);
        CAPTURE(derivation.text());
        const DerivationCheck check = checked(derivation);
        CAPTURE(to_text(check));
        CHECK(check.passes());
    }
}

TEST_CASE("derivations: each of three hundred wrong lines is found, and the mistake named") {
    const std::vector<KnownNet> nets = nets_of_one_axis();
    const std::vector<Derivation> printed = printed_derivations(nets);
    Random random(2);
    int named = 0;
    constexpr int wanted = 300;
    for (int i = 0; i < wanted; ++i) {
        Derivation derivation = printed[static_cast<std::size_t>(i) % printed.size()];
        std::optional<WrongLine> wrong;
        std::size_t line = 0;
        while (!wrong) {
            line = drawn(random, derivation.lines.size());
            // Names of the derivation's own have no truth.
            if (derivation.lines[line].find("  d") != 0 ||
                derivation.lines[line].find("  delta") == 0)
                continue;
            const std::vector<WrongLine> possible = wrong_edits(LineReading(derivation, line));
            wrong = possible[drawn(random, possible.size())];
        }
        derivation.lines[line] = wrong->line;
        const DerivationCheck check = checked(derivation);
        CAPTURE(derivation.net->name);
        CAPTURE(wrong->line);
        REQUIRE(check.lines.size() == derivation.lines.size());
        for (std::size_t other = 0; other < check.lines.size(); ++other) {
            const LineVerdict verdict = check.lines[other].verdict;
            const bool is_wrong =
                verdict == LineVerdict::wrong || verdict == LineVerdict::right_in_part;
            CHECK(is_wrong == (other == line));
        }
        if (check.lines[line].mistake.find(wrong->word) != std::string::npos) ++named;
    }
    CHECK(named * 100 >= 85 * wanted);
}
