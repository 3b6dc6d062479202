#include <revolute/tools/computation/computation.hpp>

#include <algorithm>

namespace revolute {

namespace {

Matrix copy_of(ConstMatrixView value) {
    const auto entries = value.values();
    return {value.rows, value.columns, std::vector<double>(entries.begin(), entries.end())};
}

}  // namespace

Computation::Means Computation::means_for(std::span<const Expr> outputs, ComputedBy by,
                                          FiniteCheck check, CompileOptions options) {
    if (by == ComputedBy::reference) return Reference{};
    options.check_finite = check == FiniteCheck::on;
    return compile(outputs, options);
}

Computation::Computation(std::span<const Expr> outputs, ComputedBy by, FiniteCheck check,
                         const CompileOptions& options)
    : outputs_(outputs.begin(), outputs.end()),
      check_(check),
      means_(means_for(outputs, by, check, options)) {}

void Computation::bind(Expr leaf, ConstMatrixView value) {
    if (auto* const reference = std::get_if<Reference>(&means_)) {
        reference->values.bind(leaf, copy_of(value));
        return;
    }
    Program& program = std::get<Program>(means_);
    if (program.needs(leaf)) program.bind(leaf, value);
}

void Computation::bind(std::span<const Expr> leaves, std::span<const Matrix> values) {
    for (std::size_t i = 0; i < leaves.size(); ++i) bind(leaves[i], values[i]);
}

void Computation::bind(const Bindings& values) {
    Graph& graph = *outputs_.front().graph;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const Expr leaf = graph.at(NodeId{i}); const Matrix* const value = values.find(leaf))
            bind(leaf, *value);
}

void Computation::carry(Expr output, Expr leaf) {
    if (auto* const program = std::get_if<Program>(&means_)) {
        program->carry(output, leaf);
        return;
    }
    const auto place = std::ranges::find(outputs_, output) - outputs_.begin();
    std::get<Reference>(means_).carried.emplace_back(static_cast<std::size_t>(place), leaf);
}

void Computation::run() {
    if (auto* const program = std::get_if<Program>(&means_))
        program->run();
    else
        run_reference(std::get<Reference>(means_));
}

void Computation::run_reference(Reference& reference) const {
    reference.results = evaluate(outputs_, reference.values, check_);
    for (const auto& [output, leaf] : reference.carried)
        reference.values.bind(leaf, reference.results[output]);
}

Matrix Computation::value(std::size_t output) {
    if (auto* const program = std::get_if<Program>(&means_)) return copy_of(program->value(output));
    return std::get<Reference>(means_).results.at(output);
}

std::size_t Computation::bytes() const {
    const auto* const program = std::get_if<Program>(&means_);
    return program != nullptr ? program->bytes() : 0;
}

std::vector<Matrix> Computation::values() {
    std::vector<Matrix> all;
    for (std::size_t i = 0; i < outputs_.size(); ++i) all.push_back(value(i));
    return all;
}

void run_reported(const Derivative& derivative, Computation& computation,
                  const NotFiniteReport& report) {
    try {
        computation.run();
    } catch (const NonFiniteError& error) {
        if (report) report(derivative, computation.outputs(), error);
        throw;
    }
}

}  // namespace revolute
