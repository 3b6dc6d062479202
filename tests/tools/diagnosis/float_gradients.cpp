#include "float_gradients.hpp"

#include <revolute/graph/leaf.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace revolute::test {

namespace {

using Json = nlohmann::ordered_json;

int whole(Random& random, int low, int high) {
    return std::min(high, low + static_cast<int>(random.uniform(0, high - low + 1)));
}

Json list(Random& random, int count, double size) {
    Json numbers = Json::array();
    for (int i = 0; i < count; ++i) numbers.push_back(random.uniform(-size, size));
    return numbers;
}

Json matrix(Random& random, int rows, int columns, double size) {
    Json result = Json::array();
    for (int r = 0; r < rows; ++r) result.push_back(list(random, columns, size));
    return result;
}

Json sequence(Random& random, int steps, int rows, int columns) {
    Json result = Json::array();
    for (int t = 0; t < steps; ++t) result.push_back(matrix(random, rows, columns, 1));
    return result;
}

int gates_of(const std::string& cell) {
    return cell == "rnn" ? 1 : cell.starts_with("gru") ? 3 : 4;
}

Json parameters(Random& random, const std::string& cell, int I, int H, int O, double weights) {
    const int rows = gates_of(cell) * H;
    Json params{{"weight_ih_l0", matrix(random, rows, I, weights)},
                {"weight_hh_l0", matrix(random, rows, H, weights)},
                {"bias_ih_l0", list(random, rows, weights)},
                {"bias_hh_l0", list(random, rows, weights)}};
    if (cell == "lstm-peephole") params["peephole_l0"] = list(random, 3 * H, weights);
    params["head.weight"] = matrix(random, O, H, 1);
    params["head.bias"] = list(random, O, 1);
    return params;
}

/// Arithmetic of numbers of so many bits.
class Floats {
 public:
    Floats(int bits, std::uint64_t seed) : bits_(bits), random_(seed) {}

    Matrix evaluate(const Graph& graph, NodeId node, std::span<const Matrix> values) {
        const auto operands = graph.operands(node);
        const auto operand = [&](std::size_t slot) -> const Matrix& {
            return values[index(operands[slot])];
        };
        const Op& op = graph.op(node);
        if (op.role == Role::product) return product(operand(0), operand(1));
        if (op.role == Role::sum) {
            Matrix sum = operand(operands.size() - 1);
            for (std::size_t slot = operands.size() - 1; slot-- > 0;)
                for (std::size_t k = 0; k < sum.size(); ++k)
                    sum.values()[k] = rounded(sum.values()[k] + operand(slot).values()[k]);
            return sum;
        }
        std::vector<ConstMatrixView> views;
        for (const NodeId id : operands) views.emplace_back(values[index(id)]);
        Matrix result(graph.shape(node));
        op.evaluate({views, graph.attributes(node)}, result);
        const bool is_function = op.role == Role::elementwise && operands.size() == 1;
        for (double& x : result.values()) x = is_function ? beside(rounded(x)) : rounded(x);
        return result;
    }

    Matrix rounded(Matrix of) const {
        for (double& x : of.values()) x = rounded(x);
        return of;
    }

 private:
    double rounded(double x) const { return rounded_to_format(bits_, x); }

    double beside(double x) {
        const double way = random_.uniform(-1, 1);
        if (std::abs(way) > 0.5 || x == std::floor(x)) return x;  // of a step function, say
        const double unit = std::ldexp(1.0, std::ilogb(x) + 1 - bits_);
        return rounded(x + (way > 0 ? unit : -unit));
    }

    Matrix product(const Matrix& a, const Matrix& b) const {
        Matrix result(a.rows(), b.columns());
        for (int r = 0; r < a.rows(); ++r)
            for (int c = 0; c < b.columns(); ++c)
                for (int k = a.columns(); k-- > 0;)
                    result(r, c) = rounded(result(r, c) + rounded(a(r, k) * b(k, c)));
        return result;
    }

    int bits_;
    Random random_;
};

}  // namespace

double rounded_to_format(int bits, double x) {
    constexpr int float_bits = 24, half_bits = 11;
    if (bits == float_bits) return static_cast<float>(x);
    if (x == 0) return x;
    // Halves have few exponents: below the smallest normal one they are multiples of the least.
    const int least = bits == half_bits ? -24 : -126 - bits + 1;
    const double unit = std::ldexp(1.0, std::max(std::ilogb(x) + 1 - bits, least));
    return std::nearbyint(x / unit) * unit;
}

Case drawn_case(const std::string& cell, Random& random, double weights) {
    const int T = whole(random, 1, 12), B = whole(random, 1, 3), I = whole(random, 1, 3),
              H = whole(random, 1, 5), O = whole(random, 1, 3);
    const bool every_step = random.uniform(0, 1) < 0.5;
    Json json{{"name", fmt::format("{} T = {} B = {} I = {} H = {} O = {}, weights up to {}", cell,
                                   T, B, I, H, O, weights)},
              {"cell", cell},
              {"activation", "tanh"},
              {"T", T},
              {"B", B},
              {"I", I},
              {"H", H},
              {"O", O},
              {"layers", 1},
              {"bidirectional", false},
              {"many_to_many", every_step},
              {"loss", "mse_half"},
              {"x", sequence(random, T, B, I)},
              {"y", every_step ? sequence(random, T, B, O) : matrix(random, B, O, 1)},
              {"h0", sequence(random, 1, B, H)},
              {"params", parameters(random, cell, I, H, O, weights)}};
    if (cell.starts_with("lstm")) json["c0"] = sequence(random, 1, B, H);
    return parse_case(json.dump(), "drawn_case");
}

CaseResult float_gradients(const Case& of, std::uint64_t seed, int bits) {
    CaseNet net(of);
    const std::vector<Expr> outputs = net.outputs(net.derivative());
    Floats floats(bits, seed);
    std::vector<Matrix> values;
    for (std::uint32_t i = 0; i < net.graph.size(); ++i) {
        const Matrix* const given = net.values.find(net.graph.at(NodeId{i}));
        values.push_back(given != nullptr ? floats.rounded(*given)
                                          : floats.evaluate(net.graph, NodeId{i}, values));
    }
    std::vector<Matrix> gradients;
    const std::size_t answers = net.net.read_out.y.size();
    for (std::size_t i = 1 + answers; i < outputs.size(); ++i)
        gradients.push_back(values[index(outputs[i].id)]);
    CaseResult result = gradients_of(of, gradients);
    result.loss = values[index(outputs.front().id)](0, 0);
    for (std::size_t i = 1; i <= answers; ++i) result.yhat.push_back(values[index(outputs[i].id)]);
    return result;
}

}  // namespace revolute::test
