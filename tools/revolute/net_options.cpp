#include "net_options.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace revolute {

namespace {

const Choices<InitialState> initial_states{{"zero", InitialState::zero},
                                           {"given", InitialState::given},
                                           {"trainable", InitialState::trainable}};
const Choices<Answers> answer_modes{{"last", Answers::last}, {"every", Answers::every}};

/// In the order of CellKind.
constexpr std::array cell_titles{"simple RNN", "simple RNN with relu",
                                 "GRU",        "GRU with the reset before the product",
                                 "LSTM",       "LSTM with peepholes"};

}  // namespace

void add_architecture_options(CLI::App& command, Architecture& architecture) {
    Choices<CellKind> kinds;
    for (const CellKind kind : cell_kinds()) kinds.emplace_back(name_of(kind), kind);
    add_choice(command, "--cell", architecture.cell, "Cell of the net", kinds);
    command.add_option("--layers", architecture.layers, "Layers, each reading the one below")
        ->check(whole_number(1, 1000))
        ->capture_default_str();
    command.add_flag("--bidirectional", architecture.is_bidirectional,
                     "Every layer reads its input forward and backward in time");
    command.add_flag("--residual", architecture.is_residual,
                     "Every layer but the first adds its input to its output");
}

void add_size_options(CLI::App& command, Sizes& sizes) {
    const auto add = [&command](const char* name, int& size, const char* what) {
        command.add_option(name, size, what)
            ->check(whole_number(1, 1'000'000))
            ->capture_default_str();
    };
    add("--steps", sizes.steps, "Number of steps N");
    add("--hidden", sizes.hidden, "Hidden units H");
    add("--input", sizes.input, "Inputs I");
    add("--output", sizes.output, "Outputs O");
    add("--batch", sizes.batch, "Columns B of the batch");
}

void add_answers_option(CLI::App& command, std::optional<Answers>& answers) {
    command
        .add_option(
            "--answers", answers,
            "Steps the net answers at: the last, or, by default when bidirectional, every one")
        ->transform(one_of(answer_modes));
}

bool answers_every_step(std::optional<Answers> answers, const Architecture& architecture) {
    return answers ? *answers == Answers::every : architecture.is_bidirectional;
}

void add_initial_option(CLI::App& command, InitialState& initial) {
    add_choice(command, "--initial", initial,
               "Initial state: zero, given for each column, or trainable, one for all",
               initial_states);
}

std::string counted(int number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string describe(const Architecture& architecture) {
    std::string text = cell_titles.at(static_cast<std::size_t>(architecture.cell));
    if (architecture.is_bidirectional) text = "bidirectional " + text;
    if (architecture.layers > 1) text += fmt::format(", {} layers", architecture.layers);
    if (architecture.is_residual) text += ", residual";
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

}  // namespace revolute
