#include <revolute/tools/support/activity.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <sstream>
#include <thread>

namespace revolute {

using namespace std::chrono_literals;

TEST_CASE("activity: one line, drawn over, that is gone at the end") {
    std::ostringstream out;
    {
        Activity activity(out, true, "draw", 1h);
        activity.stop_clock();
        activity.now("too soon to be drawn");
    }
    CHECK(out.str() == "");

    std::ostringstream later;
    {
        Activity activity(later, true, "draw", 0s);
        activity.stop_clock();
        later.str("");  // the clock may have drawn already, and then draws no more for a while
        std::this_thread::sleep_for(600ms);
        activity.now("laying out");
        CHECK(later.str() == "\rdraw: laying out, 0 s\x1b[K");
        later.str("");
        activity.now("rendering");  // is drawn when it is time
        CHECK(later.str() == "");
        activity.make_way();
        CHECK(later.str() == "\r\x1b[K");
        activity.make_way();  // there is nothing to wipe out
        CHECK(later.str() == "\r\x1b[K");
    }
    CHECK(later.str() == "\r\x1b[K");
}

TEST_CASE("activity: the clock draws by itself") {
    std::ostringstream out;
    {
        Activity activity(out, true, "draw", 0s);
        activity.now("laying the figure out");
        std::this_thread::sleep_for(1200ms);
    }
    CHECK(out.str().find("\rdraw: laying the figure out, 0 s\x1b[K") != std::string::npos);
    CHECK(out.str().ends_with("\r\x1b[K"));
}

TEST_CASE("activity: what is short, or not shown to anybody, leaves no trace") {
    for (const bool is_shown : {false, true}) {
        std::ostringstream out;
        {
            Activity activity(out, is_shown, "draw", is_shown ? 1h : 0h);
            activity.now("laying the figure out");
            activity.make_way();
        }
        CHECK(out.str() == "");
    }
}

}  // namespace revolute
