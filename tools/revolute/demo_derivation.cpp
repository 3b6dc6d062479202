#include "demo_derivation.hpp"

#include <revolute/tools/language/net_text.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/verification/derivation_check.hpp>

#include <string>

namespace revolute {

const std::string_view demo_net = R"(x: 4   h: 16   y: 1
f(t) = sigmoid(W_f x(t) + U_f h(t-1) + b_f)
n(t) = tanh(W_n x(t) + U_n (f(t) o h(t-1)) + b_n)
h(t) = (1 - f(t)) o h(t-1) + f(t) o n(t)
y    = V h(T) + c
L    = 1/2 mean |y - Y|^2
h(-1) given
)";

const std::string_view demo_homework = R"(dy    = y - Y
dh(T) = V' dy
dn(t) = dh(t) o (1 - f(t))
m(t)  = dn(t) o (1 - n(t)^2)
r(t)  = U_n' m(t)
df(t) = dh(t) o (n(t) - h(t-1)) + r(t) o h(t-1)
q(t)  = df(t) o f(t) o (1 - f(t))
dh(t) = dh(t+1) o (1 - f(t+1)) + U_f' q(t+1) + r(t+1)
dW_f  = sum(t=0..T) q(t) x(t)'
dU_f  = sum(t=0..T) q(t) h(t-1)'
db_f  = sum(t=0..T) q(t)
dW_n  = sum(t=0..T) m(t) x(t)'
dU_n  = sum(t=1..T) m(t) (f(t) o h(t-1))'
db_n  = sum(t=0..T) m(t)
dV    = dy h(T)'
)";

std::vector<DemoFile> verify_demo_derivation(const std::filesystem::path& folder) {
    const std::string net_name = "mgu.rec", homework_name = "mgu_homework.txt";
    write_file(folder / net_name, demo_net);
    write_file(folder / homework_name, demo_homework);
    const NetText net = read_net(demo_net, net_name);
    print(
        "\nThe minimal gated unit, a net as text, and its back-propagation through time as "
        "somebody "
        "derived it\nby hand: `revolute verify {} {}` says\n\n{}",
        net_name, homework_name, to_text(check_derivation(net, demo_homework, homework_name)));
    return {{net_name, "a net as text, for every command that takes --net"},
            {homework_name, "a derivation of it by hand, with three mistakes, for `verify`"}};
}

}  // namespace revolute
