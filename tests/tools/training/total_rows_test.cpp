#include <revolute/graph/values/error.hpp>
#include <revolute/tools/training/series.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace revolute;
using test::message_of;

namespace {

using Texts = std::vector<std::string>;

Table table_of(const Texts& labels) {
    std::string text = "year,a,b\n";
    for (std::size_t i = 0; i < labels.size(); ++i)
        text += fmt::format("{},{},{}\n", labels[i], i + 1, 2 * i);
    return Table::parse(text, "data.csv");
}

SeriesOptions by(const std::optional<std::string>& axis) {
    return {.axis = {.name = axis, .date_format = {}}, .missing = {}};
}

const std::vector<Texts> all_labels{{"2000", "2001", "2002", "2003"},
                                    {"2000-01", "2000-02", "2000-03", "2000-04"},
                                    {"Jan", "Feb", "Mar", "Apr"}};

}  // namespace

TEST_CASE("total rows: a row of totals is refused, whatever the axis is") {
    for (Texts labels : all_labels)
        for (const char* total : {"Total", "total", "TOTAL:", " Sum ", "Mean", "Average", "Summe",
                                  "Gesamt", "Mittelwert", "Grand total", "Total 2000", "Moyenne"}) {
            labels.push_back(total);
            for (const std::optional<std::string>& axis :
                 {std::optional<std::string>(), std::optional<std::string>("row"),
                  std::optional<std::string>("b"), std::optional<std::string>("year")}) {
                CAPTURE(total);
                CHECK(message_of<ParseError>([&] {
                          read_series(table_of(labels), "a", by(axis));
                      }) == fmt::format("data.csv: a row must not be a total of others\n"
                                        "  line 6, column \"year\": {}\n  remove line 6",
                                        total));
            }
            labels.pop_back();
        }
    CHECK(message_of<ParseError>([] {
              read_series(table_of({"Jan", "Feb", "Total", "Jan", "Feb", "Total"}), "a");
          }) ==
          "data.csv: a row must not be a total of others\n"
          "  line 4, column \"year\": Total, and likewise 1 line below\n  remove them");
}

TEST_CASE("total rows: names of rows that are no totals of others are none") {
    for (const Texts& labels :
         {Texts{"Total", "Total", "Total"}, Texts{"Mean Creek", "Sumatra", "Totals Ltd"},
          Texts{"north", "east", "south"}})
        CHECK(read_series(table_of(labels), "a").notes.empty());
}

TEST_CASE("total rows: a last row without a place is named, or refused with what it may be") {
    for (const std::size_t kind : {std::size_t(0), std::size_t(1)})
        for (const char* last : {"", "2004p", "x"}) {
            Texts labels = all_labels[kind];
            labels.push_back(last);
            CAPTURE(last);
            const std::string stands =
                *last == '\0' ? std::string("nothing stands") : fmt::format("\"{}\" stands", last);
            CHECK(read_series(table_of(labels), "a", by("row")).notes ==
                  Texts{fmt::format("line 6 is read like the others, though {} in \"year\", where "
                                    "these have numbers or dates: is it a total?",
                                    stands)});
            CHECK(message_of<ParseError>([&] {
                      read_series(table_of(labels), "a");
                  }).find("\n  if it is a total of the rows above, remove line 6; ") !=
                  std::string::npos);
        }
}
