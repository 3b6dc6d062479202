// An operator that is defined here, and not in the library, in a cell: through everything that the
// program does with its own.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/rnn/cell_type.hpp>
#include <revolute/tools/checks/net_check.hpp>
#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/exchange/state_dict.hpp>
#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/support/norm.hpp>
#include <revolute/tools/support/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace revolute;

namespace {

Expr derivative(Expr y) { return power(1.0 - square(y), 1.5); }

/// The inverse square root unit (Carlile et al. 2017), y = x / sqrt(1 + x^2), whose derivative is
/// (1 - y^2)^1.5; with a rule that a test chooses.
constexpr Op unit(PullbackRule pullback) {
    return {
        .name = "isru",
        .shape = same_as_input,
        .role = Role::elementwise,
        .evaluate =
            [](const Arguments& x, MatrixView y) {
                std::ranges::transform(x[0].values(), y.data,
                                       [](double z) { return z / std::sqrt(1 + z * z); });
            },
        .derivative_by_output = derivative,
        .pullback = {pullback},
    };
}

constinit const Op right = unit(times_derivative_by_output);
constinit const Op without_derivative = unit([](const Pullback& p) { return p.adjoint; });
constinit const Op itself = unit([](const Pullback& p) { return hadamard(p.adjoint, p.output); });
constinit const Op at_output = unit(
    [](const Pullback& p) { return hadamard(p.adjoint, derivative(apply(right, {p.output}))); });
constinit const Op of_tanh =
    unit([](const Pullback& p) { return hadamard(p.adjoint, 1.0 - square(p.output)); });

/// h(t) = f(W x + U h(t-1) + b).
template <const Op& f>
class UnitCell {
 public:
    UnitCell(Graph& graph, int input, int hidden, std::string_view suffix)
        : W_(graph.parameter(with_suffix("W", suffix), {hidden, input})),
          U_(graph.parameter(with_suffix("U", suffix), {hidden, hidden})),
          b_(graph.parameter(with_suffix("b", suffix), {hidden, 1})),
          name_(with_suffix("h", suffix)) {}

    std::vector<StateTensor> state_tensors() const { return {{name_, U_.shape().rows}}; }
    std::vector<Expr> parameters() const { return {W_, U_, b_}; }
    State step(Expr x, const State& previous) const {
        const Expr Wx = dense(W_, x, b_);
        return {apply(f, {Wx + U_ * previous[0]}).named(name_)};
    }

 private:
    Expr W_, U_, b_;
    std::string name_;
};

template <const Op& f>
CellType cell() {
    return cell_type<UnitCell<f>>("unit");
}

const Sizes sizes{.steps = 5, .input = 2, .hidden = 3, .output = 2, .batch = 3};

/// A case of random numbers.
Case case_of(const CellType& type) {
    Random random(4);
    Case of;
    of.name = "unit";
    of.sizes = sizes;
    of.architecture = {.cell = type, .initial = InitialState::given};
    for (int t = 0; t < sizes.steps; ++t) of.x.push_back(random.matrix({sizes.input, sizes.batch}));
    of.targets = {random.matrix({sizes.output, sizes.batch})};
    of.initial = {{"h0", {random.matrix({sizes.hidden, sizes.batch})}}};
    for (const ArrayShape& array : state_dict_shapes(of.architecture, sizes))
        of.parameters.push_back({array.name, random.matrix(array.shape)});
    return of;
}

/// What compare says of gradients whose rule was another.
template <const Op& wrong>
std::string said_of() {
    const Case of = case_of(cell<right>());
    const GradientComparison comparison = compare_gradients(of, solve(case_of(cell<wrong>())));
    CHECK_FALSE(comparison.agrees());
    CHECK(comparison.unexplained.empty());
    return to_text(comparison, of);
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("own operator: its gradients are checked, alone and in nets") {
    for (const int layers : {1, 2})
        CHECK(check_net(sizes, {.cell = cell<right>(), .layers = layers}, 3).passes());
    CHECK_FALSE(check_net(sizes, {.cell = cell<of_tanh>()}, 3).passes());
}

TEST_CASE("own operator: a program computes what the evaluator does") {
    RandomNet net(sizes, {.cell = cell<right>()}, 5);
    const std::vector<Expr> all =
        differentiate(net.net.loss(), net.net.variables()).loss_and_gradients();
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        Program program = compile(all, {.precision = precision});
        program.bind(net.values);
        program.run();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Matrix expected = evaluate(all[i], net.values);
            CHECK(largest_difference(program.value(i), expected) <=
                  (precision == Precision::float64 ? 1e-12 : 1e-5) * largest_entry(expected));
        }
    }
}

TEST_CASE("own operator: equations and figures have its name and its rule") {
    const Equations general = general_equations([](std::int32_t steps) {
        Graph graph;
        Sizes of = sizes;
        of.steps = steps;
        const RecurrentNet net = recurrent_net(graph, of, {.cell = cell<right>()});
        return rolled_up(differentiate(net.loss(), net.variables()));
    });
    CHECK(general.is_general);
    CHECK(contains(to_text(general), "h(t) = isru("));
    CHECK(contains(to_text(general), "(1 - h(t)^2)^1.5"));
    CHECK(contains(to_latex(general), "\\operatorname{isru}"));

    Graph graph;
    const RecurrentNet net = recurrent_net(graph, sizes, {.cell = cell<right>()});
    const Derivative d = differentiate(net.loss(), net.variables());
    std::ostringstream out;
    write_dot(out, local_derivatives(d, {}));
    CHECK(contains(out.str(), "isru"));
}

TEST_CASE("own operator: compare finds mistakes in its derivative, and accuses no right one") {
    const Case of = case_of(cell<right>());
    CHECK(compare_gradients(of, solve(of)).agrees());
    CHECK(contains(said_of<without_derivative>(), "a factor f' is missing: (1 - h[t]^2)^1.5"));
    CHECK(contains(said_of<itself>(),
                   "f stands where f' belongs: h[t] where (1 - h[t]^2)^1.5 belongs"));
    CHECK(
        contains(said_of<at_output>(), "f' is taken at h[t] instead of z: (1 - isru(h[t])^2)^1.5"));
    CHECK(contains(said_of<of_tanh>(), "the derivative of tanh stands where that of isru belongs"));
}
