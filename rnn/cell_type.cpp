#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/cell_type.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/simple_rnn.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

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

/// What a user's cell must be, so that nets, files and trainings can rely on it.
class CellCheck {
 public:
    CellCheck(const CellType& type, const AnyCell& cell, SourceLine line)
        : subject_("cell " + type.name()),
          tensors_(cell.state_tensors()),
          parameters_(cell.parameters()),
          line_(line) {}

    void require_state() const {
        require_tensors(subject_, tensors_, line_);
        std::set<std::string_view> names;
        for (const StateTensor& tensor : tensors_)
            if (!names.insert(tensor.name).second)
                refuse(fmt::format("two of the cell's state tensors are called {}", tensor.name));
    }

    /// `made_from` is the first node that the cell may have made.
    void require_parameters(const Graph& graph, std::uint32_t made_from) const {
        std::set<NodeId> listed;
        for (std::size_t i = 0; i < parameters_.size(); ++i) {
            const Expr parameter = parameters_[i];
            const auto refuse_it = [&](std::string_view why) {
                refuse(
                    fmt::format("the cell's parameters() must be leaves of its graph, each once "
                                "(number {} is {})",
                                i + 1, why));
            };
            if (parameter.graph == nullptr) refuse_it("empty");
            if (parameter.graph != &graph) refuse_it("of another graph");
            if (!is_given(graph.op(parameter.id)))
                refuse_it("no leaf: " + graph.describe(parameter.id));
            if (!listed.insert(parameter.id).second)
                refuse_it("there before: " + graph.describe(parameter.id));
        }
        for (std::uint32_t i = made_from; i < graph.size(); ++i)
            if (&graph.op(NodeId{i}) == &parameter_op && !listed.contains(NodeId{i}))
                refuse(
                    fmt::format("the cell's parameters() must have every parameter that the "
                                "cell makes\n  one that is not among them is {}",
                                graph.describe(NodeId{i})));
    }

 private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw GraphError(fmt::format("{}: {}\n  asked for at {}", subject_, why, to_string(line_)));
    }

    std::string subject_;
    std::vector<StateTensor> tensors_;
    std::vector<Expr> parameters_;
    SourceLine line_;
};

bool is_printable(std::string_view name) {
    return std::ranges::all_of(name, [](char c) { return '!' <= c && c <= '~'; });
}

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
    if (!is_printable(name))
        throw GraphError(fmt::format(
            "cell type: the name must be of printable ASCII characters without blanks ({:?})\n  "
            "asked for at {}",
            name, to_string(line)));
    std::string title = name;
    definition_ = std::make_shared<const Definition>(
        Definition{std::move(name), std::move(title), std::nullopt, std::move(make)});
}

AnyCell make_cell(const CellType& type, Graph& graph, int input, int hidden,
                  std::string_view suffix, SourceLine line) {
    const auto made_from = static_cast<std::uint32_t>(graph.size());
    AnyCell cell = type.definition_->make(graph, input, hidden, suffix, line);
    const CellCheck check(type, cell, line);
    check.require_state();
    check.require_parameters(graph, made_from);
    return cell;
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
