#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/figures/figure_looks.hpp>
#include <revolute/tools/figures/layout/layout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace revolute {

namespace {

constexpr std::string_view font = "DejaVu Sans";

std::string escaped_html(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\\':
                result += "\\\\";
                break;  // Graphviz replaces \N and the like
            case ' ':
                result += "&#160;";
                break;  // other spaces would be lost at the ends of runs
            case ']':
                result += "&#93;";
                break;  // Graphviz loses one that ends a label
            default:
                result += c;
        }
    }
    return result;
}

/// For a quoted string that Graphviz shows: backslashes and entities stay what they are.
std::string escaped_string(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '"':
                result += "\\\"";
                break;
            case '\\':
                result += "\\\\";
                break;
            case '&':
                result += "&amp;";
                break;
            case '\n':
                result += "&#10;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string html(const RichText& text, int size) {
    std::string result;
    for (const TextRun& run : text.runs) {
        const std::string inner = escaped_html(run.text);
        if (is_on_line(run.script)) {
            result += inner;
            continue;
        }
        const std::string_view tag = run.script == Script::subscript ? "SUB" : "SUP";
        result += fmt::format("<{0}><FONT POINT-SIZE=\"{1}\">{2}</FONT></{0}>", tag,
                              script_size(size), inner);
    }
    return text.bold ? fmt::format("<B>{}</B>", result) : result;
}

class DotWriter {
 public:
    DotWriter(std::ostream& out, const Figure& figure, bool positions)
        : out_(out),
          figure_(figure),
          placed_(positions && figure.is_laid_out),
          has_loops_(std::ranges::any_of(figure.edges, &FigureEdge::is_back)) {}

    void run() {
        header();
        std::vector<std::vector<std::uint32_t>> members(figure_.panels.size());
        for (std::uint32_t i = 0; i < figure_.nodes.size(); ++i)
            members[figure_.nodes[i].panel].push_back(i);
        for (std::size_t i = 0; i < figure_.panels.size(); ++i) panel(i, members[i]);
        for (const FigureEdge& edge : figure_.edges) this->edge(edge);
        out_ << "}\n";
    }

 private:
    /// DOT measures upwards from the lower left corner.
    int up(int y) const { return figure_.box.bottom - y; }
    std::string point(Point p) const { return fmt::format("{},{}", p.x, up(p.y)); }
    std::string bounds(const Box& box) const {
        return fmt::format("{},{},{},{}", box.left, up(box.bottom), box.right, up(box.top));
    }
    /// Graphviz wants inches.
    static std::string inches(int points) { return fmt::format("{:.4f}", points / 72.0); }

    void header() {
        out_
            << "digraph revolute {\n"
            << fmt::format(
                   "  graph [fontname=\"{}\", fontsize={}, bgcolor=white, rankdir=TB, newrank=true,"
                   " nodesep=0.25, ranksep=0.4, outputorder=edgesfirst, labelloc=t, pad=0.05",
                   font, title_size);
        if (!figure_.title.empty()) out_ << ", label=<" << html(figure_.title, title_size) << ">";
        if (placed_) out_ << ", layout=nop2, bb=\"" << bounds(figure_.box) << '"';
        if (placed_ && !figure_.title.empty())
            out_ << ", lp=\"" << point(figure_.title_box.center()) << '"';
        out_ << "];\n"
             << fmt::format(
                    "  node [shape=box, fontname=\"{}\", fontsize={}, penwidth=0.9, "
                    "margin=\"0.07,0.03\","
                    " height={}];\n",
                    font, node_text_size, inches(22))
             << fmt::format("  edge [fontname=\"{}\", fontsize={}];\n", font, edge_label_size);
    }

    void panel(std::size_t number, const std::vector<std::uint32_t>& members) {
        const FigurePanel& panel = figure_.panels[number];
        const bool frame = panel.has_frame();
        if (frame) {
            out_ << fmt::format(
                "  subgraph \"cluster_{}\" {{\n    graph [label=<{}>, labeljust=l, fontsize={}, "
                "style=\"rounded,filled\","
                " fillcolor=\"{}\", color=\"{}\"",
                number, html(panel.title, panel_title_size), panel_title_size, panel_fill,
                panel_border);
            if (placed_)
                out_ << fmt::format(", bb=\"{}\", lp=\"{}\"", bounds(panel.box),
                                    point(panel.title_box.center()));
            out_ << "];\n";
        }
        for (const std::uint32_t node : members)
            this->node(figure_.nodes[node], frame ? "    " : "  ");
        if (frame) out_ << "  }\n";
    }

    void node(const FigureNode& node, std::string_view indent) {
        const NodeLooks looks = looks_of(node);
        out_ << indent << '"' << node.id << "\" [label=<" << html(node.label, looks.text_size)
             << '>';
        if (looks.text_size != node_text_size) out_ << ", fontsize=" << looks.text_size;
        if (looks.border.empty())
            out_ << ", shape=plaintext";
        else
            out_ << fmt::format(", style=\"{}filled\", fillcolor=\"{}\", color=\"{}\"",
                                looks.is_rounded ? "rounded," : "", looks.fill, looks.border);
        out_ << fmt::format(", fontcolor=\"{}\", tooltip=\"{}\"", looks.text,
                            escaped_string(node.tooltip));
        if (placed_)
            out_ << fmt::format(", pos=\"{}\", width={}, height={}, fixedsize=true",
                                point(node.box.center()), inches(node.box.width()),
                                inches(node.box.height()));
        out_ << "];\n";
    }

    void edge(const FigureEdge& edge) {
        const EdgeLooks looks = looks_of(figure_, edge);
        out_ << fmt::format("  \"{}\" -> \"{}\" [color=\"{}\", penwidth={}, arrowsize={}",
                            figure_.nodes[edge.from].id, figure_.nodes[edge.to].id, looks.color,
                            looks.width, looks.arrow_size);
        if (looks.is_dashed) out_ << ", style=dashed";
        const bool is_free = edge.kind == EdgeKind::carried || edge.kind == EdgeKind::fan_out;
        // In figures with loops, dot 2.43 gives up on them ("trouble in init_rank").
        if (is_free && !has_loops_) out_ << ", constraint=false";
        const bool has_label = !edge.label.empty() && !(placed_ && edge.shares_label);
        if (has_label)
            out_ << fmt::format(", label=<{}>, fontcolor=\"{}\"", html(edge.label, edge_label_size),
                                looks.color);
        if (!edge.tooltip.empty())
            out_ << ", edgetooltip=\"" << escaped_string(edge.tooltip) << '"';
        if (placed_ && !edge.path.empty()) {
            out_ << ", pos=\"" << spline(edge, looks) << '"';
            if (has_label) out_ << ", lp=\"" << point(edge.label_box.center()) << '"';
        }
        out_ << "];\n";
    }

    /// "e,x,y" is the arrow's tip; the curve ends where the arrow begins.
    std::string spline(const FigureEdge& edge, const EdgeLooks& looks) const {
        std::vector<Point> path = edge.path;
        const Point tip = path.back();
        const int length = looks.arrow_size == "0.6" ? 6 : 5;
        const Point before = path[path.size() - 2];
        const double dx = before.x - tip.x, dy = before.y - tip.y;
        const double distance = std::sqrt(dx * dx + dy * dy);
        if (distance > 0)
            path.back() = {tip.x + static_cast<int>(std::lround(dx / distance * length)),
                           tip.y + static_cast<int>(std::lround(dy / distance * length))};
        std::string text = fmt::format("e,{}", point(tip));
        for (const Point p : path) text += fmt::format(" {}", point(p));
        return text;
    }

    std::ostream& out_;
    const Figure& figure_;
    bool placed_;
    bool has_loops_;
};

}  // namespace

void write_dot(std::ostream& out, const Figure& figure, const DotOptions& options) {
    if (options.positions && !figure.is_laid_out &&
        figure.nodes.size() <= options.most_placed_nodes) {
        Figure placed = figure;
        lay_out(placed);
        DotWriter(out, placed, true).run();
        return;
    }
    DotWriter(out, figure, options.positions).run();
}

}  // namespace revolute
