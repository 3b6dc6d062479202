#include <revolute/graph/values/error.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/verification/net_comparison.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace revolute;

namespace {

NetText known(std::string_view name) { return read_net(known_net(name)->text, std::string(name)); }

/// The text of a net with something in place of something else that stands there.
NetText changed(std::string_view name, std::string_view from, std::string_view to) {
    std::string text(known_net(name)->text);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return read_net(text.replace(at, from.size(), to), "mine");
}

}  // namespace

TEST_CASE("same: every net is the same as itself") {
    for (const KnownNet& net : known_nets()) {
        CAPTURE(net.name);
        NetComparisonOptions options;
        if (net.name == "attention") options.sizes.other_steps = {{1, 3}};
        const NetComparison comparison = compare_nets(known(net.name), known(net.name), options);
        CHECK(comparison.are_same());
        CHECK_FALSE(comparison.value);
        CHECK(to_text(comparison) == "Losses and gradients are the same.\n");
    }
}

TEST_CASE("same: another form of a net is the same function, though a value between is another") {
    CHECK(compare_nets(known("gru"), changed("gru", "(1 - z(t)) o n(t) + z(t) o h(t-1)",
                                             "n(t) + z(t) o (h(t-1) - n(t))"))
              .are_same());
    // The gate turned round, and its own parameters with it.
    const NetText turned = read_net(
        "x: 2 h: 3 y: 1\nz(t) = sigmoid(W x(t) + b)\nh(t) = (1 - z(t)) o h(t-1) + z(t) o x_(t)\n"
        "x_(t) = V x(t)\ny = v h(T)\nL = 1/2 mean |y - Y|^2\n",
        "one");
    const NetText other = read_net(
        "x: 2 h: 3 y: 1\nz(t) = sigmoid(-(W x(t) + b))\nh(t) = z(t) o h(t-1) + (1 - z(t)) o x_(t)\n"
        "x_(t) = V x(t)\ny = v h(T)\nL = 1/2 mean |y - Y|^2\n",
        "two");
    const NetComparison comparison = compare_nets(turned, other);
    CHECK(comparison.are_same());
    REQUIRE(comparison.value);
    CHECK(comparison.value->value == "z(0)");
    CHECK(to_text(comparison)
              .find("Losses and gradients are the same.\nA value between is another "
                    "one: z(0) is ") == 0);
}

TEST_CASE("same: where nets differ, the first value that does is told with both lines") {
    const NetComparison comparison =
        compare_nets(known("gru"), changed("gru", "(1 - z(t)) o n(t) + z(t) o h(t-1)",
                                           "z(t) o n(t) + (1 - z(t)) o h(t-1)   # remark"));
    CHECK_FALSE(comparison.are_same());
    REQUIRE(comparison.value);
    CHECK(comparison.value->value == "h(0)");
    CHECK(comparison.value->steps == 1);
    CHECK(comparison.value->first_lines ==
          std::vector<std::string>{"h(t) = (1 - z(t)) o n(t) + z(t) o h(t-1)"});
    CHECK(comparison.value->second_lines ==
          std::vector<std::string>{"h(t) = z(t) o n(t) + (1 - z(t)) o h(t-1)"});
    REQUIRE(comparison.loss);
    CHECK_FALSE(comparison.gradients.empty());
    const std::string text = to_text(comparison);
    CHECK(text.find("The nets differ.\nfirst  h(0) is ") == 0);
    CHECK(text.find("\n  gru: h(t) = (1 - z(t)) o n(t) + z(t) o h(t-1)\n") != std::string::npos);
}

TEST_CASE("same: a difference that one step does not show is found at more") {
    const NetComparison comparison =
        compare_nets(known("elman"), changed("elman", "U h(t-1)", "U' h(t-1)"));
    CHECK_FALSE(comparison.are_same());
    REQUIRE(comparison.value);
    CHECK(comparison.value->steps == 2);
    CHECK(comparison.value->value == "z(1)");
    // In the gradient alone.
    const NetComparison gradient =
        compare_nets(known("elman"), changed("elman", "tanh(z(t))", "stop_gradient(tanh(z(t)))"));
    CHECK_FALSE(gradient.are_same());
    CHECK_FALSE(gradient.loss);
    CHECK_FALSE(gradient.gradients.empty());
    CHECK_FALSE(gradient.value);
}

TEST_CASE("same: nets of other leaves are not compared, and the leaves are told") {
    const NetComparison comparison =
        compare_nets(known("elman"), changed("elman", "b\n", "bias\n"));
    CHECK_FALSE(comparison.are_same());
    CHECK(comparison.unlike_leaves ==
          std::vector<std::string>{"mine has no b [4 x 1]", "elman has no bias [4 x 1]"});
    CHECK_FALSE(comparison.loss);
    CHECK(compare_nets(known("elman"), changed("elman", "h: 4", "h: 5")).unlike_leaves.size() == 4);
    CHECK_THROWS_AS(compare_nets(known("elman"), read_net("h(t) = tanh(h(t-1))\nh: 2 x 1\n")),
                    GraphError);
}

TEST_CASE("same: a mean of one term is a mean of its distance from zero") {
    const auto net = [](const std::string& mean) {
        return read_net(
            "x: 2  h: 3\nh(t) = tanh(W x(t) + U h(t-1))\nz = 0 h(T)\nL = sum(z) + mean " + mean);
    };
    CHECK(compare_nets(net("|h(T)|^2"), net("|h(T) - z|^2")).are_same());
    CHECK(compare_nets(net("|tanh(h(T))|"), net("|z - tanh(h(T))|")).are_same());
    CHECK(compare_nets(net("huber(h(T), 0.1)"), net("huber(h(T) - z, 0.1)")).are_same());
    CHECK(compare_nets(net("|h(T) - 2|^2"), net("|h(T) - (z + 2)|^2")).are_same());
    CHECK(compare_nets(net("|1 - h(T)|^2"), net("|z + 1 - h(T)|^2")).are_same());
}
