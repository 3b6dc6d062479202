#include <revolute/graph/program/detail/lowering/sink.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace revolute::detail {

namespace {

bool is_fast(const Rolled& rolled, const Reads& reads, PartId part) {
    return reads.standing(part) == Standing::computed && has_fast_kernel(rolled[part]);
}

/// A part that reads another in the same step, and when.
struct StepReader {
    PartId part{};
    Interval steps;
};

/// Who reads a part; `in_step`: all of them by fast kernels, in the same step.
struct StepReaders {
    std::vector<StepReader> all;
    bool in_step = true;
};

std::vector<StepReaders> readers_in_step(const Rolled& rolled, const Reads& reads) {
    std::vector<StepReaders> readers(rolled.parts.size());
    const auto leave = [&](const Read& read) { readers[index(read.target)].in_step = false; };
    for (std::uint32_t i = 0; i < readers.size(); ++i) {
        const Part& reader = rolled.parts[i];
        const bool is_reader_fast = is_fast(rolled, reads, PartId{i});
        for (const std::vector<Read>& slot : reads.slots(PartId{i}))
            for (const Read& read : slot) {
                readers[index(read.target)].all.push_back({PartId{i}, read.steps});
                if (!is_reader_fast || read.is_fixed || read.offset != 0 || read.is_transposed ||
                    read.shape != reader.shape || rolled[read.target].axis != reader.axis)
                    leave(read);
            }
        if (!is_sum_over_steps(reader)) continue;
        for (const Terms& terms : terms_of(rolled, reader))
            std::ranges::for_each(reads.view(terms.part), leave);
    }
    for (const Member& output : rolled.outputs)
        std::ranges::for_each(reads.view(output.part), leave);
    return readers;
}

bool overlap(Interval a, Interval b) { return a.low <= b.high && b.low <= a.high; }

}  // namespace

Interval steps_of(const Rolled& rolled, const Reads& reads, const Component& component) {
    Interval all{std::numeric_limits<std::int32_t>::max(),
                 std::numeric_limits<std::int32_t>::min()};
    for (const PartId part : component.parts) {
        if (reads.standing(part) != Standing::computed || !rolled[part].is_family()) continue;
        const Interval hull = rolled[part].hull();
        all.low = std::min(all.low, hull.low);
        all.high = std::max(all.high, hull.high);
    }
    return all;
}

Sunk nothing_sunk(const Rolled& rolled) {
    return {std::vector<std::vector<PartId>>(rolled.schedule.size()),
            std::vector<std::optional<Interval>>(rolled.parts.size())};
}

Sunk sink(const Rolled& rolled, const Reads& reads) {
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    const std::vector<StepReaders> readers = readers_in_step(rolled, reads);
    // By part, the recurrence that computes it; readers stand behind what they read.
    std::vector<std::size_t> home(rolled.parts.size(), none);
    std::vector<Interval> steps_in(rolled.schedule.size());  // by recurrence
    Sunk sunk = nothing_sunk(rolled);
    for (std::size_t number = rolled.schedule.size(); number-- > 0;) {
        const Component& component = rolled.schedule[number];
        if (component.is_recurrence()) {
            steps_in[number] = steps_of(rolled, reads, component);
            for (const PartId part : component.parts) home[index(part)] = number;
            continue;
        }
        const PartId part = component.parts.front();
        const auto& [all, in_step] = readers[index(part)];
        if (!in_step || !rolled[part].is_family() || !is_fast(rolled, reads, part)) continue;
        const auto reader_in_loop = std::ranges::find_if(
            all, [&](const StepReader& reader) { return home[index(reader.part)] != none; });
        if (reader_in_loop == all.end()) continue;
        const std::size_t loop = home[index(reader_in_loop->part)];
        const Interval steps = steps_in[loop];
        if (std::ranges::any_of(all, [&](const StepReader& reader) {
                return home[index(reader.part)] != loop && overlap(reader.steps, steps);
            }))
            continue;
        home[index(part)] = loop;
        sunk.parts[loop].push_back(part);
        sunk.steps[index(part)] = steps;
    }
    for (std::vector<PartId>& parts : sunk.parts) std::ranges::reverse(parts);
    return sunk;
}

}  // namespace revolute::detail
