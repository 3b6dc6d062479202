#include "hand_bptt.hpp"

#include <revolute/tools/exchange/case_net.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace revolute::test {

namespace {

using Json = nlohmann::ordered_json;

/// Numbers between -0.8 and 0.8 in no order: the fractional parts of multiples of the golden ratio.
class Numbers {
 public:
    double next() {
        state_ = state_ + 0.6180339887498949;
        state_ -= static_cast<double>(static_cast<int>(state_));
        return 1.6 * state_ - 0.8;
    }
    Json list(int count) {
        Json numbers = Json::array();
        for (int i = 0; i < count; ++i) numbers.push_back(next());
        return numbers;
    }
    Json matrix(int rows, int columns) {
        Json list_of_rows = Json::array();
        for (int r = 0; r < rows; ++r) list_of_rows.push_back(list(columns));
        return list_of_rows;
    }

 private:
    double state_ = 0.25;
};

}  // namespace

Case hand_case(const std::string& cell, const HandSizes& s) {
    Numbers numbers;
    const int gates = cell == "rnn" ? 1 : (cell == "gru" ? 3 : 4);
    const int rows = gates * s.hidden;
    const auto sequence = [&](int rows_of_one) {
        Json list = Json::array();
        for (int t = 0; t < s.steps; ++t) list.push_back(numbers.matrix(s.batch, rows_of_one));
        return list;
    };
    /// A class for each sequence of the batch.
    const auto classes = [&] {
        Json list = Json::array();
        for (int b = 0; b < s.batch; ++b)
            list.push_back(static_cast<int>((numbers.next() + 0.8) / 1.6 * s.output));
        return list;
    };
    const auto targets = [&]() -> Json {
        if (!s.every_step) return s.classes ? classes() : numbers.matrix(s.batch, s.output);
        if (!s.classes) return sequence(s.output);
        Json list = Json::array();
        for (int t = 0; t < s.steps; ++t) list.push_back(classes());
        return list;
    };
    Json h0 = Json::array(), params = Json::object();
    for (int layer = 0; layer < s.layers; ++layer) {
        const std::string end = fmt::format("_l{}", layer);
        h0.push_back(numbers.matrix(s.batch, s.hidden));
        params["weight_ih" + end] = numbers.matrix(rows, layer == 0 ? s.input : s.hidden);
        params["weight_hh" + end] = numbers.matrix(rows, s.hidden);
        params["bias_ih" + end] = numbers.list(rows);
        params["bias_hh" + end] = numbers.list(rows);
    }
    params["head.weight"] = numbers.matrix(s.output, s.hidden);
    params["head.bias"] = numbers.list(s.output);
    Json json{{"name", "by hand"},
              {"cell", cell},
              {"activation", cell == "rnn" ? Json("tanh") : Json(nullptr)},
              {"T", s.steps},
              {"B", s.batch},
              {"I", s.input},
              {"H", s.hidden},
              {"O", s.output},
              {"layers", s.layers},
              {"bidirectional", false},
              {"many_to_many", s.every_step},
              {"loss", s.classes ? "cross_entropy" : "mse_half"},
              {"x", sequence(s.input)},
              {"y", targets()},
              {"h0", h0},
              {"params", params}};
    if (cell == "lstm") json["c0"] = Json::array({numbers.matrix(s.batch, s.hidden)});
    return parse_case(json.dump(), "hand_case");
}

std::string findings_of(const Case& of, const CaseResult& given) {
    const GradientComparison comparison = compare_gradients(of, given, case_tolerance);
    std::string text;
    for (const Finding& finding : comparison.findings)
        text += fmt::format("{}: {}\n", fmt::join(finding.arrays, ", "),
                            fmt::join(finding.words, " | "));
    if (!comparison.unexplained.empty())
        text += fmt::format("not explained: {}\n", fmt::join(comparison.unexplained, ", "));
    return text;
}

Matrix times(const Matrix& a, const Matrix& b) {
    REQUIRE(a.columns() == b.rows());
    Matrix product(a.rows(), b.columns());
    for (int r = 0; r < a.rows(); ++r)
        for (int c = 0; c < b.columns(); ++c)
            for (int k = 0; k < a.columns(); ++k) product(r, c) += a(r, k) * b(k, c);
    return product;
}

Matrix transposed(const Matrix& a) {
    Matrix result(a.columns(), a.rows());
    for (int r = 0; r < a.rows(); ++r)
        for (int c = 0; c < a.columns(); ++c) result(c, r) = a(r, c);
    return result;
}

Matrix by_entry(const Matrix& a, const Matrix& b) {
    REQUIRE(a.shape() == b.shape());
    Matrix result = a;
    for (std::size_t i = 0; i < a.size(); ++i) result.values()[i] *= b.values()[i];
    return result;
}

Matrix plus(Matrix a, const Matrix& b, double factor) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t i = 0; i < a.size(); ++i) a.values()[i] += factor * b.values()[i];
    return a;
}

Matrix each(Matrix a, double (*f)(double)) {
    for (double& value : a.values()) value = f(value);
    return a;
}

Matrix row_sums(const Matrix& a) {
    Matrix sums(a.rows(), 1);
    for (int r = 0; r < a.rows(); ++r)
        for (int c = 0; c < a.columns(); ++c) sums(r, 0) += a(r, c);
    return sums;
}

Matrix rows_of(const Matrix& a, int first, int count) {
    Matrix rows(count, a.columns());
    for (int r = 0; r < count; ++r)
        for (int c = 0; c < a.columns(); ++c) rows(r, c) = a(first + r, c);
    return rows;
}

Matrix below(std::initializer_list<const Matrix*> parts) {
    int rows = 0;
    for (const Matrix* part : parts) rows += part->rows();
    Matrix all(rows, (*parts.begin())->columns());
    int row = 0;
    for (const Matrix* part : parts)
        for (int r = 0; r < part->rows(); ++r, ++row)
            for (int c = 0; c < part->columns(); ++c) all(row, c) = (*part)(r, c);
    return all;
}

Matrix affine(const Matrix& W, const Matrix& x, const Matrix& U, const Matrix& h, const Matrix& b) {
    Matrix z = plus(times(W, x), times(U, h));
    for (int r = 0; r < z.rows(); ++r)
        for (int c = 0; c < z.columns(); ++c) z(r, c) += b(r, 0);
    return z;
}

const Matrix& array_of(const StateDict& arrays, const std::string& name) {
    const auto found = std::ranges::find(arrays, name, &NamedArray::name);
    REQUIRE(found != arrays.end());
    return found->value;
}

}  // namespace revolute::test
