// libFuzzer's target: any text is a case or is refused with a ParseError, and a small case that is
// accepted can be solved. Every other exception, and every report of a sanitizer, is a defect.

#include "fuzz/read_case.hpp"

#include <cstddef>
#include <cstdint>

using namespace revolute;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Case one_of_each =
        read_case(REVOLUTE_TEST_DATA "/cases/rnn_one_of_each_complex_step.json");
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const std::optional<Case> read = test::read_any_case(text); read && test::is_small(*read))
        test::solve_and_read_back(*read);
    test::has_gradients(text, one_of_each);
    return 0;
}
