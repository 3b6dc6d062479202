#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/run_in_thought.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <string>

namespace revolute::detail {

void RunInThought::fail(std::string_view what, std::optional<Member> value,
                        std::string_view lines) const {
    std::string text = fmt::format("compile: a value of the program {}", what);
    if (value) text += fmt::format("\n  value is {}", describe(rolled_, *value));
    if (!what_follows_.empty()) {
        text += fmt::format("\n  {}", what_follows_);
    } else if (loop_ != before_all) {
        text += fmt::format("\n  instruction is number {} of loop {} in round {}", instruction_,
                            loop_, round_);
        for_each_result_in_stack(
            code_.loops[loop_].body[instruction_], [&](const MemberRange& site) {
                text += fmt::format("\n  it computes {}", describe(rolled_, now(site).at(0)));
            });
    }
    throw InternalError(text.append(lines));
}

}  // namespace revolute::detail
