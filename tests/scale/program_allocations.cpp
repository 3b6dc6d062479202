// Running a program allocates nothing, and it holds what it says: counts the calls of operator new
// in runs of compiled gradients, in double and in float, in which some operators run by their
// reference kernels, and the bytes in use at their peak. Only what decomposes matrices allocates in
// its first run.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>

using namespace revolute;

namespace {

std::size_t allocations = 0;
std::size_t bytes_in_use = 0;
std::size_t peak = 0;

void* counted(std::size_t size, std::size_t alignment) {
    ++allocations;
    void* const memory =
        std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    bytes_in_use += malloc_usable_size(memory);
    peak = std::max(peak, bytes_in_use);
    return memory;
}

void give_back(void* memory) {
    bytes_in_use -= malloc_usable_size(memory);
    std::free(memory);
}

void bind_all(Program& program, Graph& graph) {
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (const Expr leaf = graph.at(NodeId{i}); program.needs(leaf))
            program.bind(leaf, Matrix(leaf.shape(), 0.25));
}

std::size_t allocations_of_run(CellKind kind, Precision precision) {
    Graph graph;
    const RecurrentNet net = recurrent_net(
        graph, {.steps = 20, .input = 3, .hidden = 5, .output = 1, .batch = 2}, {.cell = kind});
    const Derivative d = differentiate(net.loss(), net.variables());
    Program program = compile(d.gradients(), {.precision = precision});
    bind_all(program, graph);
    const std::size_t before = allocations;
    program.run();
    program.run();
    return allocations - before;
}

/// In runs behind the first, of which matrices of two sizes are decomposed: their memory stays with
/// the thread.
std::size_t allocations_of_decompositions(Precision precision) {
    Graph graph;
    const Expr A = graph.parameter("A", {7, 7}), B = graph.parameter("B", {3, 3});
    const Expr loss = sum(solve(A, graph.constant(1.0, {7, 2}))) + log_determinant(A) +
                      sum(inverse(B + identity_matrix(graph, 3)));
    const Derivative d = differentiate(loss, {A, B});
    Program program = compile(d.gradients(), {.precision = precision});
    bind_all(program, graph);
    program.run();
    const std::size_t before = allocations;
    program.run();
    program.run();
    return allocations - before;
}

/// The bytes that a program takes at the peak of a run, over what it says.
double share_of_bytes(Precision precision) {
    Graph graph;
    const RecurrentNet net = recurrent_net(
        graph, {.steps = 100, .input = 16, .hidden = 64, .output = 1, .batch = 256}, {});
    const Derivative d = differentiate(net.loss(), net.variables());
    const std::size_t before = bytes_in_use;
    Program program = compile(d.gradients(), {.precision = precision});
    peak = bytes_in_use;  // what rolling took meanwhile is given back
    bind_all(program, graph);
    program.run();
    return static_cast<double>(peak - before) / static_cast<double>(program.bytes());
}

}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }

int main() {
    std::size_t worst = 0;
    for (const CellKind kind : cell_kinds())
        for (const Precision precision : {Precision::float64, Precision::float32}) {
            const std::size_t count = allocations_of_run(kind, precision);
            std::printf("%-14s %s: %zu allocations in two runs\n", name_of(kind).data(),
                        precision == Precision::float64 ? "double" : "float", count);
            worst = count > worst ? count : worst;
        }
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        const std::size_t count = allocations_of_decompositions(precision);
        std::printf("decompositions, %s: %zu allocations in two runs behind the first\n",
                    precision == Precision::float64 ? "double" : "float", count);
        worst = count > worst ? count : worst;
    }
    if (allocations == 0) std::puts("operator new was not counted");
    bool are_right = true;
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        const double share = share_of_bytes(precision);
        std::printf("%s: %.4f bytes in use for each that the program says\n",
                    precision == Precision::float64 ? "double" : "float", share);
        are_right = are_right && share >= 1.0 && share <= 1.01;
    }
    return worst == 0 && allocations > 0 && are_right ? 0 : 1;
}
