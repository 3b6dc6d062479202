#include "figure_models.hpp"
#include <revolute/tools/figures/render.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

Figure small_figure() {
    static const test::Net net({.steps = 2, .input = 2, .hidden = 3}, InitialState::given);
    return forward(net.model.loss, {"Two steps"});
}

}  // namespace

TEST_CASE("render: a file's ending decides its format") {
    CHECK(figure_format("a/b.dot") == FigureFormat::dot);
    CHECK(figure_format("b.svg") == FigureFormat::svg);
    CHECK(figure_format("b.pdf") == FigureFormat::pdf);
    CHECK(figure_format("b.c.png") == FigureFormat::png);
}

TEST_CASE("render: another ending is refused and nothing is written") {
    const test::TemporaryFolder folder;
    CHECK(test::message_of<Error>([&] { write_figure(folder / "figure.jpg", small_figure()); }) ==
          "figure: the name of its file must end in .dot, .svg, .pdf or .png (" +
              (folder / "figure.jpg").string() + ")");
    CHECK(test::message_of<Error>([] { figure_format("figure"); }) ==
          "figure: the name of its file must end in .dot, .svg, .pdf or .png (figure)");
    CHECK(folder.file_count() == 0);
}

TEST_CASE("render: an unwritable file is named") {
    CHECK(test::message_of<FileError>([] {
              write_figure("/no/such/folder/a.dot", small_figure());
          }) == "cannot write /no/such/folder/a.dot: No such file or directory");
}

#ifdef REVOLUTE_HAVE_GRAPHVIZ

TEST_CASE("render: SVG, PDF and PNG are what they say") {
    const Figure figure = small_figure();
    CHECK(can_render());
    CHECK(render(figure, FigureFormat::svg).find("</svg>") != std::string::npos);
    CHECK(render(figure, FigureFormat::pdf).starts_with("%PDF-"));
    CHECK(render(figure, FigureFormat::png).starts_with("\x89PNG"));
}

TEST_CASE("render: a PNG has no more pixels than Cairo draws") {
    CHECK(pixels_per_point({0, 0, 100, 100}) == 2);
    CHECK(pixels_per_point({0, 0, 6000, 6000}) == 1);
    CHECK(pixels_per_point({0, 0, 65534, 10}) == 0.5);
    CHECK(pixels_per_point({0, 0, 10, 131068}) == 0.25);
    CHECK(pixels_per_point({0, 0, 20000, 25600}) == 0.5);  // 128 million
    CHECK(pixels_per_point({}) == 2);
}

TEST_CASE("render: a PNG has two pixels to a point, and one where it is too large") {
    Figure figure;
    figure.is_laid_out = true;
    figure.panels.emplace_back();
    for (const int points : {1000, 6000}) {
        FigureNode node;
        node.id = std::to_string(points);
        node.box = {0, 0, points, points};
        figure.nodes.assign(1, node);
        figure.box = node.box;
        const std::string png = render(figure, FigureFormat::png);
        std::uint32_t width = 0;  // behind the signature and the head of the first chunk
        for (std::size_t i = 16; i < 20; ++i)
            width = 256 * width + static_cast<std::uint8_t>(png.at(i));
        const double pixels_to_a_point = width / static_cast<double>(points);
        // Graphviz adds a border of 0.05 inches.
        CHECK(pixels_to_a_point == doctest::Approx(points == 1000 ? 2 : 1).epsilon(0.01));
    }
}

TEST_CASE("render: SVG has subscripts of their own size and height, and keeps spaces") {
    const std::string svg = render(small_figure(), FigureFormat::svg);
    CHECK(svg.find("baseline-shift") == std::string::npos);
    CHECK(svg.find(" dy=\"2.25\" font-size=\"7.50\"") != std::string::npos);
    CHECK(svg.find("<text text-anchor") == std::string::npos);
    CHECK(svg.find("<text xml:space=\"preserve\" ") != std::string::npos);
}

TEST_CASE("render: positions are those of the layout") {
    Graph graph;
    const Figure figure = forward(graph.parameter("W", {}));
    const std::string svg = render(figure, FigureFormat::svg);
    CHECK(svg.find("<title>W</title>") != std::string::npos);
    CHECK(svg.find("W: parameter [1 x 1]") != std::string::npos);
}

TEST_CASE("render: files are written whole") {
    const test::TemporaryFolder folder;
    for (const std::string name : {"a.dot", "a.svg", "a.pdf", "a.png"})
        write_figure(folder / name, small_figure());
    // Graphviz orders panels by addresses, so its own bytes differ from run to run.
    CHECK(read_file(folder / "a.dot") == render(small_figure(), FigureFormat::dot));
    CHECK(read_file(folder / "a.svg").ends_with("</svg>\n"));
    CHECK(read_file(folder / "a.pdf").find("%%EOF") != std::string::npos);
    CHECK(read_file(folder / "a.png").find("IEND") != std::string::npos);
    CHECK(folder.file_count() == 4);
}

#else

TEST_CASE("render: without Graphviz the way out is named") {
    CHECK_FALSE(can_render());
    CHECK(test::message_of<Error>([] { render(small_figure(), FigureFormat::svg); }) ==
          "draw: this build has no Graphviz and writes .dot only\n  write FIGURE.dot, then run: "
          "dot -Tsvg FIGURE.dot -o FIGURE.svg");
    const test::TemporaryFolder folder;
    write_figure(folder / "a.dot", small_figure());
    CHECK(folder.file_count() == 1);
}

#endif

}  // namespace revolute
