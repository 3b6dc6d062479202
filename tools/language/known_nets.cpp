#include <revolute/tools/language/known_nets.hpp>

#include <algorithm>
#include <array>

namespace revolute {

namespace {

constexpr std::array nets{
    KnownNet{"antisymmetric", "Antisymmetric RNN, a stable differential equation in steps of 0.1",
             "Chang, Chen, Haber and Chi 2019, AntisymmetricRNN", R"(
x: 2   h: 4   y: 1
h(t) = h(t-1) + 0.1 tanh(W x(t) + (M - M') h(t-1) - 0.01 h(t-1) + b)
y = V h(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"attention", "An encoder, and a decoder that attends to all its states; one column",
             "Luong, Pham and Manning 2015, Effective approaches to attention", R"(
x: 2   h: 3   u: 1   y: 1
h(t) = tanh(W x(t) + U h(t-1) + b)
A = [each(t=0..T: h(t))]
g(s=-1) = h(T)
g(s) = tanh(P u(s) + Q g(s-1) + d)
p(s) = softmax(A' g(s))
y(s) = V [g(s); A p(s)] + c
L = sum(s=0..S) 1/2 mean |y(s) - Y(s)|^2
)"},
    KnownNet{"bidirectional", "Two recurrences, one forward and one backward in time",
             "Schuster and Paliwal 1997, Bidirectional recurrent neural networks", R"(
x: 2   h: 3   g: 2   y: 2
h(t) = tanh(W x(t) + U h(t-1) + b)
g(t) = tanh(A x(t) + B g(t+1) + d)
y(t) = V h(t) + R g(t) + c
L = sum(t=0..T) 1/2 mean |y(t) - Y(t)|^2
)"},
    KnownNet{"clockwork", "Clockwork RNN of two modules, the slow one at every second step",
             "Koutnik, Greff, Gomez and Schmidhuber 2014, A clockwork RNN", R"(
x: 2   h: 3   g: 2   y: 1
g(t) = tanh(A x(t) + B g(t-1) + d)                 t = 0,2..T
g(t) = g(t-1)                                      t = 1,3..T
h(t) = tanh(W x(t) + U h(t-1) + S g(t-1) + b)
y = V h(T) + R g(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"coupled", "LSTM with peepholes whose input gate is 1 - f",
             "Greff, Srivastava, Koutnik, Steunebrink and Schmidhuber 2017, LSTM: a search space "
             "odyssey",
             R"(
x: 2   h: 3   y: 1
f(t) = sigmoid(W_f x(t) + U_f h(t-1) + p_f o c(t-1) + b_f)
n(t) = tanh(W_n x(t) + U_n h(t-1) + b_n)
c(t) = f(t) o c(t-1) + (1 - f(t)) o n(t)
o(t) = sigmoid(W_o x(t) + U_o h(t-1) + p_o o c(t) + b_o)
h(t) = o(t) o tanh(c(t))
y = V h(T) + d
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"echo", "Leaky echo state net: W and A are given, the read-out is trained",
             "Jaeger, Lukosevicius, Popovici and Siewert 2007, Leaky integrator neurons", R"(
x: 1   h: 5   y: 1
given W, A
h(t) = 0.7 h(t-1) + 0.3 tanh(W x(t) + A h(t-1))
y(t) = V h(t) + c
L = sum(t=0..T) 1/2 mean |y(t) - Y(t)|^2
)"},
    KnownNet{"elman", "Simple RNN, many to one", "Elman 1990, Finding structure in time", R"(
x: 3   h: 4   y: 2
z(t) = W x(t) + U h(t-1) + b
h(t) = tanh(z(t))
y = V h(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"gru", "GRU with the reset gate behind the product, as cuDNN and PyTorch have it",
             "Cho et al. 2014, Learning phrase representations; Appleyard et al. 2016", R"(
x: 2   h: 3   y: 1
r(t) = sigmoid(W_r x(t) + U_r h(t-1) + b_r)
z(t) = sigmoid(W_z x(t) + U_z h(t-1) + b_z)
n(t) = tanh(W_n x(t) + b_n + r(t) o (U_n h(t-1) + b_hn))
h(t) = (1 - z(t)) o n(t) + z(t) o h(t-1)
y = V h(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"gru-before", "GRU with the reset gate before the product",
             "Cho et al. 2014, Learning phrase representations, first version", R"(
x: 2   h: 3   y: 1
r(t) = sigmoid(W_r x(t) + U_r h(t-1) + b_r)
z(t) = sigmoid(W_z x(t) + U_z h(t-1) + b_z)
n(t) = tanh(W_n x(t) + U_n (r(t) o h(t-1)) + b_n)
h(t) = z(t) o h(t-1) + (1 - z(t)) o n(t)
y = V h(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"indrnn", "Independently recurrent net, an answer at every step",
             "Li, Li, Cook, Zhu and Gao 2018, Independently recurrent neural network", R"(
x: 2   h: 3   y: 2
h(t) = relu(W x(t) + u o h(t-1) + b)
y(t) = V h(t) + c
L = sum(t=0..T) 1/2 mean |y(t) - Y(t)|^2
)"},
    KnownNet{"jordan", "The state reads the answer before", "Jordan 1986, Serial order", R"(
x: 2   h: 3   y: 2
h(t) = tanh(W x(t) + U y(t-1) + b)
y(t) = sigmoid(V h(t) + c)
L = sum(t=0..T) 1/2 mean |y(t) - Y(t)|^2
)"},
    KnownNet{"kalman", "A filter of one number: F, H, q and r of the model are trained",
             "Kalman 1960, A new approach to linear filtering; likelihood of Schweppe 1965", R"(
x: 1   P: 1
P(-1) = 1
M(t) = F o F o P(t-1) + exp(q)
S(t) = H o H o M(t) + exp(r)
e(t) = x(t) - H o F o m(t-1)
m(t) = F o m(t-1) + M(t) o H o e(t) / S(t)
P(t) = M(t) - M(t) o H o H o M(t) / S(t)
L = sum(t=0..T) mean(log(S(t)) + e(t)^2 / S(t))
)"},
    KnownNet{"language-model", "Symbols as columns of E, which is the read-out too",
             "Press and Wolf 2017, Using the output embedding", R"(
k: 1   h: 3   E: 4 x 6
h(t) = tanh(W gather_columns(E, k(t)) + U h(t-1) + b)
s(t) = E' (P h(t)) + c
L = sum(t=0..T) softmax_cross_entropy(s(t), K(t))
)"},
    KnownNet{"leapfrog", "A Hamiltonian net: a leapfrog step as the recurrence",
             "Haber and Ruthotto 2017, Stable architectures for deep neural networks", R"(
x: 1   q: 3   y: 1   b: 4
q(-1) given
v(t) = v(t-1) - 0.1 (M' tanh(M q(t-1) + b)) + W x(t)
q(t) = q(t-1) + 0.1 v(t)
y = V q(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"lstm", "Long short-term memory",
             "Gers, Schmidhuber and Cummins 2000, Learning to forget",
             R"(
x: 2   h: 3   y: 1
i(t) = sigmoid(W_i x(t) + U_i h(t-1) + b_i)
f(t) = sigmoid(W_f x(t) + U_f h(t-1) + b_f)
g(t) = tanh(W_g x(t) + U_g h(t-1) + b_g)
c(t) = f(t) o c(t-1) + i(t) o g(t)
o(t) = sigmoid(W_o x(t) + U_o h(t-1) + b_o)
h(t) = o(t) o tanh(c(t))
y = V h(T) + b_y
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"lstm-peephole", "LSTM whose gates see the cell state",
             "Gers and Schmidhuber 2000, Recurrent nets that time and count", R"(
x: 2   h: 3   y: 1
i(t) = sigmoid(W_i x(t) + U_i h(t-1) + p_i o c(t-1) + b_i)
f(t) = sigmoid(W_f x(t) + U_f h(t-1) + p_f o c(t-1) + b_f)
g(t) = tanh(W_g x(t) + U_g h(t-1) + b_g)
c(t) = f(t) o c(t-1) + i(t) o g(t)
o(t) = sigmoid(W_o x(t) + U_o h(t-1) + p_o o c(t) + b_o)
h(t) = o(t) o tanh(c(t))
y = V h(T) + b_y
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"mgu", "Minimal gated unit, many to one",
             "Zhou, Wu, Zhang and Zhou 2016, Minimal gated unit", R"(
x: 2   h: 4   y: 1
f(t) = sigmoid(W_f x(t) + U_f h(t-1) + b_f)
n(t) = tanh(W_n x(t) + U_n (f(t) o h(t-1)) + b_n)
h(t) = (1 - f(t)) o h(t-1) + f(t) o n(t)
y = V h(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"mingru", "minGRU: no gate reads the state before",
             "Feng, Tung, Ahmed, Bengio and Hajimirsadeghi 2024, Were RNNs all we needed?", R"(
x: 2   h: 3   y: 1
z(t) = sigmoid(W_z x(t) + b_z)
n(t) = W_n x(t) + b_n
h(t) = (1 - z(t)) o h(t-1) + z(t) o n(t)
y = V h(T) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"residual", "Two layers, the answer reads their sum; h(-1) is trained",
             "after He, Zhang, Ren and Sun 2016, Deep residual learning", R"(
x: 2   h: 3   y: 1
h(-1) trainable
h(t) = tanh(W x(t) + U h(t-1) + b)
g(t) = tanh(A h(t) + B g(t-1) + d)
y = V (h(T) + g(T)) + c
L = 1/2 mean |y - Y|^2
)"},
    KnownNet{"two-back", "h(t) reads h(t-1) and h(t-2)",
             "Soltani and Jiang 2016, Higher order recurrent neural networks", R"(
x: 2   h: 3   y: 1
h(-1) given
h(t) = tanh(W x(t) + U h(t-1) + S h(t-2) + b)
y = V h(T) + c
L = 1/2 mean |y - Y|^2
)"},
};

}  // namespace

std::span<const KnownNet> known_nets() { return nets; }

std::optional<KnownNet> known_net(std::string_view name) {
    const auto found = std::ranges::find(nets, name, &KnownNet::name);
    return found == nets.end() ? std::nullopt : std::optional(*found);
}

}  // namespace revolute
