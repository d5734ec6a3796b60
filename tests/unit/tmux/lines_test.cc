#include "tmux/lines.h"

#include <string>

#include "support/catch.h"

namespace taskgate::tmux {
namespace {

using namespace std::string_literals;

std::vector<Session> parsed(std::string_view text) {
  std::vector<Session> sessions;
  REQUIRE(parse_sessions(text, Question::names, sessions));
  return sessions;
}

TEST_CASE("no text is no session") {
  CHECK(parsed("").empty());
}

TEST_CASE("a line gives pid, id, creation time and name") {
  const auto sessions = parsed("1703 $4294967295 1795455863 kube-coder-1\n12 $0 0 x\n");
  REQUIRE(sessions.size() == 1);  // another pid is no other server's session but part of a name
  CHECK(sessions[0].server == 1703);
  CHECK(sessions[0].id == 4294967295);
  CHECK(sessions[0].created == 1795455863);
  CHECK(sessions[0].name == "kube-coder-1\n12 $0 0 x");
}

TEST_CASE("names are taken as they are") {
  struct Row {
    std::string text;
    std::vector<std::string> names;
  };
  const Row row = GENERATE(values<Row>({
      {"7 $0 1 a\n7 $1 1 b\n", {"a", "b"}},
      {"7 $0 1 with space at end \n", {"with space at end "}},
      {"7 $0 1  two\n", {" two"}},
      {"7 $0 1 \n", {""}},
      {"7 $0 1 k\xC3\xA4se \xE2\x98\x83\n", {"k\xC3\xA4se \xE2\x98\x83"}},
      {"7 $0 1 \xff\xfe\x01\n", {"\xff\xfe\x01"}},
      {"7 $0 1 one\ntwo\n7 $1 1 b\n", {"one\ntwo", "b"}},
      {"7 $0 1 one\n\n\n7 $1 1 b\n", {"one\n\n", "b"}},
      {"7 $0 1 one\n7 $1 1\n", {"one\n7 $1 1"}},
      {"7 $0 1 one\n7 $x 1 b\n", {"one\n7 $x 1 b"}},
      {"7 $0 1 one\n7 1 1 b\n", {"one\n7 1 1 b"}},
      {"7 $0 1 one\n7 $4294967296 1 b\n", {"one\n7 $4294967296 1 b"}},
      {"7 $0 1 one\n7 $1 253402300800 b\n", {"one\n7 $1 253402300800 b"}},
  }));
  CAPTURE(row.text);
  std::vector<std::string> names;
  for (const Session& session : parsed(row.text)) names.push_back(session.name);
  CHECK(names == row.names);
}

TEST_CASE("text that does not begin with a session is refused") {
  const std::string text = GENERATE(values<std::string>(
      {"\n", "kube-coder-1\n", " 7 $0 1 a\n", "0 $0 1 a\n", "-7 $0 1 a\n", "+7 $0 1 a\n",
       "2147483648 $0 1 a\n", "7 $-1 1 a\n", "7 $0 -1 a\n", "7 $0 1\n", "7 $0\n", "7 0 1 a\n",
       "99999999999999999999999 $0 1 a\n", "7\t$0 1 a\n", "7 $4294967296 1 a\n"}));
  CAPTURE(text);
  std::vector<Session> sessions;
  CHECK_FALSE(parse_sessions(text, Question::names, sessions));
}

TEST_CASE("text that stops inside a line is refused") {
  std::vector<Session> sessions;
  CHECK_FALSE(parse_sessions("7 $0 1 a\n7 $1 1 b", Question::names, sessions));
}

TEST_CASE("text with a zero byte is refused, as no name can hold one") {
  std::vector<Session> sessions;
  CHECK_FALSE(parse_sessions("7 $0 1 kube-coder-\0x\n"s, Question::names, sessions));
}

}  // namespace
}  // namespace taskgate::tmux
