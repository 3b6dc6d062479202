// The gradient of the simple RNN (many-to-one, mean squared error, h(-1) = 0): program beside
// hand-written code. bench_simple_rnn [T B I H [rounds]]; the gradients of both must agree.

#include <contest.hpp>
#include <hand/simple_rnn.hpp>

int main(int count, char** arguments) {
    return bench::main_of<bench::HandSimpleRnn>(revolute::CellKind::simple,
                                                {arguments, std::size_t(count)});
}
