#include <revolute/tools/language/detail/net_builder.hpp>
#include <revolute/tools/language/detail/value_builder.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace revolute::detail {

namespace {

/// Puts the leaves of a text into a graph, and its lines' values behind them.
class NetBuilder {
 public:
    NetBuilder(const NetParts& net, const NetShapes& shapes, const StepsByAxis& steps, int columns,
               Graph& graph)
        : net_(net),
          shapes_(shapes),
          steps_(steps),
          columns_(columns),
          graph_(graph),
          values_(net, shapes, steps, columns, graph) {}

    TextNet build() {
        TextNet made;
        made.steps = steps_;
        for (const auto& [axis, steps] : steps_) graph_.note_steps_of_source(axis, steps);
        make_leaves(made);
        make_sequences(made);
        make_initial(made);
        values_.make_all();
        add_values(made);
        set_loss(made);
        return made;
    }

 private:
    /// What has no step and no line.
    void make_leaves(TextNet& made) {
        for (std::size_t i = 0; i < net_.names.all().size(); ++i) {
            const NetName& name = net_.names[i];
            const bool is_parameter = name.role == NetRole::parameter;
            const bool is_leaf =
                is_parameter || name.role == NetRole::given || name.role == NetRole::target;
            if (!is_leaf) continue;
            const SourceLine line = source_line(net_.source, name.place);
            const Shape shape = shapes_.shape(i, columns_);
            const Expr leaf = is_parameter ? graph_.parameter(name.name, shape, line)
                                           : graph_.input(name.name, shape, line);
            values_.put({i, 0}, leaf);
            std::vector<NetValue>& list = is_parameter                  ? made.trained
                                          : name.role == NetRole::given ? made.given
                                                                        : made.targets;
            list.push_back({name.name, leaf});
        }
    }

    /// What has steps and no line.
    void make_sequences(TextNet& made) {
        for (std::size_t i = 0; i < net_.names.all().size(); ++i) {
            const NetName& name = net_.names[i];
            if (name.role != NetRole::input) continue;
            NetSequence sequence{name.name, {}};
            const auto [low, high] = steps_.at(name.axis);
            const SourceLine line = source_line(net_.source, name.place);
            for (std::int32_t t = low; t <= high; ++t) {
                const Scope at_step(graph_, Step{name.axis, t});
                const Expr leaf = graph_.input(name.name, shapes_.shape(i, columns_), line);
                values_.put({i, t}, leaf);
                sequence.values.push_back(leaf);
            }
            made.inputs.push_back(std::move(sequence));
        }
    }

    /// "h(-1) given", with a column for each of the batch, and "h(-1) trainable", with one for all.
    void make_initial(TextNet& made) {
        const NumberContext context{steps_, columns_};
        for (std::size_t i = 0; i < net_.names.all().size(); ++i)
            for (const WrittenLeaf& leaf : net_.names[i].leaves) {
                if (!leaf.step) continue;
                const std::int32_t t = value_of(*leaf.step, net_.names[i].axis, context);
                make_state({i, t}, leaf, made);
            }
    }

    void make_state(NetMember member, const WrittenLeaf& leaf, TextNet& made) {
        if (values_.lines().contains(member) || values_.has(member))
            net_.source.fail(leaf.place,
                             fmt::format("{} has a value already", values_.in_words(member)));
        const NetName& name = net_.names[member.name];
        const SourceLine line = source_line(net_.source, leaf.place);
        const Scope made_here(graph_, line);
        const Scope at_step(graph_, Step{name.axis, member.t});
        Shape shape = shapes_.shape(member.name, columns_);
        if (leaf.is_trainable) shape.columns = 1;
        const Expr state = graph_.initial_state(name.name, shape, line);
        if (leaf.is_trainable)
            values_.put_repeated(member, state);
        else
            values_.put(member, state);
        made.initial.push_back({values_.in_words(member), state});
    }

    void add_values(TextNet& made) const {
        for (const auto& [member, line] : values_.lines()) {
            const NetName& name = net_.names[member.name];
            const auto step = name.has_steps ? std::optional(member.t) : std::nullopt;
            made.values.emplace(std::pair(name.name, step), values_.at(member));
        }
    }

    void set_loss(TextNet& made) const {
        const std::optional<std::size_t> loss = net_.names.loss(net_.syntax);
        if (!loss) return;
        const WrittenEquation& line = net_.syntax.equations[*loss];
        made.loss = values_.at({net_.names.number(line.name), 0});
        if (!made.loss.shape().is_scalar())
            net_.source.fail(line.left_place,
                             fmt::format("what is trained for must be 1 x 1, and {} is {}",
                                         line.name, to_string(made.loss.shape())));
    }

    const NetParts& net_;
    const NetShapes& shapes_;
    const StepsByAxis& steps_;
    int columns_;
    Graph& graph_;
    ValueBuilder values_;
};

}  // namespace

TextNet build_net(const NetParts& net, const NetShapes& shapes, const StepsByAxis& steps,
                  int columns, Graph& graph) {
    return NetBuilder(net, shapes, steps, columns, graph).build();
}

}  // namespace revolute::detail
