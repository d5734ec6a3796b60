#include "proxy/status_sniffer.h"

#include "support/catch.h"

using namespace taskgate::proxy;

namespace {

bool finds(std::string_view text) {
  StatusSniffer whole;
  whole.feed(text);
  StatusSniffer bytewise;
  for (const char& c : text) bytewise.feed({&c, 1});
  REQUIRE(whole.saw_error() == bytewise.saw_error());
  return whole.saw_error();
}

}  // namespace

TEST_CASE("an error status is found wherever JSON allows white space") {
  CHECK(finds(R"({"task_id":"1","status":"error"})"));
  CHECK(finds(R"({"task_id":"1","status": "error","x":1})"));
  CHECK(finds("{\"status\" \t:\r\n \"error\"}"));
  CHECK(finds(R"({"a":""status":"error"})"));
}

TEST_CASE("other states and texts that speak of errors are not taken for one") {
  CHECK_FALSE(finds(R"({"status":"running"})"));
  CHECK_FALSE(finds(R"({"status":"errors"})"));
  CHECK_FALSE(finds(R"({"my_status":"error"})"));
  CHECK_FALSE(finds(R"({"prompt":"\"status\":\"error\""})"));
  CHECK_FALSE(finds(R"({"sta tus":"error"})"));
  CHECK_FALSE(finds(""));
}
