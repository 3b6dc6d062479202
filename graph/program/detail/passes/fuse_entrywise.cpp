#include <revolute/graph/program/detail/passes/passes.hpp>

#include <algorithm>
#include <map>
#include <queue>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

/// So many that blocks of all their values still fit into the first-level cache.
constexpr std::size_t most_steps = 48;

using Numbers = std::vector<std::size_t>;  // of instructions in a body
using Highest = std::priority_queue<std::size_t>;
using Extent = std::tuple<int, int, std::int32_t>;

Extent extent_of(const EntrywiseCall& call) {
    return {call.shape.rows, call.shape.columns, call.members};
}

/// Which instructions of a body wait for which, where they are taken from the last to the first:
/// what reads or writes a part stays behind what wrote it before, and what writes it behind what
/// read it. Steps are not looked at.
class Order {
 public:
    explicit Order(std::size_t parts) : uses_(parts) {}

    void begin(std::size_t instructions) {
        waiting_.assign(instructions, {});
        waits_.assign(instructions, 0);
        ++body_;
    }

    void read(std::size_t reader, PartId part) {
        Use& use = use_of(part);
        if (use.writer != none) wait(reader, use.writer);
        use.readers.push_back(reader);
    }

    void write(std::size_t writer, PartId part) {
        Use& use = use_of(part);
        if (use.writer != none) wait(writer, use.writer);
        for (const std::size_t reader : use.readers) wait(writer, reader);
        use.writer = writer;
        use.readers.clear();
    }

    bool is_ready(std::size_t number) const { return waits_[number] == 0; }

    /// Calls `ready` with those that need not wait any longer when this one is done.
    template <class Ready>
    void finish(std::size_t number, const Ready& ready) {
        for (const std::size_t next : waiting_[number])
            if (--waits_[next] == 0) ready(next);
    }

 private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    struct Use {
        std::size_t body = 0;
        std::size_t writer = none;
        Numbers readers;
    };

    Use& use_of(PartId part) {
        Use& use = uses_[index(part)];
        if (use.body != body_) use = {body_, none, {}};
        return use;
    }

    void wait(std::size_t number, std::size_t before) {
        if (number == before) return;
        waiting_[number].push_back(before);
        ++waits_[before];
    }

    std::vector<Use> uses_;  // by part, in the body that is numbered
    std::size_t body_ = 0;
    std::vector<Numbers> waiting_;
    Numbers waits_;
};

/// The body in its new order, made from the last to the first so that values are computed shortly
/// before they are read: all that nothing waits for and is not elementwise, then as many
/// elementwise instructions of one extent as there are or come to be, then again.
class Fusion {
 public:
    Fusion(Order& order, std::vector<Instruction>& body) : order_(order), body_(body) {
        order.begin(body.size());
        for (std::size_t i = 0; i < body.size(); ++i) note_uses(i);
        for (std::size_t i = 0; i < body.size(); ++i)
            if (order.is_ready(i)) make_ready(i);
    }

    std::vector<Instruction> run() && {
        while (!others_.empty() || !entrywise_.empty()) {
            while (!others_.empty()) {
                const std::size_t number = taken(others_);
                result_.push_back(std::move(body_[number]));
                finish(number);
            }
            if (!entrywise_.empty()) fuse();
        }
        std::ranges::reverse(result_);
        return std::move(result_);
    }

 private:
    static std::size_t taken(Highest& numbers) {
        const std::size_t number = numbers.top();
        numbers.pop();
        return number;
    }

    /// A stack is written and read as a whole.
    void note_uses(std::size_t number) {
        for_each_read_in_stack(body_[number],
                               [&](const MemberRange& site) { order_.read(number, site.part); });
        for_each_result_in_stack(body_[number],
                                 [&](const MemberRange& site) { order_.write(number, site.part); });
    }

    void make_ready(std::size_t number) {
        if (const auto* const call = std::get_if<EntrywiseCall>(&body_[number]))
            entrywise_[extent_of(*call)].push(number);
        else
            others_.push(number);
    }

    void finish(std::size_t number) {
        order_.finish(number, [this](std::size_t next) { make_ready(next); });
    }

    /// Ends with the instruction that stood last.
    void fuse() {
        const auto last = std::ranges::max_element(
            entrywise_, {}, [](const auto& of_extent) { return of_extent.second.top(); });
        const Extent extent = last->first;
        EntrywiseCall fused{{}, {}, 1};
        std::vector<MemberRange> read;
        while (fused.steps.size() < most_steps) {
            const auto ready = entrywise_.find(extent);
            if (ready == entrywise_.end()) break;
            const std::size_t number = taken(ready->second);
            if (ready->second.empty()) entrywise_.erase(ready);
            auto& call = std::get<EntrywiseCall>(body_[number]);
            if (!fused.steps.empty() && is_read_beside(call, read)) {
                put_off_.push_back(number);
                continue;
            }
            fused.shape = call.shape;
            fused.members = call.members;
            for (auto step = call.steps.rbegin(); step != call.steps.rend(); ++step) {
                read.insert(read.end(), step->operands.begin(), step->operands.end());
                fused.steps.push_back(std::move(*step));
            }
            finish(number);
        }
        std::ranges::reverse(fused.steps);
        result_.emplace_back(std::move(fused));
        for (const std::size_t number : put_off_) make_ready(number);
        put_off_.clear();
    }

    /// Whether other members of what it writes are read by what it would join, which must wait then
    /// until all its blocks are written. One member is no trouble: others stand elsewhere.
    static bool is_read_beside(const EntrywiseCall& call, const std::vector<MemberRange>& read) {
        if (call.members == 1) return false;
        return std::ranges::any_of(call.steps, [&](const EntrywiseStep& step) {
            return std::ranges::any_of(read, [&](const MemberRange& operand) {
                return operand.part == step.result.part && !(operand == step.result);
            });
        });
    }

    Order& order_;
    std::vector<Instruction>& body_;
    Highest others_;
    std::map<Extent, Highest> entrywise_;
    Numbers put_off_;
    std::vector<Instruction> result_;
};

}  // namespace

void fuse_entrywise(const Rolled& rolled, Code& code) {
    PassReport report{"fuse", "elementwise instructions", count_of<EntrywiseCall>(code.loops), 0};
    Order order(rolled.parts.size());
    for (Loop& loop : code.loops) loop.body = Fusion(order, loop.body).run();
    report.after = count_of<EntrywiseCall>(code.loops);
    code.passes.push_back(report);
}

}  // namespace revolute::detail
