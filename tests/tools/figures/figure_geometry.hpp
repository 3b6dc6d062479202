#pragma once

#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/figures/figure_looks.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace revolute::test {

/// A box of a figure that must be readable, and what it is.
struct NamedBox {
    std::string name;
    Box box;
};

inline bool overlap(const Box& a, const Box& b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

inline Box shrunk(const Box& box, int by) {
    return {box.left + by, box.top + by, box.right - by, box.bottom - by};
}

/// Points along a path, close enough for the curve between two of them to be a line.
inline std::vector<std::pair<double, double>> flattened(const std::vector<Point>& path) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i + 3 < path.size(); i += 3)
        for (int k = 0; k <= 16; ++k) {
            const double t = k / 16.0, s = 1 - t;
            const double a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
            points.emplace_back(
                a * path[i].x + b * path[i + 1].x + c * path[i + 2].x + d * path[i + 3].x,
                a * path[i].y + b * path[i + 1].y + c * path[i + 2].y + d * path[i + 3].y);
        }
    return points;
}

/// Whether the segment from a to b has a point inside the box (Liang and Barsky 1984).
inline bool crosses(std::pair<double, double> a, std::pair<double, double> b, const Box& box) {
    double first = 0, last = 1;
    const auto clip = [&](double from, double delta, double low, double high) {
        if (delta == 0) return low < from && from < high;
        const double t0 = (low - from) / delta, t1 = (high - from) / delta;
        first = std::max(first, std::min(t0, t1));
        last = std::min(last, std::max(t0, t1));
        return first < last;
    };
    return clip(a.first, b.first - a.first, box.left, box.right) &&
           clip(a.second, b.second - a.second, box.top, box.bottom);
}

/// A path as the segments it is nearly made of, and the box around them, which tells quickly what
/// it is far from.
class FlatPath {
 public:
    explicit FlatPath(const std::vector<Point>& path) : points_(flattened(path)) {
        const auto [left, right] = std::ranges::minmax_element(points_);
        const auto [top, bottom] = std::ranges::minmax_element(
            points_, {}, [](const auto& point) { return point.second; });
        around_ = {left->first, top->second, right->first, bottom->second};
    }

    bool crosses(const Box& box) const {
        if (around_.left >= box.right || around_.right <= box.left || around_.top >= box.bottom ||
            around_.bottom <= box.top)
            return false;
        for (std::size_t i = 1; i < points_.size(); ++i)
            if (test::crosses(points_[i - 1], points_[i], box)) return true;
        return false;
    }

 private:
    struct Extent {
        double left = 0, top = 0, right = 0, bottom = 0;
    };
    std::vector<std::pair<double, double>> points_;
    Extent around_;
};

inline bool is_on_border(Point p, const Box& box) {
    const bool within = box.left <= p.x && p.x <= box.right && box.top <= p.y && p.y <= box.bottom;
    return within && (p.x == box.left || p.x == box.right || p.y == box.top || p.y == box.bottom);
}

inline std::vector<NamedBox> readable_boxes(const Figure& figure) {
    std::vector<NamedBox> boxes;
    for (const FigureNode& node : figure.nodes) boxes.push_back({node.id, node.box});
    for (const FigureEdge& edge : figure.edges)
        if (!edge.label.empty() && !edge.shares_label)
            boxes.push_back({"label " + to_plain(edge.label), edge.label_box});
    for (const FigurePanel& panel : figure.panels)
        if (panel.has_frame()) boxes.push_back({"title " + to_plain(panel.title), panel.title_box});
    if (!figure.title.empty()) boxes.push_back({"title", figure.title_box});
    return boxes;
}

inline void find_overlaps(const Figure& figure, std::vector<std::string>& faults) {
    const std::vector<NamedBox> boxes = readable_boxes(figure);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const Box& box = boxes[i].box;
        if (box.width() <= 0 || box.height() <= 0 || box.left < 0 || box.top < 0 ||
            box.right > figure.box.right || box.bottom > figure.box.bottom)
            faults.push_back(fmt::format("{} has no place in the figure", boxes[i].name));
        for (std::size_t j = 0; j < i; ++j)
            if (overlap(box, boxes[j].box))
                faults.push_back(fmt::format("{} overlaps {}", boxes[i].name, boxes[j].name));
    }
    for (const FigureNode& node : figure.nodes)
        if (node.box.width() < node_width(node))
            faults.push_back(fmt::format("the label of {} is wider than its box", node.id));
}

inline void find_struck_boxes(const Figure& figure, std::vector<std::string>& faults) {
    const std::vector<NamedBox> boxes = readable_boxes(figure);
    for (const FigureEdge& edge : figure.edges) {
        const FigureNode &from = figure.nodes[edge.from], &to = figure.nodes[edge.to];
        const std::string name = fmt::format("{} -> {}", from.id, to.id);
        if (edge.path.size() < 4 || edge.path.size() % 3 != 1) {
            faults.push_back(name + " has no path");
            continue;
        }
        if (!is_on_border(edge.path.front(), from.box) || !is_on_border(edge.path.back(), to.box))
            faults.push_back(name + " does not run from border to border");
        const FlatPath path(edge.path);
        for (const NamedBox& box : boxes)
            if (path.crosses(shrunk(box.box, 1)))
                faults.push_back(fmt::format("{} runs through {}", name, box.name));
    }
}

/// Nodes stand in the frame of their panel and in no other.
inline void find_strays(const Figure& figure, std::vector<std::string>& faults) {
    for (const FigureNode& node : figure.nodes)
        for (std::size_t i = 0; i < figure.panels.size(); ++i) {
            const FigurePanel& panel = figure.panels[i];
            if (!panel.has_frame()) continue;
            const Box& box = node.box;
            const bool inside = box.left > panel.box.left && box.right < panel.box.right &&
                                box.top > panel.box.top && box.bottom < panel.box.bottom;
            if (node.panel == i ? !inside : overlap(box, panel.box))
                faults.push_back(
                    fmt::format("{} and the frame {}", node.id, to_plain(panel.title)));
        }
    for (std::size_t i = 0; i < figure.panels.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (figure.panels[i].has_frame() && figure.panels[j].has_frame() &&
                overlap(figure.panels[i].box, figure.panels[j].box))
                faults.push_back("frames overlap");
}

/// The box around what stands in a panel: its title, its nodes, the labels of their edges, and
/// edges between them that do not leave the frame.
inline Box held_box(const Figure& figure, std::uint32_t number) {
    const FigurePanel& panel = figure.panels[number];
    Box held = panel.title_box;
    const auto hold = [&](const Box& box) {
        held = {std::min(held.left, box.left), std::min(held.top, box.top),
                std::max(held.right, box.right), std::max(held.bottom, box.bottom)};
    };
    for (const FigureNode& node : figure.nodes)
        if (node.panel == number) hold(node.box);
    for (const FigureEdge& edge : figure.edges) {
        if (figure.nodes[edge.from].panel != number) continue;
        if (!edge.label.empty() && !edge.shares_label) hold(edge.label_box);
        if (figure.nodes[edge.to].panel != number) continue;
        const auto is_inside = [&](Point p) {
            return panel.box.left < p.x && p.x < panel.box.right && panel.box.top < p.y &&
                   p.y < panel.box.bottom;
        };
        if (std::ranges::all_of(edge.path, is_inside))
            for (const Point p : edge.path) hold({p.x, p.y, p.x, p.y});
    }
    return held;
}

/// Titles of frames of which more than a third is empty.
inline std::string empty_frames_of(const Figure& figure) {
    constexpr int padding = 11;  // between a frame and what it holds
    std::string text;
    for (std::uint32_t i = 0; i < figure.panels.size(); ++i) {
        const FigurePanel& panel = figure.panels[i];
        if (!panel.has_frame()) continue;
        const Box held = held_box(figure, i);
        if (2 * (panel.box.width() - 2 * padding) > 3 * held.width() ||
            2 * (panel.box.height() - 2 * padding) > 3 * held.height())
            text += fmt::format("{}: {} x {} for {} x {}\n", to_plain(panel.title),
                                panel.box.width(), panel.box.height(), held.width(), held.height());
    }
    return text;
}

/// What is wrong with a laid out figure; empty when a reader can read everything.
inline std::string faults_of(const Figure& figure) {
    std::vector<std::string> faults;
    find_overlaps(figure, faults);
    find_struck_boxes(figure, faults);
    find_strays(figure, faults);
    std::string text;
    for (std::size_t i = 0; i < faults.size() && i < 12; ++i) text += faults[i] + "\n";
    return text;
}

}  // namespace revolute::test
