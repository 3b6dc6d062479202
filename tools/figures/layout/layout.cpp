#include <revolute/tools/figures/figure_looks.hpp>
#include <revolute/tools/figures/layout/layout.hpp>
#include <revolute/tools/figures/layout/layout_paths.hpp>

#include <algorithm>

namespace revolute {

namespace layout {

namespace {

constexpr int margin = 10;

/// Turns rows, columns, channels and gaps into points.
class Sizes {
 public:
    Sizes(const Figure& figure, const Grid& grid, const Routing& routing,
          const std::vector<int>& widths)
        : figure_(figure), grid_(grid), routing_(routing), widths_(widths) {}

    Places run() {
        find_frames();
        place_columns();
        place_rows();
        return std::move(places_);
    }

 private:
    void find_frames() {
        has_frame_.resize(static_cast<std::size_t>(grid_.columns));
        for (const FigurePanel& panel : figure_.panels)
            if (panel.has_frame()) has_frame_[static_cast<std::size_t>(panel.column)] = true;
    }

    int gap_width(std::size_t gap) const {
        const int lanes = routing_.gaps[gap].count;
        const bool is_outer = gap == 0 || gap == has_frame_.size();
        if (is_outer) return lanes == 0 ? 0 : 2 * margin + (lanes - 1) * lane_spacing;
        return std::max(26, 26 + (lanes - 1) * lane_spacing);
    }

    void place_columns() {
        int x = margin;
        for (std::size_t i = 0; i <= has_frame_.size(); ++i) {
            places_.first_lane.push_back(
                x + (gap_width(i) - (routing_.gaps[i].count - 1) * lane_spacing) / 2);
            x += gap_width(i);
            if (i == has_frame_.size()) break;
            const int padding = has_frame_[i] ? frame_padding : 0;
            x += padding;
            places_.column_left.push_back(x);
            x += widths_[i];
            places_.column_right.push_back(x);
            x += padding;
        }
        places_.size.x = x + margin;
    }

    bool is_title_row(int row) const {
        return std::ranges::find(grid_.rows.title_of_band, row) != grid_.rows.title_of_band.end();
    }
    bool ends_band(int row) const {
        return std::ranges::find(grid_.rows.last_framed, row) != grid_.rows.last_framed.end();
    }

    /// Height of channel `k`, and where its first track lies.
    std::pair<int, int> channel_height(int k) const {
        const int tracks = routing_.channels[static_cast<std::size_t>(k)].count;
        const bool below_band = k > 0 && ends_band(k - 1);
        const bool is_last = k == grid_.rows.count;
        const bool above_title = !is_last && is_title_row(k);
        int least = has_edges(k) ? 24 : 8;
        if (below_band || above_title) least = k == 0 ? 6 : 2 * frame_padding + 10;
        if (is_last) least = frame_padding;
        const int before = below_band ? frame_padding + 8 : k == 0 ? 4 : 10;
        const int after = is_last ? 2 : above_title ? frame_padding : 15;
        if (tracks == 0) return {least, before};
        const int needed = before + (tracks - 1) * track_spacing + after;
        const int slack = std::max(0, least - needed) / 2;
        return {std::max(least, needed), before + slack};
    }

    bool has_edges(int row) const {
        if (row == grid_.rows.count) return false;
        for (int column = 0; column < grid_.columns; ++column)
            for (const std::uint32_t slot : grid_.cell(column, row))
                if (!grid_.above[slot].empty()) return true;
        return false;
    }

    int row_height(int row) const {
        if (is_title_row(row)) return panel_title_size + 4;
        int height = 0;
        for (int column = 0; column < grid_.columns; ++column)
            for (const std::uint32_t slot : grid_.cell(column, row)) {
                const SlotKind kind = grid_.slots[slot].kind;
                height = std::max(height, kind == SlotKind::node ? node_height : label_height);
            }
        return height;
    }

    void place_rows() {
        int y = margin + (figure_.title.empty() ? 0 : 2 * title_size);
        for (int row = 0; row <= grid_.rows.count; ++row) {
            const auto [height, first] = channel_height(row);
            places_.first_track.push_back(y + first);
            y += height;
            if (row == grid_.rows.count) break;
            places_.row_top.push_back(y);
            y += row_height(row);
            places_.row_bottom.push_back(y);
        }
        places_.size.y = y + margin;
    }

    const Figure& figure_;
    const Grid& grid_;
    const Routing& routing_;
    const std::vector<int>& widths_;
    std::vector<bool> has_frame_;
    Places places_;
};

Box slot_box(const Slot& slot, const Places& places, int height) {
    const int left = places.column_left[static_cast<std::size_t>(slot.column)] + slot.left();
    const auto row = static_cast<std::size_t>(slot.row);
    const int middle = (places.row_top[row] + places.row_bottom[row]) / 2;
    return {left, middle - height / 2, left + slot.width, middle - height / 2 + height};
}

void place_boxes(Figure& figure, const Grid& grid, const Places& places) {
    for (const Slot& slot : grid.slots) {
        if (slot.kind == SlotKind::node)
            figure.nodes[slot.thing].box = slot_box(slot, places, node_height);
        if (slot.kind == SlotKind::title)
            figure.panels[slot.thing].title_box = slot_box(slot, places, panel_title_size + 4);
        if (slot.kind == SlotKind::label) {
            Box box = slot_box(slot, places, label_height);
            box.left += slot.anchor + 4;
            figure.edges[slot.thing].label_box = box;
        }
    }
}

/// By panel: the last row in which it has something.
std::vector<int> last_rows(const Figure& figure, const Grid& grid) {
    std::vector<int> last(figure.panels.size());
    const auto reach = [&](std::uint32_t node, int row) {
        int& of_panel = last[figure.nodes[node].panel];
        of_panel = std::max(of_panel, row);
    };
    for (const Slot& slot : grid.slots) {
        if (slot.kind == SlotKind::node) reach(slot.thing, slot.row);
        if (slot.kind == SlotKind::label) reach(figure.edges[slot.thing].from, slot.row);
    }
    return last;
}

/// Frames of a band end in one line, where they nearly reach it.
void place_frames(Figure& figure, const Grid& grid, const Columns& columns, const Places& places) {
    const std::vector<int> own_last = last_rows(figure, grid);
    for (std::size_t i = 0; i < figure.panels.size(); ++i) {
        FigurePanel& panel = figure.panels[i];
        const auto band = static_cast<std::size_t>(panel.band);
        const int left = places.column_left[static_cast<std::size_t>(panel.column)];
        const int first = std::max(grid.rows.title_of_band[band], 0);
        const auto y = [&](int row) { return places.row_bottom[static_cast<std::size_t>(row)]; };
        const int top = places.row_top[static_cast<std::size_t>(first)] - 3;
        const int shared = y(grid.rows.last_framed[band]), own = y(own_last[i]);
        const int bottom = nearly_fills(own - top, shared - top) ? shared : own;
        panel.box = {left + columns.panels[i].first - frame_padding, top,
                     left + columns.panels[i].second + frame_padding, bottom + frame_padding};
    }
}

void place_title(Figure& figure, Places& places) {
    if (figure.title.empty()) return;
    const int width = text_width(figure.title, title_size);
    const int missing = width + 2 * margin - places.size.x;
    if (missing > 0) places.size.x += missing;
    const int left = (places.size.x - width) / 2;
    figure.title_box = {left, margin - 4, left + width, margin + title_size + 4};
}

bool lay_out_grid(Figure& figure, std::size_t most_slots) {
    if (figure.nodes.size() > most_slots) return false;
    std::optional<Grid> grid = make_grid(figure, most_slots);
    if (!grid) return false;
    order_cells(figure, *grid);
    const Columns columns = place_in_columns(figure, *grid);
    const Routing routing = find_routes(figure, *grid);
    Places places = Sizes(figure, *grid, routing, columns.widths).run();
    place_boxes(figure, *grid, places);
    for (std::uint32_t edge = 0; edge < figure.edges.size(); ++edge)
        figure.edges[edge].shares_label = grid->leaders[edge] != edge;
    place_frames(figure, *grid, columns, places);
    place_title(figure, places);
    draw_paths(figure, *grid, routing, places);
    figure.box = {0, 0, places.size.x, places.size.y};
    figure.is_laid_out = true;
    return true;
}

}  // namespace

}  // namespace layout

bool lay_out(Figure& figure, std::size_t most_slots) {
    return layout::lay_out_grid(figure, most_slots);
}

}  // namespace revolute
