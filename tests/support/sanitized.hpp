#pragma once

namespace revolute::test {

// Sanitizers make a test some ten times as long. What they look for lies in the code that runs, not
// in the numbers that it computes, so that they need but some of the nets and random draws that
// take the same way.

#if defined(__SANITIZE_ADDRESS__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
constexpr bool is_sanitized = __has_feature(address_sanitizer);
#else
constexpr bool is_sanitized = false;
#endif

/// How many of so many random draws a test makes: a fifth with sanitizers, and one at least.
constexpr unsigned draws(unsigned all) { return is_sanitized ? (all + 4) / 5 : all; }

/// Whether a test takes its case of this number: with sanitizers every fifth, from 0 on.
constexpr bool is_taken(int number) { return !is_sanitized || number % 5 == 0; }

}  // namespace revolute::test
