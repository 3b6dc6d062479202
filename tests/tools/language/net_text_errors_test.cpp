#include <revolute/graph/values/error.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace revolute;

namespace {

/// The first line of what reading the text, or building it of three steps and two columns, throws.
std::string complaint(const std::string& text) {
    const std::string message = test::message_of<ParseError>([&] {
        Graph graph;
        read_net(text, "net").build(graph, {.steps = 3, .columns = 2});
    });
    return message.substr(0, message.find('\n'));
}

const std::string head = "x: 2   h: 3   y: 1\n";
const std::string end = "y = V h(T) + c\nL = 1/2 mean |y - Y|^2\n";

}  // namespace

TEST_CASE("net texts: what cannot be read is told with line, column and a mark") {
    CHECK(test::message_of<ParseError>([] { read_net("h(t) = tanh(W x(t) % b)", "mgu.rec"); }) ==
          "mgu.rec:1:20: the language has no such sign; docs/language.md has them all\n"
          "  h(t) = tanh(W x(t) % b)\n"
          "                     ^");
    CHECK(complaint("h(t) = tanh(W x(t)") == "net:1:19: expected \")\" to close tanh");
    CHECK(complaint("h(t) = sigmod(W x(t))") ==
          "net:1:8: no operator is called sigmod; a product needs a blank before the parenthesis");
    CHECK(complaint("h(t) = W x(t) + ") == "net:1:16: the line ends where a term was expected");
    CHECK(complaint("h(t) = W x(t) o U h(t-1)") ==
          "net:1:15: products of two kinds side by side: parentheses must say which comes first");
    CHECK(complaint("h(t) = clamp(x(t), 1)") == "net:1:21: clamp takes 3 arguments");
    CHECK(complaint("h(t) = rows(x(t), h(t), 1)") == "net:1:19: a number was expected");
    CHECK(complaint("h(t+1) = tanh(h(t))") ==
          "net:1:1: a line defines the value at the step t itself, or at a fixed one");
    CHECK(complaint("y = U^T x") ==
          "net:1:7: T is the last step; the transpose of U is written U'");
    CHECK(complaint("x: 0") == "net:1:4: a size is from 1 to 1000000");
    CHECK(complaint("h(t) = x(t)   t = 0..t") == "net:1:22: expected a number, or T and a number");
    CHECK(complaint("hello world") ==
          "net:1:7: expected =, given or trainable behind the name that a line begins with");
    for (const char* text : {"y = S one_hot(k)", "y = one_hot(k)", "y = a - one_hot(k)",
                             "y = softmax(a) - one_hot(k) o b", "y = softmax(a) - one_hot(k)'",
                             "y = softmax(a) + one_hot(k)", "y = tanh(one_hot(k))",
                             "y = sum(t=0..T) one_hot(k(t))", "y = softmax(a) - -one_hot(k)"}) {
        CAPTURE(text);
        CHECK(complaint(text).find("one_hot takes 2 arguments") != std::string::npos);
    }
    CHECK(complaint("y = diag(a) + b") ==
          "net:1:5: diag(d) stands beside the matrix that it multiplies");
    CHECK(complaint("y = " + std::string(200, '(') + "a" + std::string(200, ')')) ==
          "net:1:106: terms are nested more than 100 deep");
}

TEST_CASE("net texts: a did-you-mean names the operator") {
    const std::string message =
        test::message_of<ParseError>([] { read_net("h(t) = sigmod(W x(t))", "net"); });
    CHECK(message.find("did you mean \"sigmoid\"?") != std::string::npos);
}

TEST_CASE("net texts: names that contradict each other are refused with both lines") {
    CHECK(complaint("y = a\ny = b") == "net:2:1: y is defined twice, here and in line 1");
    CHECK(complaint(head + "h(t) = W x(t)\nh(0) = W x(1)\nh(0) = 2 W x(2)\n" + end) ==
          "net:4:1: h(0) is defined twice, here and in line 3");
    CHECK(complaint(head + "h(t) = W x(t)\nh(1) = W x(0)\nh(T-1) = 2 W x(2)\n" + end) ==
          "net:4:1: h(1) is defined twice in 3 steps, here and in line 3; with more steps the two "
          "lines may be apart");
    CHECK(complaint("h(t) = W x(t)\ny = h") == "net:2:5: h has no step here, and one in line 1");
    CHECK(complaint("given h\nh = a") == "net:1:7: h is defined by a line, and cannot be given");
    CHECK(complaint("h(t) given\nh(t) = W x(t)") ==
          "net:1:1: a fixed step was expected, such as h(-1)");
    CHECK(complaint("k: 3\ny = a") == "net:1:1: no line reads or defines k");
    CHECK(complaint("a: 3\na: 3\ny = a") == "net:2:1: the size of a was said in line 1");
}

TEST_CASE("net texts: what nothing defines, or what depends on itself, is refused") {
    CHECK(complaint(head + "h(t) = tanh(W x(t) + U h(t-1))   t = 1..T\n" + end) ==
          "net:2:24: nothing defines h(0)");
    CHECK(complaint(head + "h(t) = tanh(W x(t) + g(t))\ng(t) = 0.5 h(t)\n" + end) ==
          "net:3:1: g(0) depends on itself: h(0) -> g(0)");
    CHECK(complaint(head + "h(t) = tanh(W x(t) + U h(t-1) + S h(t+1))\n" + end)
              .find("depends on itself") != std::string::npos);
    CHECK(complaint(head + "h(t) = W x(t)\ny = V h(t)\nL = 1/2 mean |y - Y|^2") ==
          "net:3:7: the line has no step t");
    CHECK(complaint(head + "h(t) = W x(t)\ny = V h(T)\nL = y") ==
          "net:4:1: what is trained for must be 1 x 1, and L is [1 x 2]");
}

TEST_CASE(
    "net texts: sizes that contradict each other are refused with both, missing ones asked for") {
    CHECK(complaint("x: 2   h: 3   y: 1\nh(t) = tanh(x(t) + U h(t-1))\n" + end) ==
          "net:2:1: rows of h and of what it is must be equal: 3 (line 1: h: 3) and 2 (line 1: x: "
          "2)");
    CHECK(complaint("h: 3   y: 1\nh(t) = tanh(W x(t) + U h(t-1))\n" + end) ==
          "net:2:15: sizes are missing: rows of x; say them in the text, such as x: 4");
    CHECK(
        complaint("h: 3   y: 1\nh(t) = tanh(W gather_columns(E, k(t)))\n" + end) ==
        "net:2:30: sizes are missing: rows of E; columns of E; say them in the text, such as E: 4");
}

TEST_CASE("net texts: what nothing reads is a warning") {
    const NetText net = read_net(head + "h(t) = W x(t)\ng(t) = 2 h(t)\n" + end, "net");
    REQUIRE(net.warnings().size() == 1);
    CHECK(net.warnings().front() == "net:3:1: nothing reads g\n  g(t) = 2 h(t)\n  ^~~~");
}

TEST_CASE(
    "net texts: a text is of one number of steps where it says so, and of any rows that are said") {
    const NetText net = read_net("t = 1..4\n" + head + "h(t) = W x(t)\n" + end, "net");
    CHECK(net.steps() == 4);
    Graph graph;
    const TextNet built = net.build(graph, {.steps = 4, .rows = {{"h", 7}}});
    CHECK(built.inputs.front().values.front().step() == Step{0, 1});
    CHECK(graph.shape(built.trained.front().value.id) == Shape{7, 2});
    const auto message = [&](const NetTextSizes& sizes) {
        return test::message_of<GraphError>([&] { net.build(graph, sizes); });
    };
    CHECK(message({.steps = 5}) == "net: the text is of 4 steps (5)");
    CHECK(message({.steps = 4, .columns = 0}) == "net: a batch has at least one column (0)");
    CHECK(message({.steps = 4, .rows = {{"g", 7}}}) == "net: the text has no name g");
    CHECK(message({.steps = 4, .rows = {{"h", 0}}}) == "net: h has at least one row (0)");
}
