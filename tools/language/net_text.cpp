#include <revolute/graph/values/error.hpp>
#include <revolute/tools/language/detail/net_builder.hpp>
#include <revolute/tools/language/detail/text_reader.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <revolute/tools/support/detail/suggestion.hpp>

#include <fmt/format.h>

#include <set>
#include <utility>

namespace revolute {

namespace {

using detail::NetName;
using detail::NetRole;

/// A text is no longer than this: what it asks for is bounded by its length.
constexpr std::size_t most_bytes = 1'000'000;

std::vector<Expr> values_of(const std::vector<NetValue>& named) {
    std::vector<Expr> values;
    values.reserve(named.size());
    for (const NetValue& value : named) values.push_back(value.value);
    return values;
}

}  // namespace

std::vector<Expr> TextNet::parameters() const { return values_of(trained); }

std::vector<Expr> TextNet::variables() const {
    std::vector<Expr> all = values_of(trained);
    for (const NetValue& state : initial) all.push_back(state.value);
    return all;
}

struct NetText::Content {
    Content(std::string_view text, std::string name, std::span<const Op* const> own)
        : source(text, std::move(name)),
          functions(own),
          syntax(detail::read_text(source, functions)),
          names(source, syntax) {}

    detail::StepsByAxis steps(const NetTextSizes& sizes) const;
    int steps_on(std::int32_t axis, const NetTextSizes& sizes) const;

    detail::NetSource source;
    detail::NetFunctions functions;
    detail::NetSyntax syntax;
    detail::NetNames names;
};

int NetText::Content::steps_on(std::int32_t axis, const NetTextSizes& sizes) const {
    if (axis == 0) return sizes.steps;
    const auto said = sizes.other_steps.find(axis);
    if (said == sizes.other_steps.end())
        throw GraphError(
            fmt::format("{}: how many steps {} has is not said", source.name(), axis_name(axis)));
    return said->second;
}

/// The steps of each axis that a name has, from the first one that the text says, or 0.
detail::StepsByAxis NetText::Content::steps(const NetTextSizes& sizes) const {
    std::set<std::int32_t> axes{0};
    for (const NetName& name : names.all())
        if (name.has_steps) axes.insert(name.axis);
    detail::StepsByAxis steps;
    for (const std::int32_t axis : axes) {
        std::int32_t first = 0;
        std::optional<std::int32_t> last;
        for (const detail::WrittenSteps& said : syntax.steps) {
            if (said.axis != axis) continue;
            first = said.first.offset;
            if (said.last.from == detail::WrittenStep::From::zero) last = said.last.offset;
        }
        const int count = last && axis != 0 ? *last - first + 1 : steps_on(axis, sizes);
        if (count < 1)
            throw GraphError(fmt::format("{}: needs at least one step ({})", source.name(), count));
        if (last && *last - first + 1 != count)
            throw GraphError(fmt::format("{}: the text is of {} steps ({})", source.name(),
                                         *last - first + 1, count));
        steps[axis] = {first, first + count - 1};
    }
    return steps;
}

TextNet NetText::build(Graph& graph, const NetTextSizes& sizes) const {
    const Content& net = *content_;
    if (sizes.columns < 1)
        throw GraphError(
            fmt::format("{}: a batch has at least one column ({})", name(), sizes.columns));
    for (const auto& [word, rows] : sizes.rows) {
        std::vector<std::string> names;
        for (const NetName& known : net.names.all()) names.push_back(known.name);
        if (net.names.find(word) == nullptr)
            throw GraphError(fmt::format("{}: the text has no name {}{}", name(), word,
                                         detail::did_you_mean(word, names)));
        if (rows < 1)
            throw GraphError(fmt::format("{}: {} has at least one row ({})", name(), word, rows));
    }
    const detail::StepsByAxis steps = net.steps(sizes);
    detail::require_near_steps(net.source, net.syntax, steps);
    const detail::NetParts parts{net.source, net.syntax, net.names};
    const detail::NetShapes shapes(parts, steps, {.rows = sizes.rows});
    return detail::build_net(parts, shapes, steps, sizes.columns, graph);
}

const std::string& NetText::name() const { return content_->source.name(); }

std::vector<std::string> NetText::warnings() const {
    std::vector<std::string> warnings;
    const auto loss = content_->names.loss(content_->syntax);
    for (const NetName& name : content_->names.all()) {
        const bool is_loss = loss && content_->syntax.equations[*loss].name == name.name;
        if (name.role != NetRole::value || name.is_read || is_loss) continue;
        warnings.push_back(
            content_->source.message(name.place, fmt::format("nothing reads {}", name.name)));
    }
    return warnings;
}

std::optional<int> NetText::steps() const {
    for (const detail::WrittenSteps& said : content_->syntax.steps)
        if (said.axis == 0 && said.last.from == detail::WrittenStep::From::zero)
            return said.last.offset - said.first.offset + 1;
    return std::nullopt;
}

std::map<std::string, int> NetText::rows() const {
    std::map<std::string, int> rows;
    for (const detail::WrittenSize& size : content_->syntax.sizes) rows[size.name] = size.rows;
    return rows;
}

bool NetText::has_name(std::string_view name) const {
    return content_->names.find(name) != nullptr;
}

std::vector<std::string> NetText::lines_of(std::string_view name) const {
    std::vector<std::string> lines;
    const NetName* const found = content_->names.find(name);
    if (found == nullptr) return lines;
    for (const std::size_t equation : found->lines) {
        const int line = content_->syntax.equations[equation].left_place.line;
        lines.emplace_back(content_->source.bare_line(line));
    }
    return lines;
}

NetText read_net(std::string_view text, std::string name, std::span<const Op* const> own) {
    if (text.size() > most_bytes)
        throw ParseError(fmt::format("{}: a net's text has at most {} bytes ({})", name, most_bytes,
                                     text.size()));
    return NetText(std::make_shared<const NetText::Content>(text, std::move(name), own));
}

}  // namespace revolute
