#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/cell_type.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace revolute {

namespace {

using MakeCell = AnyCell (*)(Graph&, int input, int hidden, std::string_view suffix, SourceLine);

struct KnownCell {
    CellKind kind;
    std::string_view name, title;
    MakeCell make;
};

template <SimpleRnn::Activation f>
AnyCell make_simple(Graph& graph, int input, int hidden, std::string_view suffix, SourceLine line) {
    return SimpleRnn(graph, input, hidden, f, suffix, line);
}

template <Reset reset>
AnyCell make_gru(Graph& graph, int input, int hidden, std::string_view suffix, SourceLine line) {
    return Gru(graph, input, hidden, reset, suffix, line);
}

template <bool peepholes>
AnyCell make_lstm(Graph& graph, int input, int hidden, std::string_view suffix, SourceLine line) {
    return Lstm(graph, input, hidden, {.peepholes = peepholes, .suffix = suffix}, line);
}

/// In the order of CellKind.
constexpr std::array known_cells{
    KnownCell{CellKind::simple, "simple", "simple RNN", make_simple<tanh>},
    KnownCell{CellKind::simple_relu, "simple-relu", "simple RNN with relu", make_simple<relu>},
    KnownCell{CellKind::gru, "gru", "GRU", make_gru<Reset::after_product>},
    KnownCell{CellKind::gru_before, "gru-before", "GRU with the reset before the product",
              make_gru<Reset::before_product>},
    KnownCell{CellKind::lstm, "lstm", "LSTM", make_lstm<false>},
    KnownCell{CellKind::lstm_peephole, "lstm-peephole", "LSTM with peepholes", make_lstm<true>},
};

constexpr auto kinds = [] {
    std::array<CellKind, known_cells.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = known_cells[i].kind;
    return all;
}();

}  // namespace

std::span<const CellKind> cell_kinds() { return kinds; }

std::string_view name_of(CellKind kind) {
    return known_cells.at(static_cast<std::size_t>(kind)).name;
}

std::optional<CellKind> cell_kind(std::string_view name) {
    const auto found = std::ranges::find(known_cells, name, &KnownCell::name);
    return found == known_cells.end() ? std::nullopt : std::optional(found->kind);
}

std::vector<std::shared_ptr<const CellType::Definition>> CellType::library() {
    std::vector<std::shared_ptr<const Definition>> all;
    all.reserve(known_cells.size());
    for (const KnownCell& cell : known_cells)
        all.push_back(std::make_shared<const Definition>(
            Definition{std::string(cell.name), std::string(cell.title), cell.kind, cell.make}));
    return all;
}

CellType::CellType(CellKind kind) {
    static const std::vector<std::shared_ptr<const Definition>> types = library();
    definition_ = types.at(static_cast<std::size_t>(kind));
}

CellType::CellType(std::string name, Make make, SourceLine line) {
    if (!make)
        throw GraphError(
            fmt::format("cell type: {} needs a function that makes a cell\n  asked for at {}", name,
                        to_string(line)));
    // "rnn" is what cases call the simple cell.
    if (name.empty() || cell_kind(name) || name == "rnn")
        throw GraphError(fmt::format(
            "cell type: the name must be another than those of the library's cells ({})\n  "
            "asked for at {}",
            name.empty() ? "it is empty" : name, to_string(line)));
    std::string title = name;
    definition_ = std::make_shared<const Definition>(
        Definition{std::move(name), std::move(title), std::nullopt, std::move(make)});
}

AnyCell make_cell(const CellType& type, Graph& graph, int input, int hidden,
                  std::string_view suffix, SourceLine line) {
    return type.definition_->make(graph, input, hidden, suffix, line);
}

std::optional<CellType> cell_type_named(std::string_view name, std::span<const CellType> own) {
    const auto found = std::ranges::find(own, name, &CellType::name);
    if (std::ranges::count(own, name, &CellType::name) > 1)
        throw GraphError(fmt::format("cell types: two of them are called {}", name));
    if (found != own.end()) return *found;
    const std::optional<CellKind> kind = cell_kind(name);
    return kind ? std::optional<CellType>(*kind) : std::nullopt;
}

std::string names_of_cell_types(std::span<const CellType> own) {
    std::string names;
    const auto add = [&](std::string_view name) {
        names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name);
    };
    for (const KnownCell& cell : known_cells) add(cell.name);
    for (const CellType& type : own) add(type.name());
    return names;
}

}  // namespace revolute
