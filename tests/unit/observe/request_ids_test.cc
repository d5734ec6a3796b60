#include "observe/request_ids.h"

#include <set>

#include "support/catch.h"

namespace taskgate::observe {
namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";

TEST_CASE("A request id of the usual kinds is taken as it is") {
  for (const std::string id :
       {"7", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "Root=1-67891233-abcdef012345678912345678",
        "a.b_c~d:e+f/g==", "user@host"}) {
    CHECK(read_request_ids(id, "").request_id == id);
  }
  CHECK(read_request_ids(std::string(128, 'x'), "").request_id.size() == 128);
}

TEST_CASE("A request id that is long or has other characters is none") {
  for (const std::string& id :
       {std::string(129, 'x'), std::string("a b"), std::string("a\"b"), std::string("a\\b"),
        std::string("a\nb"), std::string("a\x1b[31m"), std::string("{a}"), std::string("\xC3\xA9"),
        std::string(1, '\0'), std::string("a,b"), std::string("a;b"), std::string("<a>")}) {
    INFO(id);
    CHECK(read_request_ids(id, "").request_id.empty());
  }
}

TEST_CASE("A traceparent gives its trace and its span") {
  for (const std::string& text :
       {"00-" + kTrace + "-" + kSpan + "-01", "00-" + kTrace + "-" + kSpan + "-00",
        "cc-" + kTrace + "-" + kSpan + "-01-what-comes-later"}) {
    INFO(text);
    const RequestIds ids = read_request_ids("", text);
    CHECK(ids.trace_id == kTrace);
    CHECK(ids.span_id == kSpan);
  }
}

TEST_CASE("A traceparent that is not well-formed gives nothing") {
  const std::string zero32(32, '0');
  const std::string zero16(16, '0');
  for (const std::string& text :
       {std::string(), std::string("00"), "00-" + kTrace + "-" + kSpan,
        "00-" + kTrace + "-" + kSpan + "-0", "00-" + kTrace + "-" + kSpan + "-01-more",
        "00-" + kTrace + "-" + kSpan + "-01x", "cc-" + kTrace + "-" + kSpan + "-01.more",
        "ff-" + kTrace + "-" + kSpan + "-01", "0g-" + kTrace + "-" + kSpan + "-01",
        "00-" + zero32 + "-" + kSpan + "-01", "00-" + kTrace + "-" + zero16 + "-01",
        "00-" + kTrace + "-" + kSpan + "-zz", "00_" + kTrace + "-" + kSpan + "-01",
        "00-" + kTrace + "_" + kSpan + "-01", "00-" + kTrace + "-" + kSpan + "_01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + kSpan + "-01",
        "00-" + kTrace + "-b7ad6b716920333\n-01"}) {
    INFO(text);
    const RequestIds ids = read_request_ids("", text);
    CHECK(ids.trace_id.empty());
    CHECK(ids.span_id.empty());
  }
}

TEST_CASE("An id that is made is a request id, and none is like another") {
  RequestIdMaker maker;
  std::set<std::string> made;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = maker.make();
    REQUIRE(id.size() == 12);
    REQUIRE(read_request_ids(id, "").request_id == id);
    made.insert(id);
  }
  CHECK(made.size() == 10'000);
  CHECK_FALSE(made.contains(RequestIdMaker().make()));
}

TEST_CASE("An id that is made tells nothing of the next one") {
  RequestIdMaker maker;
  // Of twelve characters of 32 kinds, two that are strangers have some like ones in the same place,
  // but not half of them.
  for (int i = 0; i < 1000; ++i) {
    const std::string one = maker.make();
    const std::string next = maker.make();
    int alike = 0;
    for (std::size_t at = 0; at < one.size(); ++at) alike += one[at] == next[at] ? 1 : 0;
    REQUIRE(alike < 6);
  }
}

}  // namespace
}  // namespace taskgate::observe
