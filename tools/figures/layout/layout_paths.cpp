#include <revolute/tools/figures/layout/layout_paths.hpp>

#include <algorithm>
#include <cstdlib>

namespace revolute::layout {

namespace {

constexpr int corner_radius = 7;

/// A path of Bezier curves under construction.
class Pen {
 public:
    void start(Point p) { points_.assign(1, p); }
    Point at() const { return points_.back(); }

    void curve(Point first, Point second, Point end) {
        points_.insert(points_.end(), {first, second, end});
    }
    void line(Point end) {
        const Point a = at();
        if (a == end) return;
        curve({(2 * a.x + end.x) / 3, (2 * a.y + end.y) / 3},
              {(a.x + 2 * end.x) / 3, (a.y + 2 * end.y) / 3}, end);
    }
    /// Down to the next row, leaving and arriving upright.
    void bow(Point end) {
        const int middle = (at().y + end.y) / 2;
        if (at().x == end.x)
            line(end);
        else
            curve({at().x, middle}, {end.x, middle}, end);
    }
    /// Along upright and level lines with round corners.
    void corners(std::vector<Point> points) {
        points.insert(points.begin(), at());
        simplify(points);
        for (std::size_t i = 1; i + 1 < points.size(); ++i) {
            const Point corner = points[i];
            const int radius = std::min({corner_radius, distance(points[i - 1], corner) / 2,
                                         distance(corner, points[i + 1]) / 2});
            const Point before = towards(corner, points[i - 1], radius);
            const Point after = towards(corner, points[i + 1], radius);
            line(before);
            curve(towards(corner, points[i - 1], radius * 4 / 9),
                  towards(corner, points[i + 1], radius * 4 / 9), after);
        }
        line(points.back());
    }
    std::vector<Point> take() { return std::move(points_); }

 private:
    static int distance(Point a, Point b) { return std::abs(a.x - b.x) + std::abs(a.y - b.y); }
    static int sign(int value) { return (value > 0) - (value < 0); }
    static Point towards(Point from, Point to, int length) {
        return {from.x + sign(to.x - from.x) * length, from.y + sign(to.y - from.y) * length};
    }
    /// Leaves out points on the way between their neighbours.
    static void simplify(std::vector<Point>& points) {
        std::vector<Point> kept;
        for (const Point p : points) {
            if (!kept.empty() && kept.back() == p) continue;
            while (kept.size() > 1 && is_between(kept[kept.size() - 2], kept.back(), p))
                kept.pop_back();
            kept.push_back(p);
        }
        points = std::move(kept);
    }
    static bool is_between(Point a, Point b, Point c) {
        const bool level = a.y == b.y && b.y == c.y;
        const bool upright = a.x == b.x && b.x == c.x;
        return level || upright;
    }

    std::vector<Point> points_;
};

class Drawing {
 public:
    Drawing(Figure& figure, const Grid& grid, const Routing& routing, const Places& places)
        : figure_(figure), grid_(grid), routing_(routing), places_(places) {}

    void run() {
        std::uint32_t hop = 0;
        for (std::uint32_t edge = 0; edge < figure_.edges.size(); ++edge) {
            std::uint32_t end = hop;
            while (end < grid_.hops.size() && grid_.hops[end].edge == edge) ++end;
            draw(edge, hop, end);
            hop = end;
        }
    }

 private:
    const Slot& from(std::uint32_t hop) const { return grid_.slots[grid_.hops[hop].from]; }
    const Slot& to(std::uint32_t hop) const { return grid_.slots[grid_.hops[hop].to]; }

    int x_of(const Slot& slot, int port) const {
        return places_.column_left[static_cast<std::size_t>(slot.column)] + slot.x + port;
    }
    int top(const Slot& slot) const {
        if (slot.kind == SlotKind::node) return figure_.nodes[slot.thing].box.top;
        return places_.row_top[static_cast<std::size_t>(slot.row)];
    }
    int bottom(const Slot& slot) const {
        if (slot.kind == SlotKind::node) return figure_.nodes[slot.thing].box.bottom;
        return places_.row_bottom[static_cast<std::size_t>(slot.row)];
    }
    int middle(const Slot& slot) const {
        const auto row = static_cast<std::size_t>(slot.row);
        return (places_.row_top[row] + places_.row_bottom[row]) / 2;
    }
    Point out_point(std::uint32_t hop) const {
        return {x_of(from(hop), routing_.ports[hop].first), bottom(from(hop))};
    }
    Point in_point(std::uint32_t hop) const {
        return {x_of(to(hop), routing_.ports[hop].second), top(to(hop))};
    }
    int track(int channel, Net net) const {
        const auto k = static_cast<std::size_t>(channel);
        return places_.first_track[k] + track_spacing * routing_.channels[k].of_net.at(net).number;
    }
    int lane(int gap, Net net) const {
        const auto k = static_cast<std::size_t>(gap);
        return places_.first_lane[k] + lane_spacing * routing_.gaps[k].of_net.at(net).number;
    }
    /// Where a net meets the side of a node.
    Point side(const Slot& slot, int gap, Net net) const {
        const int y = middle(slot) + routing_.sides.at({gap, slot.row}).at(net);
        const Box& box = figure_.nodes[slot.thing].box;
        return {gap > slot.column ? box.right : box.left, y};
    }

    void draw(std::uint32_t edge, std::uint32_t first, std::uint32_t end) {
        Pen pen;
        if (grid_.hops[first].is_level) {
            const Box &leaf = figure_.nodes[from(first).thing].box,
                      &user = figure_.nodes[to(first).thing].box;
            pen.start({leaf.left, leaf.center().y});
            pen.line({user.right, user.center().y});
            figure_.edges[edge].path = pen.take();
            return;
        }
        const bool is_single = end - first == 1;
        for (std::uint32_t hop = first; hop < end; ++hop) {
            const bool is_direct = grid_.hops[hop].is_direct;
            if (hop == first)
                pen.start(
                    is_direct || !routing_.routes[hop].leaves_side
                        ? out_point(hop)
                        : side(from(hop), routing_.routes[hop].out_gap, routing_.routes[hop].net));
            if (!is_direct) {
                pen.corners(corners(hop));
                continue;
            }
            if (is_single)
                pen.line(in_point(hop));
            else
                pen.bow(in_point(hop));
            const Slot& reached = to(hop);
            if (reached.kind != SlotKind::node) pen.line({pen.at().x, bottom(reached)});
        }
        figure_.edges[edge].path = pen.take();
    }

    /// The corners of a routed hop behind its start, and its end.
    std::vector<Point> corners(std::uint32_t hop) const {
        const Route& r = routing_.routes[hop];
        const Point start = r.leaves_side ? side(from(hop), r.out_gap, r.net) : out_point(hop);
        const Point end = r.enters_side ? side(to(hop), r.in_gap, r.net) : in_point(hop);
        std::vector<Point> points;
        const auto add = [&](int x, int y) { points.push_back({x, y}); };
        if (r.leaves_side && r.enters_side && r.out_gap == r.in_gap) {
            if (start.y != end.y) {
                add(lane(r.out_gap, r.net), start.y);
                add(lane(r.out_gap, r.net), end.y);
            }
        } else if (r.leaves_side) {
            const int y = track(r.in_channel, r.net);
            add(lane(r.out_gap, r.net), start.y);
            add(lane(r.out_gap, r.net), y);
            add(r.enters_side ? lane(r.in_gap, r.net) : end.x, y);
            if (r.enters_side) add(lane(r.in_gap, r.net), end.y);
        } else if (r.enters_side) {
            const int y = track(r.out_channel, r.net);
            add(start.x, y);
            add(lane(r.in_gap, r.net), y);
            add(lane(r.in_gap, r.net), end.y);
        } else {
            const int out = track(r.out_channel, r.net), in = track(r.in_channel, r.net);
            const int gap = r.turns_at_target ? r.in_gap : r.out_gap;
            add(start.x, out);
            if (r.out_channel != r.in_channel) {
                add(lane(gap, r.net), out);
                add(lane(gap, r.net), in);
            }
            add(end.x, in);
        }
        points.push_back(end);
        return points;
    }

    Figure& figure_;
    const Grid& grid_;
    const Routing& routing_;
    const Places& places_;
};

}  // namespace

void draw_paths(Figure& figure, const Grid& grid, const Routing& routing, const Places& places) {
    Drawing(figure, grid, routing, places).run();
}

}  // namespace revolute::layout
