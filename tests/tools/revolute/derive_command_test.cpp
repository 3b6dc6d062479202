#include <support/golden.hpp>
#include <support/run_program.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

using test::Ran;

Ran derive(const std::string& arguments) { return test::run_program("derive " + arguments); }

void check_derived(const std::string& arguments, const std::string& golden) {
    CAPTURE(arguments);
    const Ran result = derive(arguments);
    CHECK(result.status == 0);
    test::check_golden("tools/golden/" + golden, result.output);
}

}  // namespace

TEST_CASE("derive: the simple RNN is equations 7.4 to 7.9") {
    check_derived("--cell simple", "equations_simple.txt");
}

TEST_CASE("derive: the simple RNN in LaTeX and Markdown") {
    check_derived("--cell simple --format latex", "equations_simple.tex");
    check_derived("--cell simple --format latex --transpose left", "equations_simple_left.tex");
    check_derived("--cell simple --format markdown", "equations_simple.md");
}

TEST_CASE("derive: GRU and LSTM") {
    check_derived("--cell gru", "equations_gru.txt");
    check_derived("--cell lstm", "equations_lstm.txt");
}

TEST_CASE("derive: the size of a batch is a symbol, whatever it is") {
    check_derived("--cell simple --batch 3", "equations_simple_batch.txt");
    check_derived("--cell simple --batch 32", "equations_simple_batch.txt");
    check_derived("--cell simple --batch 32 --format latex", "equations_simple_batch.tex");
    CHECK(derive("--cell lstm --batch 32 --steps 5 --as-built").output.find("32") ==
          std::string::npos);
}

TEST_CASE("derive: the rules that simplified the net are named on stderr") {
    const std::string errors = derive("--cell simple").errors;
    CHECK(errors ==
          "simplified: of 8 steps, 133 nodes became 126 by fold-constants, add-zero, "
          "accumulate-zero, scale-one, multiply-constant, "
          "product-zero\n");
    CHECK(derive("--cell simple --as-built").errors.empty());
}

TEST_CASE("derive: parts are chosen") {
    CHECK(derive("--parts gradients").output ==
          "# t = 0..T, N = T + 1 steps\n"
          "gradients\n"
          "  dW = sum(t=0..T) dz(t) x(t)'\n"
          "  dU = sum(t=1..T) dz(t) h(t-1)'\n"
          "  db = sum(t=0..T) dz(t)\n"
          "  dV = dy h(T)'\n"
          "  dc = dy\n");
}

TEST_CASE("derive: a number of steps is filled in, however large it is") {
    const std::string text = derive("--steps 1000000 --parts gradients").output;
    CHECK(text ==
          "# t = 0..999999, N = 1000000 steps\n"
          "gradients\n"
          "  dW = sum(t=0..999999) dz(t) x(t)'\n"
          "  dU = sum(t=1..999999) dz(t) h(t-1)'\n"
          "  db = sum(t=0..999999) dz(t)\n"
          "  dV = dy h(999999)'\n"
          "  dc = dy\n");
}

TEST_CASE("derive: what cannot be asked for is a usage error") {
    const Ran transpose = derive("--transpose left");
    CHECK(transpose.status == 2);
    CHECK(transpose.errors ==
          "--transpose: needs --format latex or markdown\n"
          "Run with --help for more information.\n");
    const Ran part = derive("--parts sideways");
    CHECK(part.status == 2);
    CHECK(part.errors ==
          "--parts: must be one of forward, backward, gradients (sideways)\n"
          "Run with --help for more information.\n");
}

}  // namespace revolute
