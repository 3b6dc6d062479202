// Products of matrices, ours beside those of the libraries that are installed (OpenBLAS, BLIS,
// oneDNN in float), one thread, all in turns:
//     bench_products [--vectors BYTES] [--only TEXT] [--turns NUMBER]
// A line for each shape with the least time of each, in microseconds: ours with the left factor as
// it stands, and "kept", packed before. Ratios are the best other's time to ours, so that more than
// one is faster. --vectors 32 or 16 leaves wider vectors out, on all sides; --only takes the lines
// in which the text is, as "step float A' B 64 32".

#include <revolute/graph/kernels/packed_products.hpp>
#include <revolute/graph/program/detail/machine/product.hpp>

#include <fmt/format.h>
#include <hand/blas.hpp>
#include <hwy/aligned_allocator.h>
#include <hwy/targets.h>
#include <peers/peers.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

namespace {

struct Options {
    std::size_t bytes_of_vector =
        (hwy::SupportedTargets() & (HWY_AVX3 | HWY_AVX3_DL)) != 0 ? 64 : 32;
    std::string only;
    int turns = 9;
};

/// What nets multiply: a factor of a step, all steps at once, or a gradient summed over all steps;
/// the first and the last layer too, of few units.
struct Sizes {
    const char* kind;
    int rows, columns, inner;
};

std::vector<Sizes> all_sizes() {
    constexpr int all = 6400;  // columns of all steps together
    std::vector<Sizes> sizes;
    for (const int rows : {16, 32, 64, 128, 256, 512, 2048})
        for (const int inner : {1, 8, 16, 32, 64, 128, 256, 512})
            for (const int columns : {1, 8, 16, 32, 64})
                sizes.push_back({"step", rows, columns, inner});
    for (const int rows : {1, 8})
        for (const int inner : {16, 64, 512})
            for (const int columns : {1, 16, 64}) sizes.push_back({"step", rows, columns, inner});
    for (const int rows : {1, 8, 16, 64, 256, 512, 2048})
        for (const int other : {1, 8, 16, 64, 256, 512}) {
            if (rows == 1 && other == 1) continue;
            sizes.push_back({"steps", rows, all, other});
            sizes.push_back({"gradient", rows, other, all});
        }
    return sizes;
}

/// What the action takes of this thread's time, in microseconds: what others do between does not
/// count.
double own_microseconds(const auto& action) {
    const auto now = [] {
        std::timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
    };
    const double start = now();
    action();
    return now() - start;
}

/// The least time of one call of each, in microseconds: all in turns, each turn of so many calls
/// that it takes some time, behind one that brings to the caches what it reads.
std::vector<double> least_times(const std::vector<std::function<void()>>& sides, int turns) {
    constexpr double turn = 40, is_long = 10'000;
    std::vector<double> least;
    std::vector<int> calls;
    for (const auto& side : sides) {
        double once = own_microseconds(side);  // reads all memory once
        if (once < is_long) once = std::min(own_microseconds(side), own_microseconds(side));
        least.push_back(once);
        calls.push_back(static_cast<int>(std::clamp(turn / std::max(once, 0.01), 1.0, 1000.0)));
    }
    const bool are_long = *std::ranges::max_element(least) > is_long;
    for (int i = 0; i < (are_long ? std::min(turns, 2) : turns); ++i)
        for (std::size_t side = 0; side < sides.size(); ++side) {
            if (!are_long) sides[side]();
            const double time = own_microseconds([&] {
                for (int call = 0; call < calls[side]; ++call) sides[side]();
            });
            least[side] = std::min(least[side], time / calls[side]);
        }
    return least;
}

/// The geometric mean and the least of some ratios.
struct Summary {
    double logarithms = 0, least = std::numeric_limits<double>::infinity();
    int count = 0, below = 0;
    std::string worst{};

    void add(double ratio, const std::string& name) {
        logarithms += std::log(ratio);
        ++count;
        below += ratio < 0.8 ? 1 : 0;
        if (ratio < least) worst = name;
        least = std::min(least, ratio);
    }
    double mean() const { return std::exp(logarithms / count); }
};

using Summaries = std::map<std::string, Summary>;

/// At the beginning of a cache line, as the matrices of a program.
template <class T>
hwy::AlignedFreeUniquePtr<T[]> numbers(std::size_t count) {
    auto values = hwy::AllocateAligned<T>(std::max<std::size_t>(count, 1));
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(i % 13) / T(8);
    return values;
}

std::size_t size_of(int rows, int columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

template <class T>
void compare(const Sizes& sizes, bool turns_left, bool turns_right, const Options& options,
             Summaries& summaries) {
    const auto [kind, rows, columns, inner] = sizes;
    const std::string precision = sizeof(T) == sizeof(double) ? "double" : "float";
    const std::string form = fmt::format("A{} B{}", turns_left ? "'" : "", turns_right ? "'" : "");
    const std::string name =
        fmt::format("{:8} {:6} {:7} {:5} {:5} {:5}", kind, precision, form, rows, inner, columns);
    const std::string words =
        fmt::format("{} {} {} {} {} {}.", kind, precision, form, rows, inner, columns);
    if (words.find(options.only) == std::string::npos) return;
    const auto A = numbers<T>(size_of(rows, inner)), B = numbers<T>(size_of(inner, columns));
    const auto C = numbers<T>(size_of(rows, columns));
    const Product<T> product{rows,  columns, inner,   turns_left, turns_right,
                             false, A.get(), B.get(), C.get()};
    revolute::detail::ProductShape shape{.rows = rows,
                                         .columns = columns,
                                         .inner = inner,
                                         .left_is_transposed = turns_left,
                                         .right_is_transposed = turns_right,
                                         .left_leading = product.left_leading(),
                                         .right_leading = product.right_leading(),
                                         .result_leading = rows};
    const auto room = numbers<T>(revolute::detail::packing_room<T>(rows, columns, inner));
    const auto packed = numbers<T>(revolute::packed_products::packed_size<T>(rows, inner));
    revolute::packed_products::pack(rows, inner, {A.get(), shape.left_leading, turns_left},
                                    packed.get());
    revolute::detail::ProductShape kept = shape;
    kept.left_is_packed = true;
    std::vector<std::function<void()>> sides{
        [&] { revolute::detail::multiply(shape, A.get(), B.get(), C.get(), room.get()); },
        [&] { revolute::detail::multiply(kept, packed.get(), B.get(), C.get(), room.get()); }};
    for (const Peer<T>& peer : peers<T>())
        sides.emplace_back([&product, multiply = peer.multiply] { multiply(product); });
    const std::vector<double> times = least_times(sides, options.turns);
    const double best = *std::min_element(times.begin() + 2, times.end());
    std::string line = name;
    for (const double time : times) line += fmt::format(" {:9.2f}", time);
    fmt::print("{} {:7.2f} {:7.2f}\n", line, best / times[0], best / times[1]);
    for (const std::string& group :
         {std::string("all"), precision, fmt::format("{} {}", precision, kind),
          fmt::format("{} {}", precision, form)}) {
        summaries[group].add(best / times[0], name);
        summaries[group + ", kept"].add(best / times[1], name);
    }
    if (columns == 1 || rows == 1) {
        summaries[precision + " vectors"].add(best / times[0], name);
        summaries[precision + " vectors, kept"].add(best / times[1], name);
    }
}

template <class T>
void compare_all(const Options& options, Summaries& summaries) {
    std::string head = fmt::format("{:43} {:>9} {:>9}",
                                   "          numbers  form    rows inner columns", "ours", "kept");
    for (const Peer<T>& peer : peers<T>()) head += fmt::format(" {:>9}", peer.name);
    fmt::print("{} {:>7} {:>7}\n", head, "ratio", "kept");
    for (const Sizes& sizes : all_sizes())
        for (const bool turns_left : {false, true})
            for (const bool turns_right : {false, true})
                compare<T>(sizes, turns_left, turns_right, options, summaries);
}

Options options_of(int count, char** arguments) {
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = arguments[i];
        if (name == "--vectors")
            options.bytes_of_vector = std::strtoul(arguments[i + 1], nullptr, 10);
        if (name == "--only") options.only = arguments[i + 1];
        if (name == "--turns") options.turns = std::atoi(arguments[i + 1]);
    }
    return options;
}

/// Leaves out what has wider vectors, in this process.
void narrow_vectors(std::size_t bytes) {
    if (bytes < 64) hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL);
    if (bytes < 32) hwy::DisableTargets(HWY_AVX2);
}

void run(const Options& options) {
    fmt::print("vectors of {} bytes, OpenBLAS's kernels: {}\n",
               revolute::packed_products::rows_together<double>() * sizeof(double),
               revolute::hand::openblas_kernels());
    Summaries summaries;
    compare_all<float>(options, summaries);
    compare_all<double>(options, summaries);
    fmt::print("\n{:28} {:>6} {:>6} {:>6} {:>6}  {}\n", "", "shapes", "mean", "least", "<0.8",
               "worst");
    for (const auto& [group, summary] : summaries)
        fmt::print("{:28} {:6} {:6.2f} {:6.2f} {:6}  {}\n", group, summary.count, summary.mean(),
                   summary.least, summary.below, summary.worst);
}

}  // namespace

}  // namespace bench

int main(int count, char** arguments) {
    const bench::Options options = bench::options_of(count, arguments);
    bench::tell_peers(options.bytes_of_vector, arguments);
    bench::narrow_vectors(options.bytes_of_vector);
    bench::run(options);
}
