#pragma once

#include <revolute/tools/language/detail/net_names.hpp>
#include <revolute/tools/language/detail/shape_relations.hpp>
#include <revolute/tools/language/detail/size_classes.hpp>
#include <revolute/tools/language/detail/written_numbers.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace revolute::detail {

/// Sizes that are known beside those that the text says, by name.
struct KnownSizes {
    std::map<std::string, int> rows{};      ///< in place of what the text says
    std::map<std::string, Shape> shapes{};  ///< whole ones
};

/// A net's text, taken apart.
struct NetParts {
    const NetSource& source;
    const NetSyntax& syntax;
    const NetNames& names;
};

/// Rows and columns of all that a text names, by what its operators demand of each other.
///
/// The number B of columns of the batch is a number of its own while sizes are looked for, a prime
/// that no other size is, so that what holds for one B holds for all. A value of one column beside
/// one of B columns is repeated, as cells do with biases.
class NetShapes {
 public:
    /// Throws ParseError where sizes contradict each other, with both places, or are missing.
    NetShapes(const NetParts& net, const StepsByAxis& steps, const KnownSizes& known);

    /// Of a name, by its number, in a batch of so many columns.
    Shape shape(std::size_t name, int columns) const;

 private:
    using Size = SizeClasses::Size;
    struct Sizes {
        Size rows, columns;
    };
    /// An operator applied in the text, and the sizes of its operands and of its value.
    struct Site {
        const WrittenTerm* term;
        std::vector<Sizes> operands;
        Sizes output;
        bool is_repeating = false;  ///< elementwise: one column beside B columns is repeated
        bool is_decided = false;
    };

    void choose_columns(const KnownSizes& known);
    void add_names(const KnownSizes& known);
    void find_batch_values();
    bool is_of_batch(const WrittenTerm& term) const;
    Sizes add(const WrittenTerm& term);
    void relate(const Site& site);
    void join(Size a, Size b, const Site& site, std::string_view what);
    Size size_at(const Site& site, ShapeSize at) const;
    [[noreturn]] void conflict(Size a, Size b, TextPlace place, std::string_view what) const;
    void solve();
    void propagate();
    void decide_columns(Site& site);
    void compute(Site& site);
    bool guess(bool is_last);
    void require_known() const;
    std::string in_words(int size) const;
    std::string words(ShapeSize at, const WrittenTerm& term) const;

    const NetParts& net_;
    const StepsByAxis& steps_;
    SizeClasses classes_;
    std::int32_t batch_ = 0;  ///< what stands for B
    std::vector<Sizes> names_;
    std::vector<bool> is_of_batch_;  ///< by name: depends on what is given in a batch
    std::vector<Site> sites_;
    std::map<const Op*, ShapeRelations> relations_;
};

}  // namespace revolute::detail
