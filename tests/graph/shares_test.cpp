#include <revolute/graph/program/detail/shares.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using namespace revolute::detail;

namespace {

ProductCall product(int rows, int columns, int inner) {
    ProductCall call;
    call.rows = rows;
    call.columns = columns;
    call.inner = inner;
    return call;
}

ProductPieces pieces_of(int rows, int columns, int inner) {
    return pieces_of(product(rows, columns, inner), Precision::float32);
}

}  // namespace

TEST_CASE("shares: pieces of a product cover its longer side, and none is empty") {
    for (const int rows : {1, 7, 128, 255, 256, 384, 1000, 4096})
        for (const int columns : {1, 64, 129, 512, 3000})
            for (const int inner : {1, 33, 512, 6400}) {
                CAPTURE(rows);
                CAPTURE(columns);
                CAPTURE(inner);
                const ProductPieces pieces = pieces_of(rows, columns, inner);
                const int side = pieces.are_columns ? columns : rows;
                CHECK(side >= (pieces.are_columns ? rows : columns));
                CHECK(pieces.size * pieces.count >= side);
                CHECK(pieces.size * (pieces.count - 1) < side);
            }
}

TEST_CASE("shares: small products, and long sums of few entries, are left whole") {
    CHECK(pieces_of(128, 32, 32).count == 1);
    CHECK(pieces_of(64, 64, 100000).count == 1);
    CHECK(pieces_of(2048, 64, 512).count == 4);
    CHECK(pieces_of(512, 64, 512).count == 2);
    CHECK(pieces_of(64, 6400, 512).are_columns);
}

TEST_CASE(
    "shares: kernels for 256 bits get pieces of a step's product in double, one thread or not") {
    const bool are_narrow = blas_kernels() == "Haswell" || blas_kernels() == "Zen";
    const ProductCall small = product(128, 32, 128), large = product(512, 64, 512);
    CHECK(pieces_of(small, Precision::float64).count == (are_narrow ? 2 : 1));
    CHECK(most_shares(small, Precision::float64) == 1);
    CHECK(pieces_of(large, Precision::float64).count == (are_narrow ? 8 : 2));
    CHECK(most_shares(large, Precision::float64) == (are_narrow ? 8U : 2U));
}
