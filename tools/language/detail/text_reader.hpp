#pragma once

#include <revolute/tools/language/detail/expression_reader.hpp>
#include <revolute/tools/language/detail/net_functions.hpp>
#include <revolute/tools/language/detail/net_source.hpp>
#include <revolute/tools/language/detail/net_syntax.hpp>

namespace revolute::detail {

/// What a text is: a net, which ends where its backward part begins, since that is not needed to
/// build it; or a derivation of one, all of whose parts are read, and in which names of the net are
/// known and dL/dh(t) is dh(t).
struct TextKind {
    bool is_derivation = false;
    KnownNames known{};
};

/// Reads a text. Throws ParseError for what is no line of the language.
NetSyntax read_text(const NetSource& source, const NetFunctions& functions,
                    const TextKind& kind = {});

}  // namespace revolute::detail
