#include <revolute/graph/kernels/packed_products.hpp>
#include <support/on_every_target.hpp>
#include <support/placed_matrix.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace packed_products = revolute::packed_products;
namespace test = revolute::test;

namespace {

template <class T>
packed_products::Factor<T> factor_of(const test::PlacedMatrix<T>& matrix) {
    return {matrix.data(), matrix.leading(), matrix.is_transposed()};
}

/// With the left factor packed before, and on the way.
template <class T>
void check_product(int rows, int inner, int columns, bool turns_left, bool turns_right, bool adds) {
    CAPTURE(rows);
    CAPTURE(inner);
    CAPTURE(columns);
    CAPTURE(turns_left);
    CAPTURE(turns_right);
    CAPTURE(adds);
    const test::PlacedMatrix<T> A(rows, inner, turns_left), B(inner, columns, turns_right);
    std::vector<T> packed(packed_products::packed_size<T>(rows, inner) + 1, T(77));
    packed_products::pack(rows, inner, factor_of(A), packed.data());
    CHECK(packed.back() == T(77));
    const int leading = A.gap + rows;
    std::vector<T> C(static_cast<std::size_t>(leading * columns), T(100));
    const std::vector<T> expected =
        test::with_product(A, B, rows, inner, columns, adds, C, leading);
    std::vector<T> by_blocks = C;
    packed_products::times({rows, columns, inner}, packed.data(), factor_of(B), adds, C.data(),
                           leading);
    CHECK(C == expected);
    std::vector<T> room(packed_products::room<T>({rows, columns, inner}) + 1, T(77));
    packed_products::times({rows, columns, inner}, factor_of(A), factor_of(B), adds,
                           by_blocks.data(), leading, room.data());
    CHECK(by_blocks == expected);
    CHECK(room.back() == T(77));
}

template <class T>
void check_forms(int rows, int inner, int columns) {
    for (const bool turns_left : {false, true})
        for (const bool turns_right : {false, true})
            for (const bool adds : {false, true})
                check_product<T>(rows, inner, columns, turns_left, turns_right, adds);
}

template <class T>
void check_products() {
    test::on_every_target([] {
        for (const int rows : {1, 3, 4, 8, 16, 17, 33, 48, 67})
            for (const int inner : {1, 2, 5, 8, 9, 20})
                for (const int columns : {1, 2, 3, 5, 7, 8, 9, 17, 64, 70})
                    check_forms<T>(rows, inner, columns);
    });
}

/// Larger than the blocks that are packed together, and with lines of memory far apart.
template <class T>
void check_large_products() {
    test::on_every_target([] {
        check_forms<T>(130, 70, 9);
        check_forms<T>(137, 300, 70);
        check_forms<T>(530, 270, 9);
        check_forms<T>(9, 520, 330);
        check_forms<T>(1030, 260, 5);
        check_forms<T>(1030, 7, 5);
        check_forms<T>(140, 40, 300);
    });
}

constexpr int rows = 80, columns = 13;

/// A column-major [rows x inner] as its transpose.
template <class T>
std::vector<T> transposed(const std::vector<T>& A) {
    const std::size_t inner = A.size() / rows;
    std::vector<T> turned(A.size());
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t k = 0; k < inner; ++k) turned[k + row * inner] = A[row + k * rows];
    return turned;
}

/// The product, or what it adds to numbers that are there, by the packed factor and by the same as
/// it stands.
template <class T>
void check_bits(int inner, const std::vector<T>& packed, packed_products::Factor<T> A,
                packed_products::Factor<T> B) {
    for (const bool adds : {false, true}) {
        std::vector<T> expected(static_cast<std::size_t>(rows * columns), T(100) / T(3)),
            actual = expected;
        packed_products::times({rows, columns, inner}, packed.data(), B, adds, expected.data(),
                               rows);
        std::vector<T> room(packed_products::room<T>({rows, columns, inner}));
        packed_products::times({rows, columns, inner}, A, B, adds, actual.data(), rows,
                               room.data());
        CHECK(actual == expected);
    }
}

/// Rows and columns of a product, computed by themselves and with a left factor in every form.
template <class T>
void check_parts(int inner) {
    const auto thirds = [](int count) {
        std::vector<T> values(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<T>(i % 97) / T(3) - T(15);
        return values;
    };
    const std::vector<T> A = thirds(rows * inner), B = thirds(inner * columns);
    test::on_every_target([&] {
        std::vector<T> packed(packed_products::packed_size<T>(rows, inner));
        packed_products::pack(rows, inner, {A.data(), rows, false}, packed.data());
        std::vector<T> whole(static_cast<std::size_t>(rows * columns)), parts = whole;
        const packed_products::Factor<T> factor{B.data(), inner, false};
        packed_products::times({rows, columns, inner}, packed.data(), factor, false, whole.data(),
                               rows);
        check_bits(inner, packed, {A.data(), rows, false}, factor);
        const std::vector<T> turned = transposed(A);
        check_bits(inner, packed, {turned.data(), inner, true}, factor);
        const int half = static_cast<int>(packed_products::rows_together<T>());
        for (const int first : {0, half})
            for (int column = 0; column < columns; ++column)
                packed_products::times({first == 0 ? half : rows - half, 1, inner},
                                       packed.data() + first * inner,
                                       {B.data() + column * inner, inner, false}, false,
                                       parts.data() + column * rows + first, rows);
        CHECK(parts == whole);
    });
}

}  // namespace

TEST_CASE("packed products: every size, in larger matrices, and nothing beside it is touched") {
    check_products<double>();
    check_products<float>();
}

TEST_CASE("packed products: sizes larger than a block") {
    check_large_products<double>();
    check_large_products<float>();
}

TEST_CASE("packed products: rows and columns by themselves have the bits of the whole") {
    for (const int inner : {1, 6, 300}) {
        CAPTURE(inner);
        check_parts<double>(inner);
        check_parts<float>(inner);
    }
}
