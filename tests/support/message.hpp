#pragma once

#include <doctest/doctest.h>

#include <string>
#include <typeinfo>
#include <utility>

namespace revolute::test {

/// Text of the exception that `action` throws, which must be a Kind and not a class derived from
/// it. Any other exception ends the test.
template <class Kind, class Action>
std::string message_of(Action&& action) {
    try {
        std::forward<Action>(action)();
    } catch (const Kind& error) {
        CHECK(typeid(error) == typeid(Kind));
        return error.what();
    }
    return "(nothing was thrown)";
}

}  // namespace revolute::test
