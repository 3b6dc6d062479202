#include <revolute/graph/program/detail/machine/shares.hpp>

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
    return pieces_of(product(rows, columns, inner));
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

TEST_CASE("shares: where the left factor is packed, each of several threads has rows of its own") {
    ProductCall call = product(512, 64, 512);
    call.packed_left = 0;
    CHECK(pieces_of(call).count == 6);
    CHECK(pieces_of(call).size == 96);
    CHECK(most_shares(call) == 6);
    call.rows = 500;  // all but the last piece begin where rows stand together
    CHECK(pieces_of(call).size == 96);
    call.columns = 8;
    CHECK(pieces_of(call).count == 3);
    CHECK(pieces_of(call).size == 192);
    call.inner = 64;
    CHECK(pieces_of(call).count == 1);
    CHECK(most_shares(call) == 1);
}
