// Cases in files: what comes in, what is refused, and that the gradients are those of other
// programs.

#include "cases.hpp"
#include "support/message.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/support/output_file.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

using namespace revolute;
using revolute::test::message_of;
using test::case_named;
using test::case_path;

namespace {

std::vector<std::filesystem::path> files_in(const std::string& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& file :
         std::filesystem::directory_iterator(std::filesystem::path(REVOLUTE_TEST_DATA) / folder))
        if (file.path().extension() == ".json") files.push_back(file.path());
    std::ranges::sort(files);
    return files;
}

}  // namespace

TEST_CASE("cases: losses, answers and gradients are those of PyTorch and of the complex step") {
    const auto files = files_in("cases");
    CHECK(files.size() == 23);
    for (const auto& file : files) {
        CAPTURE(file.filename().string());
        const Case of = read_case(file);
        REQUIRE(of.expected.has_value());
        // loss, yhat, dx, and the initial states' gradients, beside the parameters.
        const std::size_t others = 3 + of.initial.size();
        for (const ComputedBy by : {ComputedBy::program, ComputedBy::reference}) {
            const std::vector<ArrayComparison> rows = compare(solve(of, by), *of.expected);
            CHECK(rows.size() == of.parameters.size() + others);
            for (const ArrayComparison& row : rows) {
                CAPTURE(row.name);
                CHECK(row.relative <= 1e-13);
                CHECK(row.agrees());
            }
        }
    }
}

TEST_CASE("cases: a gradient that is wrong in one entry differs") {
    const Case of = case_named("lstm_many_to_one");
    const CaseResult right = solve(of);
    for (std::size_t i = 0; i < right.grads.size(); ++i) {
        CaseResult wrong = right;
        wrong.grads[i].value(0, 0) += 1e-8 * largest_entry(wrong.grads[i].value);
        const std::vector<ArrayComparison> rows = compare(wrong, *of.expected);
        CHECK(std::ranges::count_if(rows, [](const auto& row) { return !row.agrees(); }) == 1);
    }
    CaseResult not_a_number = right;
    not_a_number.dx[3](0, 0) = std::numeric_limits<double>::quiet_NaN();
    const std::vector<ArrayComparison> rows = compare(not_a_number, *of.expected);
    CHECK_FALSE(std::ranges::find(rows, "dx", &ArrayComparison::name)->agrees());
}

TEST_CASE("cases: what is printed as JSON reads back to the same bits") {
    for (const auto& file : files_in("cases")) {
        CAPTURE(file.filename().string());
        const Case of = read_case(file);
        const CaseResult result = solve(of);
        const CaseResult again = parse_gradients(to_json(result, of), "text", of);
        CHECK(again.loss == result.loss);
        CHECK(again.yhat == result.yhat);
        CHECK(again.grads == result.grads);
        CHECK(again.dx == result.dx);
        CHECK(again.dinitial == result.dinitial);
    }
}

TEST_CASE("cases: every bad file is refused with its text") {
    const auto files = files_in("bad_cases");
    CHECK(files.size() >= 30);
    for (const auto& file : files) {
        CAPTURE(file.filename().string());
        std::filesystem::path text = file;
        const std::string expected = read_file(text.replace_extension(".txt"));
        const std::string json = read_file(file), name = file.filename().string();
        CHECK(message_of<ParseError>([&] { parse_case(json, name); }) + '\n' == expected);
    }
}

TEST_CASE("cases: keys that mean nothing are noted with their places, and not read") {
    const std::string json = read_file(case_path("rnn_one_of_each_complex_step"));
    const Case of = parse_case(json, "text");
    CHECK(of.unknown_keys.empty());
    CHECK(of.expected->unknown_keys.empty());
    const auto with = [](const std::string& text, const std::string& object, const char* entry) {
        const std::size_t place = text.find('{', text.find(object)) + 1;
        return text.substr(0, place) + entry + text.substr(place);
    };
    const Case more = parse_case(
        with(with(json, "expected", "\"seed\": {\"a\": 1}, "), "", "\"made_by\": 1, "), "");
    CHECK(more.unknown_keys == std::vector<std::string>{"made_by"});
    CHECK(more.expected->unknown_keys == std::vector<std::string>{"expected.seed"});
    CHECK(more.x == of.x);
    const std::string gradients = with(to_json(solve(of), of), "", "\"time\": 3, ");
    CHECK(parse_gradients(gradients, "mine.json", of).unknown_keys ==
          std::vector<std::string>{"time"});
}

TEST_CASE("cases: what is expected of some arrays alone leaves the others uncompared, by name") {
    Case of = case_named("lstm_many_to_one");
    const CaseResult result = solve(of);
    CHECK(not_compared(result, *of.expected).empty());
    CHECK(to_table(compare(result, *of.expected), not_compared(result, *of.expected)) ==
          to_table(compare(result, *of.expected)));
    CaseResult part = *of.expected;
    part.loss.reset();
    part.dinitial.clear();
    for (std::vector<Matrix>* array : {&part.yhat, &part.dx}) array->clear();
    const std::vector<std::string> left = not_compared(result, part);
    CHECK(left == std::vector<std::string>{"loss", "yhat", "dx", "dh0", "dc0"});
    CHECK(compare(result, part).size() == result.grads.size());
    CHECK(to_table({}, left).ends_with(
        "verdict\nnot compared, as only one side has it: loss, yhat, dx, dh0, dc0\n"));
}

TEST_CASE("cases: a cell without a cell state has none expected, and null stands for none") {
    const std::string json = read_file(case_path("rnn_one_of_each_complex_step"));
    const auto with = [&](const char* entry) {
        return std::string(entry) + json.substr(json.find('{') + 1);
    };
    CHECK(find_states(parse_case(with("{\"c0\": null, "), "text").initial, "c0") == nullptr);
    const Case of = parse_case(json, "text");
    const std::string gradients = to_json(solve(of), of);
    CHECK(message_of<ParseError>(
              [&] { parse_gradients("{\"dc0\": [], " + gradients.substr(1), "mine.json", of); }) ==
          "mine.json: has no gradients that can be read: dc0 does not belong to the cell "
          "\"rnn\", which has no cell state");
}

TEST_CASE("cases: a number that is not finite is refused as JSON, by name and place") {
    const Case of = case_named("lstm_many_to_one");
    const CaseResult result = solve(of);
    const auto refusal = [&](const auto& spoil) {
        CaseResult spoilt = result;
        spoil(spoilt);
        return message_of<EvaluationError>([&] { to_json(spoilt, of); });
    };
    const std::string text = "JSON: every number must be finite, it has no others ";
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(refusal([&](CaseResult& r) { r.loss = infinity; }) ==
          text + "(inf)\n  it is loss, row 0, column 0");
    CHECK(refusal([&](CaseResult& r) {
              r.dx[3](1, 0) = -infinity;
              r.dinitial[0].values[0](0, 0) = infinity;
          }) == text + "(-inf)\n  it is dx[3], row 1, column 0");
    CHECK(refusal([&](CaseResult& r) { r.dinitial[1].values[0](2, 1) = std::nan(""); }) ==
          text + "(nan)\n  it is dc0, row 2, column 1");
    CHECK(refusal([&](CaseResult& r) { r.yhat[0](0, 1) = infinity; }) ==
          text + "(inf)\n  it is yhat, row 0, column 1");
    CHECK(refusal([&](CaseResult& r) { r.grads[1].value(2, 1) = infinity; }) ==
          text + "(inf)\n  it is " + result.grads[1].name + ", row 2, column 1");
}

TEST_CASE("cases: gradients alone name what they lack") {
    const Case of = case_named("rnn_one_of_each_complex_step");
    CHECK(message_of<ParseError>([&] { parse_gradients("{}", "mine.json", of); }) ==
          "mine.json: has no gradients that can be read: the whole must have one of loss, yhat, "
          "grads, dx and the adjoints of initial states");
    CHECK(parse_gradients("{\"loss\": 1}", "mine.json", of).loss == 1.0);
    CHECK(message_of<ParseError>([&] { parse_gradients("{\"grads\": {}}", "mine.json", of); }) ==
          "mine.json: has no gradients that can be read: grads must have one array of the net at "
          "least (an empty object)");
}

TEST_CASE("cases: without initial states they are zero") {
    for (const char* name : {"lstm_many_to_one", "gru_many_to_one"}) {
        CAPTURE(name);
        auto json = nlohmann::ordered_json::parse(read_file(case_path(name)));
        json.erase("expected");
        auto with_zeros = json, with_null = json;
        for (const char* state : {"h0", "c0"}) {
            if (!json.contains(state)) continue;
            json.erase(state);
            with_null[state] = nullptr;
            for (auto& direction : with_zeros[state])
                for (auto& column : direction)
                    for (auto& number : column) number = 0.0;
        }
        const Case zeros = parse_case(with_zeros.dump(), "text");
        for (const auto& text : {json, with_null}) {
            const Case of = parse_case(text.dump(), "text");
            CHECK(of.initial == zeros.initial);
            CHECK(to_json(solve(of), of) == to_json(solve(zeros), zeros));
        }
    }
}

TEST_CASE("cases: gradients of some parameters alone are enough, and the others are named") {
    const Case of = case_named("lstm_many_to_one");
    const CaseResult right = solve(of);
    auto json = nlohmann::ordered_json::parse(to_json(right, of));
    json["grads"].erase("weight_ih_l0");
    json["grads"].erase("head.bias");
    const CaseResult part = parse_gradients(json.dump(), "mine.json", of);
    CHECK(part.grads.size() == right.grads.size() - 2);
    CHECK(not_compared(right, part) == std::vector<std::string>{"weight_ih_l0", "head.bias"});
    CHECK(compare(right, part).size() == part.grads.size() + 5);
}
