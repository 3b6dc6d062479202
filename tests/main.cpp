#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>

int main(int arguments, char** values) {
    // Every program's memory plan is verified, also in the processes that tests start.
    setenv("REVOLUTE_VERIFY_PLANS", "all", 1);
    return doctest::Context(arguments, values).run();
}
