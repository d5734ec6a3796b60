#include "proxy/session_name.h"

#include "proxy/json_body.h"
#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

// As the first upstream names them.
const std::vector<route::SessionName> kWhere{{"/tmux_session", ""}, {"/task_id", "kube-coder-"}};

std::string name_in(std::string_view body, std::size_t piece = 1 << 20) {
  SessionNameReader reader(kWhere);
  for (std::size_t at = 0; at < body.size(); at += piece) reader.feed(body.substr(at, piece));
  return reader.name();
}

}  // namespace

TEST_CASE("the first pointer that shows something names the session, with its prefix") {
  CHECK(name_in(R"({"task_id":"t1","tmux_session":"kube-coder-x"})") == "kube-coder-x");
  CHECK(name_in(R"({"task_id":"t1"})") == "kube-coder-t1");
  CHECK(name_in(R"({"task_id":17})") == "kube-coder-17");
  CHECK(name_in(R"({"task_id":"t1","tmux_session":null})") == "kube-coder-t1");
  CHECK(name_in(R"({"task_id":"t1","tmux_session":""})") == "kube-coder-t1");
}

TEST_CASE("an answer that comes in pieces is read like one") {
  CHECK(name_in(R"({"task_id":"t1"})", 1) == "kube-coder-t1");
}

TEST_CASE("an answer that shows no name names no session") {
  for (const char* body : {"", "{}", "[]", "created", R"({"task_id":)", R"({"task_id":true})",
                           R"({"task_id":["t1"]})", R"({"id":"t1"})"}) {
    CAPTURE(body);
    CHECK(name_in(body).empty());
  }
}

TEST_CASE("an answer beyond the bound is not kept, and names no session") {
  const std::string pad(JsonBody::kMost - 30, 'x');
  const auto body = [](const std::string& text) {
    return R"({"pad":")" + text + R"(","task_id":"1"})";
  };
  CHECK(name_in(body(pad)) == "kube-coder-1");
  CHECK(name_in(body(pad + std::string(30, 'x'))).empty());
  CHECK(name_in(body(pad + std::string(30, 'x')), 1000).empty());
}
