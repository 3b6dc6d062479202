#include <revolute/tools/figures/layout/layout_routes.hpp>

#include <algorithm>
#include <set>

namespace revolute::layout {

namespace {

enum class NetKind : int { source, target, alone };

class Router {
 public:
    Router(const Figure& figure, const Grid& grid) : figure_(figure), grid_(grid) {
        routing_.routes.resize(grid.hops.size());
        routing_.ports.resize(grid.hops.size());
        routing_.channels.resize(static_cast<std::size_t>(grid.rows.count) + 1);
        routing_.gaps.resize(static_cast<std::size_t>(grid.columns) + 1);
    }

    Routing run() {
        for (std::uint32_t i = 0; i < grid_.hops.size(); ++i) decide(i);
        assign_ports();
        assign_sides();
        for (std::uint32_t i = 0; i < grid_.hops.size(); ++i)
            if (!grid_.hops[i].is_direct && !grid_.hops[i].is_level) claim_lines(i);
        for (Lines& lines : routing_.channels) lines.number_them();
        for (Lines& lines : routing_.gaps) lines.number_them();
        return std::move(routing_);
    }

 private:
    const Slot& from(std::uint32_t hop) const { return grid_.slots[grid_.hops[hop].from]; }
    const Slot& to(std::uint32_t hop) const { return grid_.slots[grid_.hops[hop].to]; }

    Net net_of(const FigureEdge& edge, std::uint32_t number) const {
        const bool is_shared = is_bus(edge);
        const auto net = [&](NetKind kind, std::uint32_t of) {
            return Net{static_cast<int>(kind) + 4 * static_cast<int>(edge.kind), of};
        };
        if (is_shared && edge.kind != EdgeKind::fan_out) return net(NetKind::target, edge.to);
        if (edge.label.empty() && edge.kind != EdgeKind::data)
            return net(NetKind::source, edge.from);
        return net(NetKind::alone, grid_.leaders[number]);
    }

    void decide(std::uint32_t number) {
        const Hop& hop = grid_.hops[number];
        const FigureEdge& edge = figure_.edges[hop.edge];
        Route& route = routing_.routes[number];
        route.net = net_of(edge, hop.edge);
        if (hop.is_direct || hop.is_level) return;
        const Slot &a = from(number), &b = to(number);
        const bool shared = is_bus(edge);
        const bool is_first = joined_.emplace(hop.from, hop.to).second;
        route.way = b.column >= a.column ? 1 : -1;
        if (a.column == b.column) route.way = freer_side(hop);
        const int entry_way = a.column == b.column ? route.way : -route.way;
        route.leaves_side =
            !shared && a.kind == SlotKind::node && grid_.is_outermost(hop.from, route.way);
        route.enters_side = !shared && is_first && grid_.is_outermost(hop.to, entry_way);
        route.out_gap = a.column + (route.way > 0 ? 1 : 0);
        route.in_gap = b.column + (entry_way > 0 ? 1 : 0);
        route.out_channel = a.row + 1;
        route.in_channel = b.row;
        route.turns_at_target = shared && edge.kind != EdgeKind::fan_out;
        // From side to side between columns apart: along the near side of the target's row.
        if (route.leaves_side && route.enters_side && route.in_gap != route.out_gap &&
            a.row > b.row)
            route.in_channel = b.row + 1;
    }

    /// On which side an edge leaves a column to which it returns.
    int freer_side(const Hop& hop) const {
        const auto free = [&](int way) {
            return (grid_.is_outermost(hop.from, way) ? 1 : 0) +
                   (grid_.is_outermost(hop.to, way) ? 2 : 0);
        };
        return free(-1) > free(1) ? -1 : 1;
    }

    // Where edges leave the bottoms and enter the tops of nodes.

    struct Port {
        std::int64_t wanted;
        Net key;
        std::vector<std::uint32_t> hops;
        bool is_direct;
    };

    void assign_ports() {
        std::vector<std::vector<std::uint32_t>> tops = grid_.above, bottoms = grid_.below;
        for (std::uint32_t i = 0; i < grid_.hops.size(); ++i) {
            const Route& route = routing_.routes[i];
            if (grid_.hops[i].is_direct || grid_.hops[i].is_level) continue;
            if (!route.leaves_side) bottoms[grid_.hops[i].from].push_back(i);
            if (!route.enters_side) tops[grid_.hops[i].to].push_back(i);
        }
        for (std::uint32_t slot = 0; slot < grid_.slots.size(); ++slot) {
            if (grid_.slots[slot].kind != SlotKind::node) continue;
            spread(slot, tops[slot], true);
            spread(slot, bottoms[slot], false);
        }
        straighten(tops, bottoms);
    }

    std::int64_t side_of(std::uint32_t hop, bool at_top) const {
        const std::int64_t far = 1 << 24;
        if (grid_.hops[hop].is_direct) return at_top ? from(hop).x : to(hop).x;
        const int way = routing_.routes[hop].way;
        const bool returns = from(hop).column == to(hop).column;
        return at_top && !returns ? -way * far : way * far;
    }

    bool shares_port(std::uint32_t hop, bool at_top) const {
        const int kind = routing_.routes[hop].net.first % 4;
        if (grid_.hops[hop].is_direct) return false;
        return kind == static_cast<int>(at_top ? NetKind::target : NetKind::source);
    }

    /// What is equal for hops that share a port.
    Net port_of(std::uint32_t hop, bool at_top) const {
        if (shares_port(hop, at_top)) return routing_.routes[hop].net;
        if (!at_top && to(hop).kind == SlotKind::label) return {-2, grid_.hops[hop].to};
        return {-1, hop};
    }

    void spread(std::uint32_t slot, const std::vector<std::uint32_t>& hops, bool at_top) {
        std::vector<Port> ports;
        for (const std::uint32_t hop : hops) {
            const Net key = port_of(hop, at_top);
            const auto same = std::ranges::find(ports, key, &Port::key);
            if (same != ports.end())
                same->hops.push_back(hop);
            else
                ports.push_back({side_of(hop, at_top), key, {hop}, grid_.hops[hop].is_direct});
        }
        std::ranges::stable_sort(ports, {}, &Port::wanted);
        const auto count = static_cast<int>(ports.size());
        // The direct edges are centred; those from the sides stand beside them.
        int direct = 0, sum = 0;
        for (int i = 0; i < count; ++i)
            if (ports[static_cast<std::size_t>(i)].is_direct) {
                ++direct;
                sum += 2 * i;
            }
        const int middle = direct == 0 ? count - 1 : sum / direct;  // in half places
        const int reach = std::max(middle, 2 * (count - 1) - middle);
        const int room = grid_.slots[slot].width - 12;
        const int step = reach == 0 ? 0 : std::min(14, room / reach);
        for (int i = 0; i < count; ++i)
            for (const std::uint32_t hop : ports[static_cast<std::size_t>(i)].hops) {
                auto& ends = routing_.ports[hop];
                (at_top ? ends.second : ends.first) = (2 * i - middle) * step / 2;
            }
    }

    /// Makes nearly vertical edges vertical.
    void straighten(const std::vector<std::vector<std::uint32_t>>& tops,
                    const std::vector<std::vector<std::uint32_t>>& bottoms) {
        for (std::uint32_t i = 0; i < grid_.hops.size(); ++i) {
            const Hop& hop = grid_.hops[i];
            if (!hop.is_direct) continue;
            auto& [out, in] = routing_.ports[i];
            const int slant = to(i).x + in - from(i).x - out;
            if (slant == 0 || slant > 6 || slant < -6) continue;
            if (to(i).kind == SlotKind::node && tops[hop.to].size() == 1)
                in -= slant;
            else if (from(i).kind == SlotKind::node && bottoms[hop.from].size() == 1)
                out += slant;
        }
    }

    /// Nets that run into the sides of two facing nodes at different heights.
    void assign_sides() {
        std::map<std::pair<int, int>, std::vector<std::pair<int, Net>>> users;
        for (std::uint32_t i = 0; i < grid_.hops.size(); ++i) {
            const Route& route = routing_.routes[i];
            if (grid_.hops[i].is_direct || grid_.hops[i].is_level) continue;
            if (route.leaves_side)
                users[{route.out_gap, from(i).row}].emplace_back(to(i).row, route.net);
            if (route.enters_side)
                users[{route.in_gap, to(i).row}].emplace_back(from(i).row, route.net);
        }
        for (auto& [place, list] : users) {
            std::ranges::stable_sort(list, {}, [](const auto& user) { return user.first; });
            std::vector<Net> nets;
            for (const auto& [_, net] : list)
                if (std::ranges::find(nets, net) == nets.end()) nets.push_back(net);
            const auto count = static_cast<int>(nets.size());
            const int step = count < 2 ? 0 : std::max(2, std::min(8, 16 / (count - 1)));
            for (int i = 0; i < count; ++i) {
                const int y = (2 * i - count + 1) * step / 2;
                routing_.sides[place][nets[static_cast<std::size_t>(i)]] =
                    std::clamp(y, 2 - node_height / 2, node_height / 2 - 2);
            }
        }
    }

    // Lines are measured before columns and rows have their sizes: any number that keeps the order
    // does.

    static std::int64_t at_row(int row) { return 2 * row + 1; }
    static std::int64_t at_channel(int channel) { return 2 * channel; }
    static constexpr std::int64_t column_unit = 1 << 24;
    static std::int64_t at_gap(int gap) { return 2 * gap * column_unit; }
    static std::int64_t at_x(const Slot& slot, int port) {
        return (2 * slot.column + 1) * column_unit + slot.x + port;
    }

    void track(int channel, Net net, std::int64_t a, std::int64_t b) {
        routing_.channels[static_cast<std::size_t>(channel)].extend(net, a, b);
    }
    void lane(int gap, Net net, std::int64_t a, std::int64_t b) {
        routing_.gaps[static_cast<std::size_t>(gap)].extend(net, a, b);
    }

    void claim_lines(std::uint32_t i) {
        const Route& r = routing_.routes[i];
        const auto [out, in] = routing_.ports[i];
        const std::int64_t a = at_x(from(i), out), b = at_x(to(i), in);
        const std::int64_t a_row = at_row(from(i).row), b_row = at_row(to(i).row);
        if (r.leaves_side && r.enters_side && r.out_gap == r.in_gap) {
            if (a_row != b_row) lane(r.out_gap, r.net, a_row, b_row);
        } else if (r.leaves_side) {
            lane(r.out_gap, r.net, a_row, at_channel(r.in_channel));
            track(r.in_channel, r.net, at_gap(r.out_gap), r.enters_side ? at_gap(r.in_gap) : b);
            if (r.enters_side) lane(r.in_gap, r.net, at_channel(r.in_channel), b_row);
        } else if (r.enters_side) {
            track(r.out_channel, r.net, a, at_gap(r.in_gap));
            lane(r.in_gap, r.net, at_channel(r.out_channel), b_row);
        } else if (r.out_channel == r.in_channel) {
            track(r.out_channel, r.net, a, b);
        } else {
            const int gap = r.turns_at_target ? r.in_gap : r.out_gap;
            track(r.out_channel, r.net, a, at_gap(gap));
            lane(gap, r.net, at_channel(r.out_channel), at_channel(r.in_channel));
            track(r.in_channel, r.net, at_gap(gap), b);
        }
    }

    const Figure& figure_;
    const Grid& grid_;
    Routing routing_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> joined_;
};

}  // namespace

void Lines::extend(Net net, std::int64_t a, std::int64_t b) {
    const auto [low, high] = std::minmax(a, b);
    const auto [found, is_new] = of_net.try_emplace(net, Line{low, high, 0});
    found->second.low = std::min(found->second.low, low);
    found->second.high = std::max(found->second.high, high);
}

void Lines::number_them() {
    std::vector<Line*> lines;
    for (auto& [_, line] : of_net) lines.push_back(&line);
    std::ranges::stable_sort(lines, {}, [](const Line* line) { return line->low; });
    std::vector<std::int64_t> ends;  // of the last line with each number
    for (Line* line : lines) {
        const auto free =
            std::ranges::find_if(ends, [&](std::int64_t end) { return end < line->low; });
        line->number = static_cast<int>(free - ends.begin());
        if (free == ends.end())
            ends.push_back(line->high);
        else
            *free = line->high;
    }
    count = static_cast<int>(ends.size());
}

Routing find_routes(const Figure& figure, const Grid& grid) { return Router(figure, grid).run(); }

}  // namespace revolute::layout
