#include <revolute/graph/program/detail/print_code.hpp>
#include <revolute/graph/program/detail/program_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>

namespace revolute {

namespace {

using detail::EntrywiseCall;
using detail::EntrywiseStep;
using detail::Instruction;
using detail::Loop;
using detail::MemberRange;
using detail::OperatorCall;
using detail::PackCall;
using detail::ProductCall;
using detail::Residence;

/// Counts what instructions do in one round, and adds up what all rounds do.
class Counts {
 public:
    Counts(const detail::Code& code, Precision precision)
        : code_(code), bytes_of_number_(precision == Precision::float64 ? 8 : 4) {}

    /// ", 18 flops, 144 bytes", or nothing where nobody knows.
    std::string of(const Loop& loop, const Instruction& instruction) {
        rounds_ = static_cast<double>(loop.rounds);
        return std::visit([this](const auto& call) { return this->counted(call); }, instruction);
    }

    double flops() const { return flops_; }

 private:
    static double operations_per_entry(const EntrywiseStep& step) {
        if (step.expression == nullptr)
            return static_cast<double>(std::max<std::size_t>(step.operands.size(), 2) - 1);
        return static_cast<double>(std::ranges::count(
            step.expression->expression, ExpressionToken::Kind::op, &ExpressionToken::kind));
    }

    std::string counted(const EntrywiseCall& call) {
        const auto entries =
            static_cast<double>(call.shape.size() * static_cast<std::size_t>(call.members));
        double operations = 0, sites = 0;
        const auto count_site = [&](const MemberRange& site) {
            sites += code_.residence[index(site.part)] == Residence::block ? 0 : 1;
        };
        for (const EntrywiseStep& step : call.steps) {
            operations += operations_per_entry(step);
            std::ranges::for_each(step.operands, count_site);
            count_site(step.result);
        }
        return counted(entries * operations, entries * sites);
    }

    static std::string counted(const OperatorCall&) { return ""; }

    std::string counted(const ProductCall& call) {
        const double rows = call.rows, columns = call.columns, inner = call.inner;
        return counted(2 * rows * columns * inner,
                       rows * inner + inner * columns + rows * columns * (call.adds ? 2 : 1));
    }

    std::string counted(const PackCall& call) { return counted(0, 2.0 * call.rows * call.inner); }

    /// Operations, and numbers that memory gives or takes.
    std::string counted(double flops, double numbers) {
        flops_ += flops * rounds_;
        return fmt::format(", {:.0f} flops, {:.0f} bytes", flops, numbers * bytes_of_number_);
    }

    const detail::Code& code_;
    double bytes_of_number_;
    double rounds_ = 1;
    double flops_ = 0;
};

}  // namespace

std::string explain(const Program& program) {
    const detail::ProgramCode& code = *program.state_->code;
    Counts counts(code.compiled, program.precision());
    std::string text;
    for (const Loop& loop : code.compiled.loops)
        text += detail::to_text(code.rolled, loop, [&](const Instruction& instruction) {
            return counts.of(loop, instruction);
        });
    for (const auto& [name, of, before, after] : code.compiled.passes)
        text += fmt::format("{}: {} {} -> {}\n", name, of, before, after);
    return text +
           fmt::format("{:.0f} flops in products and elementwise instructions, {} bytes in {}\n",
                       counts.flops(), program.bytes(),
                       program.precision() == Precision::float64 ? "doubles" : "floats");
}

}  // namespace revolute
