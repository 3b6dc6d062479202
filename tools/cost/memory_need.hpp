#pragma once

/// @file
/// About what memory a command takes for a net that is not built, and the refusal of more than
/// there is.

#include <revolute/tools/cost/net_size.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace revolute {

/// How the memory of a command grows with its net. The constants are measured: what the process has
/// at its peak, with simple nets and LSTMs that are deep, long or wide.
struct MemoryLaw {
    double bytes_a_node = 0;  ///< of the graphs, for each node of the net
    ///@{
    /// Copies, of 8 bytes an entry: of all parameters, of the largest one, and of the values of all
    /// nodes.
    double of_parameters = 0;
    double of_largest = 0;
    double of_values = 0;
    ///@}
    bool is_of_few_steps = false;  ///< a few steps stand for all
};

///@{
/// The laws of the commands. A program's own memory is not in them: `compile` knows it and keeps to
/// a limit.
inline constexpr MemoryLaw memory_of_derive{.bytes_a_node = 900, .is_of_few_steps = true};
inline constexpr MemoryLaw memory_of_rolling{.bytes_a_node = 500, .is_of_few_steps = true};
inline constexpr MemoryLaw memory_of_bench{.bytes_a_node = 160, .of_parameters = 2};
inline constexpr MemoryLaw memory_of_check{
    .bytes_a_node = 230, .of_parameters = 2.5, .of_largest = 25, .of_values = 0.6};
inline constexpr MemoryLaw memory_of_case{.bytes_a_node = 250, .of_parameters = 3, .of_values = 1};
inline constexpr MemoryLaw memory_of_training{.bytes_a_node = 1300, .of_parameters = 34};
inline constexpr MemoryLaw memory_of_predict{.bytes_a_node = 100, .of_parameters = 18};
///@}

/// Figures: what one of all steps takes for a node of the net.
struct FigureKind {
    bool has_backward_pass = false;  ///< else the forward graph alone
    bool is_rendered = false;        ///< by Graphviz; else it is DOT
    bool is_of_few_steps = false;    ///< folded or elided
};
/// The law of a figure.
MemoryLaw memory_of_figure(const FigureKind& kind);

/// What `memory_need` says.
struct MemoryNeed {
    double nodes = 0;       ///< that are built
    double parameters = 0;  ///< entries of all parameters
    double bytes = 0;       ///< memory at its peak
};
/// About what a command takes, within a factor of two where it is more than a hundred megabytes.
MemoryNeed memory_need(const SizedNet& net, const MemoryLaw& law);

/// The same for a net whose size is known.
MemoryNeed memory_need(const NetSize& size, const MemoryLaw& law);
/// The number of steps that a command builds of so many.
int built_steps(int steps, const MemoryLaw& law);
/// Throws CapacityError where a command would take more than the `available` bytes for a net of
/// that size.
void require_memory(std::string_view command, const NetSize& size, const MemoryLaw& law,
                    std::size_t available);

/// An option that says a size of the net.
struct SizeOption {
    std::string_view name;        ///< as it is written on the command line
    int& (*size)(SizedNet& net);  ///< where the size stands
};
/// `--steps`, `--layers`, `--hidden`, `--input`, `--output` and `--batch`.
std::span<const SizeOption> net_size_options();
/// The same for windows of a table: `--window`, `--layers` and `--hidden`.
std::span<const SizeOption> window_size_options();

/// Throws CapacityError, before anything is built, where a command would take more than the
/// `available` bytes: how much that is, and for each of the options the largest size with which it
/// would fit.
void require_memory(std::string_view command, const SizedNet& net, const MemoryLaw& law,
                    std::span<const SizeOption> options, std::size_t available);

}  // namespace revolute
