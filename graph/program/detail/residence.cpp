#include <revolute/graph/program/detail/passes.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace revolute::detail {

namespace {

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// Where a part was last written.
struct Write {
    std::size_t loop = nowhere;
    std::size_t instruction = nowhere;
    MemberRange site;
};

/// What the reads of a part allow. A value that is read where it was written last needs room for that
/// one value only; if that is in the same call, none.
class Residences {
 public:
    explicit Residences(std::size_t parts) : writes_(parts), found_(parts, Residence::block) {}

    void see(const std::vector<Loop>& loops) {
        for (std::size_t i = 0; i < loops.size(); ++i)
            for (std::size_t j = 0; j < loops[i].body.size(); ++j) see(i, j, loops[i].body[j]);
    }

    void keep(PartId part) { keep(part, Residence::slab); }

    const std::vector<Residence>& found() const { return found_; }

 private:
    void see(std::size_t loop, std::size_t number, const Instruction& instruction) {
        if (const auto* const call = std::get_if<EntrywiseCall>(&instruction)) {
            for (const EntrywiseStep& step : call->steps) {
                for (const MemberRange& operand : step.operands) read(loop, number, operand);
                writes_[index(step.result.part)] = {loop, number, step.result};
            }
            return;
        }
        // Other instructions read and write memory.
        const auto* const product = std::get_if<ProductCall>(&instruction);
        if (product != nullptr && product->adds)
            read_stack(loop, product->result, product->result_stack);
        for_each_read(instruction, [&](const MemberRange& site) { read(loop, nowhere, site); });
        for_each_result(instruction, [&](const MemberRange& site) {
            if (site.members == 1)
                keep(site.part, Residence::round);
            else
                keep(site.part);
            writes_[index(site.part)] = {loop, number, site};
        });
        if (product == nullptr) return;
        for (const auto* const stack :
             {&product->left_stack, &product->right_stack, &product->result_stack})
            for (const PartId part : *stack) keep(part, Residence::round);
        const bool keeps_results = product->result.members != 1;
        for (const PartId part : product->result_stack) {
            if (keeps_results) keep(part);
            writes_[index(part)] = {loop, number, product->result};
            writes_[index(part)].site.part = part;
        }
        read_stack(loop, product->left, product->left_stack);
        read_stack(loop, product->right, product->right_stack);
    }

    void read_stack(std::size_t loop, MemberRange site, const std::vector<PartId>& stack) {
        for (const PartId part : stack) {
            site.part = part;
            read(loop, nowhere, site);
        }
    }

    void read(std::size_t loop, std::size_t number, const MemberRange& site) {
        const Write& write = writes_[index(site.part)];
        if (write.loop != loop || !(write.site == site)) return keep(site.part);
        if (write.instruction != number)
            keep(site.part, site.members == 1 ? Residence::round : Residence::slab);
    }

    void keep(PartId part, Residence at_least) {
        found_[index(part)] = std::min(found_[index(part)], at_least);
    }

    std::vector<Write> writes_;
    std::vector<Residence> found_;
};

}  // namespace

void find_residences(const Rolled& rolled, const Reads& reads, Code& code) {
    Residences residences(rolled.parts.size());
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        if (reads.standing(PartId{i}) != Standing::computed) residences.keep(PartId{i});
    for (const Member& output : rolled.outputs)
        for (const Read& read : reads.view(output.part)) residences.keep(read.target);
    residences.see(code.loops);
    code.residence = residences.found();
    // What stands in one stack stands there for the same time.
    for (const std::vector<PartId>& stack : code.stacks) {
        Residence least = Residence::block;
        for (const PartId part : stack) least = std::min(least, code.residence[index(part)]);
        for (const PartId part : stack) code.residence[index(part)] = least;
    }
    PassReport report{"keep", "values kept for all steps", 0, 0};
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        if (reads.standing(PartId{i}) != Standing::computed) continue;
        ++report.before;
        if (code.residence[i] == Residence::slab) ++report.after;
    }
    code.passes.push_back(report);
}

}  // namespace revolute::detail
