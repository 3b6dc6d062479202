// The gradient of the LSTM (many-to-one, mean squared error, zero initial state): program beside
// hand-written code. bench_lstm [T B I H [rounds]]; the gradients of both must agree.

#include <contest.hpp>
#include <hand/lstm.hpp>

int main(int count, char** arguments) {
    return bench::main_of<bench::HandLstm>(revolute::CellKind::lstm,
                                           {arguments, std::size_t(count)});
}
