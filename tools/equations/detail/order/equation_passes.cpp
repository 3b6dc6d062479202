#include <revolute/tools/equations/detail/order/equation_order.hpp>
#include <revolute/tools/equations/detail/order/equation_passes.hpp>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

class ForwardJoin {
 public:
    ForwardJoin(std::vector<Definition>& definitions, const std::set<std::string>& adjoints)
        : definitions_(definitions) {
        for (std::size_t i = 0; i < definitions.size(); ++i) {
            const Definition& definition = definitions[i];
            auto& [forward, later] = by_name_[{definition.name, definition.axis}];
            if (definition.part != EquationPart::forward)
                later.push_back(i);
            else if (!definition.pieces.empty() && !adjoints.contains(definition.name))
                forward = i;
        }
    }

    void run() {
        bool is_changed = true;
        while (is_changed) {
            is_changed = false;
            for (const auto& [name, passes] : by_name_)
                for (const std::size_t later : passes.later)
                    if (passes.forward)
                        is_changed =
                            join(definitions_[later], definitions_[*passes.forward]) || is_changed;
        }
    }

 private:
    /// The definitions of a name by where they stand.
    struct Passes {
        std::optional<std::size_t> forward;
        std::vector<std::size_t> later;
    };

    bool is_said_later(const NameRead& read) const {
        const auto found = by_name_.find({read.name, read.axis});
        if (found == by_name_.end()) return false;
        return std::ranges::any_of(found->second.later, [&](std::size_t later) {
            return std::ranges::any_of(definitions_[later].pieces, [&](const Piece& piece) {
                return !read.axis ||
                       (piece.steps.low <= read.steps.high && read.steps.low <= piece.steps.high);
            });
        });
    }

    bool reads_later(const Definition& definition, const Piece& piece) const {
        return std::ranges::any_of(names_read(line_of(definition, piece)),
                                   [this](const NameRead& read) { return is_said_later(read); });
    }

    bool join(Definition& later, Definition& forward) const {
        const std::size_t before = later.pieces.size();
        std::vector<Piece> stay;
        std::vector<Piece> joining;
        for (const Piece& piece : later.pieces)
            (reads_later(later, piece) ? stay : joining).push_back(piece);
        forward.pieces.insert(forward.pieces.end(), joining.begin(), joining.end());
        later.pieces = std::move(stay);
        return later.pieces.size() != before;
    }

    std::vector<Definition>& definitions_;
    std::map<std::pair<std::string, std::optional<std::int32_t>>, Passes> by_name_;
};

}  // namespace

void join_forward(std::vector<Definition>& definitions, const std::set<std::string>& adjoints) {
    ForwardJoin(definitions, adjoints).run();
}

BackwardReads::BackwardReads(const std::vector<Definition>& definitions) {
    for (const Definition& definition : definitions) {
        if (definition.part != EquationPart::backward) continue;
        for (const Piece& piece : definition.pieces)
            for (const NameRead& read : names_read(line_of(definition, piece)))
                steps_[{read.name, read.axis}].push_back(read.steps);
    }
}

bool BackwardReads::contains(const std::string& name, std::optional<std::int32_t> axis,
                             std::int32_t t) const {
    const auto found = steps_.find({name, axis});
    return found != steps_.end() &&
           (!axis ||
            std::ranges::any_of(found->second, [t](Interval steps) { return steps.contains(t); }));
}

}  // namespace revolute::detail
