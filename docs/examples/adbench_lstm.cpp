// Loss and gradient of ADBench's LSTM (adbench_lstm.hpp).
//
//     adbench_lstm [INPUT EXPECTED]
//
// INPUT is in ADBench's format, EXPECTED holds the loss, then its gradient by main_params and
// extra_params. Prints both beside what the graph gives; the exit status is 1 unless they agree to
// 1e-10 of the largest entry.

#include "adbench_lstm.hpp"

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/values/error.hpp>

#include <cmath>
#include <fstream>
#include <iostream>
#include <string>

using namespace revolute;
using adbench::Input, adbench::Net;

/// Reads numbers, whatever white space is between them.
class Reader {
 public:
    explicit Reader(const std::string& path) : path_(path), file_(path) {
        if (!file_) throw FileError(path + ": cannot be read");
    }
    double number() {
        double value = 0;
        if (!(file_ >> value)) throw ParseError(path_ + ": a number is missing or wrong");
        return value;
    }
    Matrix vector(int size) {
        Matrix values(size, 1);
        for (double& value : values.values()) value = number();
        return values;
    }
    /// A size that leaves room for products of sizes.
    int size() {
        const double value = number();
        if (!(value >= 1 && value <= 10000) || value != static_cast<int>(value))
            throw ParseError(path_ + ": a size must be a whole number from 1 to 10000");
        return static_cast<int>(value);
    }
    std::vector<Matrix> vectors(int count, int size) {
        std::vector<Matrix> rows;
        for (int i = 0; i < count; ++i) rows.push_back(vector(size));
        return rows;
    }

 private:
    std::string path_;
    std::ifstream file_;
};

/// Loss, then gradient, as one column.
Matrix loss_and_gradient(const Input& input) {
    Net net(input);
    const Derivative derivative = differentiate(net.loss, net.parameters());
    std::vector<Expr> outputs{net.loss};
    const auto gradients = derivative.gradients();
    outputs.insert(outputs.end(), gradients.begin(), gradients.end());
    std::vector<double> all;
    for (const Matrix& value : evaluate(outputs, net.values))
        all.insert(all.end(), value.values().begin(), value.values().end());
    std::cout << input.layers << " layers, " << input.characters << " characters of " << input.bits
              << " bits\n";
    const int count = static_cast<int>(all.size());
    return {count, 1, std::move(all)};
}

bool agrees(const std::string& input, const std::string& expected_path) {
    const Matrix actual = loss_and_gradient(Input(Reader(input)));
    const int entries = actual.rows() - 1;
    Reader file(expected_path);
    const double expected_loss = file.number();
    const Matrix expected = file.vector(entries);
    const Matrix gradient(entries, 1, {actual.data() + 1, actual.data() + actual.size()});
    const double loss_difference = std::abs(actual(0, 0) / expected_loss - 1);
    const double difference = relative_difference(gradient, expected);
    const bool is_right = loss_difference <= 1e-10 && difference <= 1e-10;
    std::cout << "loss " << actual(0, 0) << ", expected " << expected_loss << '\n'
              << entries << " entries of the gradient, the largest " << largest_entry(gradient)
              << ": " << (is_right ? "agree to 1e-10" : "DIFFER") << '\n';
    if (!is_right)
        std::cout << "relative differences " << loss_difference << " of the loss, " << difference
                  << " of the gradient\n";
    return is_right;
}

int main(int count, char** arguments) {
    try {
        if (count == 3) return agrees(arguments[1], arguments[2]) ? 0 : 1;
        bool all_agree = true;
        for (const std::string name : {"lstm_l3_c6", "lstm_l2_c1024"}) {
            const std::string path = REVOLUTE_TEST_DATA "/adbench/" + name;
            all_agree = agrees(path + ".txt", path + ".expected.txt") && all_agree;
        }
        return all_agree ? 0 : 1;
    } catch (const Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
