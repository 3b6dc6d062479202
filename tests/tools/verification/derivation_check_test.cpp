#include <revolute/graph/values/error.hpp>
#include <revolute/tools/verification/derivation_check.hpp>
#include <support/message.hpp>
#include <support/net_derivations.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace revolute;

namespace {

NetText known(std::string_view name) { return read_net(known_net(name)->text, std::string(name)); }

/// Elman's net, whose first state is given.
NetText elman() { return read_net("h(-1) given" + std::string(known_net("elman")->text), "elman"); }

DerivationCheck checked(const std::string& derivation) {
    return check_derivation(elman(), derivation, "homework");
}

/// What is found of the one line of a derivation.
CheckedLine line(const std::string& derivation) {
    DerivationCheck check = checked(derivation);
    REQUIRE(check.lines.size() == 1);
    return check.lines.front();
}

std::vector<LineVerdict> verdicts(const DerivationCheck& check) {
    std::vector<LineVerdict> all;
    for (const CheckedLine& one : check.lines) all.push_back(one.verdict);
    return all;
}

}  // namespace

TEST_CASE("derivations: all that derive prints of every net is right") {
    for (const KnownNet& net : test::nets_with_equations()) {
        CAPTURE(net.name);
        const NetText text = known(net.name);
        const DerivationOptions options{.sizes = test::sizes_of_text(6)};
        const DerivationCheck check =
            check_derivation(text, test::derived_text(text), "derived", options);
        CHECK(check.lines.size() > 5);
        CHECK(to_text(check).find("WRONG") == std::string::npos);
        CHECK(check.passes());
        // Adjoints of values that simplification writes as others have no lines.
        for (const std::string& missing : check.missing)
            CHECK(missing.find(" at ") != std::string::npos);
    }
}

TEST_CASE("derivations: N counts the first steps where simplification leaves nothing of them") {
    const std::string of_all = "L = 1/N sum(t=0..T) mean |h(t) - Y(t)|^2\n";
    for (const std::string& lines : std::vector<std::string>{
             "h(t) = tanh(t * (W x(t))) + U h(t-1)\n" + of_all,
             "h(t) = tanh(W x(t)) + U h(t-1)\nh(0) = 0\n" + of_all,
             "h(t) = tanh(W x(t)) + U h(t-1)\nL = 1/N sum(t=0..T) t * mean |h(t) - Y(t)|^2\n",
             "h(t) = U h(t-1) + c(t-1)\nc(t) = tanh(V h(t-1)) + t * x(t)\n" + of_all,
             "h(t) = (W x(t)) o h(t-1) + c(t-1)\nc(t) = tanh(U x(t)) o sigmoid(V h(t-1)) o d(t-1)\n"
             "d(t) = t * tanh(P x(t))\nL = N mean |h(T) - Y|^2\n",
             "h(t) = tanh(t * (W x(t)) + U h(t-1)) o h(t-1) + t * x(t)\nL = 1/N sum(h(T)^2)\n"}) {
        CAPTURE(lines);
        const NetText text = read_net("x: 3   h: 3\n" + lines, "net");
        const std::string derived = test::derived_text(text);
        CAPTURE(derived);
        CHECK(derived.find("# t = 0..T, N = T + 1 steps") == 0);
        const DerivationCheck check =
            check_derivation(text, derived, "derived", {.sizes = test::sizes_of_text(9)});
        CHECK(check.lines.size() > 5);
        CHECK(check.passes());
    }
    for (const char* state : {"h(0) given", "h(0) trainable"}) {
        CAPTURE(state);
        const NetText text = read_net(fmt::format("x: 2  h: 3\nh(t) = tanh(W x(t) + U h(t-1))\n{}\n"
                                                  "L = 1/N sum(t=0..T) mean |h(t) - Y(t)|^2\n",
                                                  state),
                                      "net");
        const std::string derived = test::derived_text(text);
        CAPTURE(derived);
        CHECK(derived.find("# t = 0..T, N = T + 1 steps") == 0);
        CHECK(derived.find("t = 1..T\n") != std::string::npos);
        const DerivationOptions options{.sizes = test::sizes_of_text(7)};
        const DerivationCheck check = check_derivation(text, derived, "derived", options);
        CHECK(check.passes());
        CHECK(check.missing.empty());
    }
    const std::string from_one = test::derived_text(read_net(
        "x: 2  h: 3\nt = 1..T\nh(t) = tanh(W x(t) + U h(t-1))\nL = 1/N sum(h(T)^2)\n", "net"));
    CHECK(from_one.find("# t = 1..T, N = T steps") == 0);
}

TEST_CASE("derivations: losses of some of the last steps have equations, and these are right") {
    const std::string recurrence = "h(t) = tanh(W x(t) + U h(t-1))\n";
    const std::string window = "h(t) = tanh(W_0 x(t) + W_1 x(t-1) + W_2 x(t-2))\n";
    for (const std::string& net : std::vector<std::string>{
             recurrence + "L = sum(h(T)^2) + sum(h(T-2)^2)", recurrence + "L = sum(h(T-3)^2)",
             recurrence + "L = sum(h(T)^2) + sum(h(T-5)^2)",
             recurrence + "L = sum(h(3)^2) + sum(h(T-4)^2)",
             recurrence + "L = sum(h(T)^2) + sum(h(T-1)^2) + sum(h(T-2)^2) + sum(h(T-3)^2)",
             // Nothing is computed between the first and the last steps.
             window + "L = sum(h(T)^2)", window + "L = sum((V h(0) + h(T))^2)\nV: 3 x 3",
             window + "g(t) = tanh(V_0 h(t) + V_1 h(t-2))\nL = sum(g(T)^2)\ng: 2"}) {
        CAPTURE(net);
        const NetText text = read_net("x: 2  h: 3\n" + net, "net");
        const std::string derived = test::derived_text(text);
        for (const int steps : {9, 10, 17}) {
            const DerivationCheck check =
                check_derivation(text, derived, "derived", {.sizes = test::sizes_of_text(steps)});
            CAPTURE(derived);
            CHECK(check.passes());
            CHECK(check.missing.empty());
        }
    }
}

TEST_CASE("derivations: a homework with five mistakes") {
    const DerivationCheck check = checked(
        "dy = y - Y\n"
        "dV = dy h(T)'\n"
        "dh(t) = U' dz(t+1)\n"
        "dz(t) = dh(t) o (1 - h(t))\n"
        "dW = sum(t=0..T) dz(t) x(t)\n"
        "dU = sum(t=0..T) dz(t) h(t)'\n"
        "db = -sum(t=0..T) dz(t)\n");
    using enum LineVerdict;
    CHECK(verdicts(check) == std::vector{right, right, right_in_part, wrong, wrong, wrong, wrong});
    CHECK(check.lines[2].wrong_at == std::vector<std::string>{"t = T"});
    CHECK(check.lines[2].mistake == "the term V' dy is missing there");
    REQUIRE(check.lines[2].right_lines.size() == 3);
    CHECK(check.lines[2].right_lines[0] == "dh(T) = V' dy");
    CHECK(check.lines[2].right_lines[1].find("dh(t) = U' dz(t+1) ") == 0);
    CHECK(check.lines[3].mistake == "(1 - h(t)), where 1 - h(t)^2 belongs");
    CHECK(check.lines[4].mistake == "x(t) is transposed there");
    CHECK(check.lines[5].mistake == "the step of h(t), which is one earlier there");
    CHECK(check.lines[6].mistake == "the sign of -sum(t=0..T) dz(t)");
    CHECK(check.missing == std::vector<std::string>{"dc", "dh(-1)"});
    CHECK_FALSE(check.passes());
}

TEST_CASE("derivations: right lines have the names of the derivation, and say what has none") {
    const NetText net = known("mgu");
    const DerivationCheck check =
        check_derivation(net,
                         "slope(t) = dn(t) o (1 - n(t)^2)\n"
                         "back(t) = U_n' slope(t)\n"
                         "unlike(t) = 2 U_n' slope(t)\n"
                         "df(t) = dh(t) o (n(t) - h(t-1)) + back(t) o h(t-1)\n"
                         "q(t) = df(t) o f(t) o (1 - f(t))\n"
                         "dh(t) = dh(t+1) o (1 - f(t+1)) + U_f' q(t+1) + back(t+1)   t = T-1..0\n"
                         "dU_n = sum(t=1..T) slope(t) h(t-1)'\n");
    REQUIRE(check.lines.size() == 7);
    CHECK(check.lines[3].verdict == LineVerdict::right);
    const CheckedLine& dh = check.lines[5];
    CHECK(dh.mistake == "the factor f(t+1) is missing beside back(t+1)");
    CHECK(std::ranges::count(
              dh.right_lines,
              "dh(t) = dh(t+1) o (1 - f(t+1)) + back(t+1) o f(t+1) + U_f' q(t+1)   t = T-1..0") ==
          1);
    CHECK(dh.made_lines.empty());
    const CheckedLine& dU = check.lines[6];
    REQUIRE(dU.right_lines.size() == 1);
    CHECK(dU.right_lines[0] == "dU_n = sum(t=1..T) slope(t) e(t)'");
    REQUIRE(dU.made_lines.size() == 1);
    CHECK(dU.made_lines[0] == "e(t) = f(t) o h(t-1)   t = 1..T");
    CHECK(to_text(check).find("          where  e(t) = f(t) o h(t-1)   t = 1..T\n") !=
          std::string::npos);
}

TEST_CASE("derivations: another form is right where its values are") {
    CHECK(checked("dL/dy = y - Y\n"
                  "delta(T) = (V' (y - Y)) o (1 - h(T)^2)\n"
                  "delta(t) = (U' delta(t+1)) o (1 - h(t)) o (1 + h(t))   t = T-1..0\n"
                  "dL/dW = sum(t=T..0) delta(t) x(t)'\n"
                  "dU = (sum(t=0..T) h(t-1) delta(t)')'\n"
                  "db = sum(t=0..T) delta(t)\n"
                  "dh(-1) = U' delta(0)\n"
                  "dz(t) = delta(t)\n")
              .passes());
    CHECK(checked("q(t) := dz(t)\ndh(t) = U' q(t+1)   t = T-1..0").passes());
    CHECK(line("dh_t = U' dz_{t+1}   t = T-1..0").verdict == LineVerdict::right);
    CHECK(line("dh[t] = 2 (0.5 (U' dz[t+1]))   t = T-1..0").verdict == LineVerdict::right);
}

TEST_CASE("derivations: a wrong line does not make others wrong") {
    using enum LineVerdict;
    CHECK(verdicts(checked("dz(t) = dh(t)\n"
                           "dW = sum(t=0..T) dz(t) x(t)'\n")) == std::vector{wrong, right});
}

TEST_CASE("derivations: steps that a line says from the last to the first are told in order") {
    const CheckedLine one = line("dz(t) = (U' dz(t+1)) o (1 - h(t)^2)   t = T..0");
    CHECK(one.verdict == LineVerdict::right_in_part);
    CHECK(one.wrong_at == std::vector<std::string>{"t = T"});
    const CheckedLine two = line("dh(t) = U' dz(t+1)   t = T..0");
    CHECK(two.mistake == "the term V' dy is missing there");
}

TEST_CASE("derivations: matrices that do not fit are told as such") {
    const CheckedLine product = line("dW = sum(t=0..T) x(t) h(t)");
    CHECK(product.verdict == LineVerdict::wrong);
    CHECK(product.mistake.find(
              "columns of the first operand (1) must equal rows of the second (4)") !=
          std::string::npos);
    const CheckedLine shape = line("dU = sum(t=0..T) dz(t)");
    CHECK(shape.mistake == "the right side is [4 x 1], and dU is [4 x 4]");
}

TEST_CASE("derivations: names that mean nothing are refused with what may be meant") {
    const auto message = [](const std::string& text) {
        return test::message_of<ParseError>([&] { checked(text); });
    };
    const std::string unknown = message("dW = sum(t=0..T) dzz(t) x(t)'");
    CHECK(unknown.find("homework:1:18: neither the net nor a line here says what dzz is") == 0);
    CHECK(message("dW = dz(0) x'").find("homework:1:12: x has a step in the net") == 0);
    CHECK(message("dW = q").find("neither the net nor a line here says what q is") !=
          std::string::npos);
}

TEST_CASE("derivations: a value that is called like an adjoint has the name that derive gives it") {
    struct Row {
        const char* text;
        const char* right;  // lines of a derivation
    };
    const Row rows[] = {
        {"x: 1 h: 1\nh(t) = tanh(w x(t) + h(t-1))\ndL = V h(T)\nL = dL^2\nV: 1 x 1\n",
         "ddL = 2 dL\ndh(T) = V ddL\n"},
        {"x: 1 dL: 1\ndL(t) = tanh(w x(t) + dL(t-1))\nL = sum(t=0..T) dL(t)\n", "ddL(T) = 1\n"},
        {"x: 1 h: 1\nh(t) = tanh(w x(t) + dL h(t-1))\nL = h(T)^2\n", "dh(T) = 2 h(T)\n"},
        {"x: 1 h: 1\nh(t) = tanh(w x(t) + h(t-1))\ndh = h(T)\nL = dh^2\n",
         "dh(T) = 2 h(T)\nddh_ = 2 dh_\n"},
        {"x: 1 h: 1\nh(t) = tanh(w x(t) + h(t-1))\ndw = V h(T)\nL = dw^2\nV: 1 x 1\n",
         "ddw_ = 2 dw_\ndh(T) = V ddw_\n"},
        {"x: 2 h: 2 V: 2 x 2\ndh(t) = W x(t) + U h(t-1)\nh(t) = tanh(dh(t))\ndL = V h(T)\n"
         "L_2 = sum(dL)\nL = L_2^2 + L_2\n",
         "ddL = broadcast(1 + 2 L_2, 2, 1)\n"},
        {"x: 2 z: 2 V: 2 x 2 dW: 2 x 2\ndz(t) = W x(t) + U z(t-1)\nz(t) = tanh(dz(t))\n"
         "z_2(t) = V z(t)\nL = sum(t=0..T) sum(z_2(t)^2) + sum(dW o dW)\n",
         "ddW_ = 2 dW_\nddz_(t) = dz(t) o (1 - z(t)^2)\n"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const NetText net = read_net(row.text);
        CHECK(check_derivation(net, row.right).passes());
        const DerivationCheck derived = check_derivation(net, test::derived_text(net));
        CAPTURE(to_text(derived));
        CHECK(derived.passes());
    }
}

TEST_CASE("derivations: values that are first asked for a step later keep their names") {
    for (const char* text :
         {"x: 2 h: 2\nh(t) = tanh(W x(t) + U h(t-1))\ng(t) = U h(t)\n"
          "L = sum(t=0..T) sum(g(t)^2)\n",
          "x: 2 h: 2 y: 2 V: 2 x 2\nh(t) = tanh(W x(t) + V y(t-1))\ny(t) = U h(t)\n"
          "q(t) = V y(t)\nL = sum(t=0..T) 1/2 mean |q(t) - Y(t)|^2\n",
          "x: 2 h: 2\nh(t) = tanh(W x(t) + U h(t-1))\ng(t) = U h(t)\nk(t) = U h(t-2)\n"
          "L = sum(t=0..T) sum(g(t) o k(t))\n",
          "x: 1 h: 1\nh(t) = w x(t) + p o h(t-1)\nc(t) = h(t) o p + c(t-1) o h(t-1)\n"
          "L = sum(c(T) o h(T))\n"}) {
        const NetText net = read_net(text);
        const std::string derived = test::derived_text(net);
        CAPTURE(derived);
        for (const char* second : {"  c_2(", "  g_2(", "  q_2("})  // no second value of a name
            CHECK(derived.find(second) == std::string::npos);
        CHECK(check_derivation(net, derived).passes());
    }
}

TEST_CASE("derivations: a net of one step and of one unit is judged too") {
    const NetText net = read_net(
        "x: 1   h: 1   y: 1\nh(t) = tanh(w x(t) + u h(t-1))\ny = v h(T)\nL = 1/2 mean |y - Y|^2\n");
    for (const int steps : {1, 2}) {
        const DerivationCheck check = check_derivation(
            net, "dy = y - Y\ndv = dy h(T)\ndh(T) = v dy\n", "d", {.sizes = {.steps = steps}});
        CHECK(check.passes());
        CHECK_FALSE(
            check_derivation(net, "dv = dy h(T)^2", "d", {.sizes = {.steps = steps}}).passes());
    }
}
