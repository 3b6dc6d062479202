// A user's own Eigen code beside the library: links revolute::eigen alone.
#include <revolute/graph/values/eigen.hpp>

int main() {
    revolute::Matrix matrix(2, 3, 1.5);
    revolute::as_eigen(matrix) *= 2;
    return revolute::as_eigen(matrix).sum() == 18 ? 0 : 1;
}
