// The load tool counts what came back, and sends each request once.

#include <set>

#include "support/catch.h"
#include "support/http_message.h"
#include "support/scripted_upstream.h"
#include "support/standin.h"
#include "support/storm.h"
#include "support/tmux_server.h"

namespace taskgate::test {
namespace {

using Flags = std::vector<std::string>;

const std::string kLengthAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string kChunkedAnswer =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nT: x\r\n\r\n";

TEST_CASE("every create of a storm arrives once, with a marker of its own") {
  const TmuxServer tmux;
  const Standin standin(tmux, {"--fail-creates", "429", "--backlog", "128"});
  Flags flags = GENERATE(values<Flags>({{}, {"--connect-all-first"}, {"--connections=7"}}));
  flags.insert(flags.end(), {"--count", "60"});
  const StormSummary summary = run_storm(standin.port(), flags);
  CHECK(summary.sent == 60);
  CHECK(summary.answers == std::map<int, int>{{429, 60}});
  CHECK(summary.errors.empty());
  CHECK(summary.unanswered == 0);
  const auto ids = standin.stats().create_ids;
  CHECK(ids.size() == 60);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 60);
}

TEST_CASE("with --keep-alive a connection carries many requests") {
  const std::string answer = GENERATE_COPY(kLengthAnswer, kChunkedAnswer);
  ScriptedUpstream server([&](RawConnection& connection) {
    for (;;) {
      read_request(connection);
      connection.send("HTTP/1.1 103 Early\r\n\r\n" + answer);
    }
  });
  const StormSummary summary =
      run_storm(server.port(), {"--count", "40", "--connections", "4", "--keep-alive"});
  CHECK(summary.answers == std::map<int, int>{{200, 40}});
  CHECK(server.connections() == 4);
}

struct FaultRow {
  const char* bytes;
  bool reset;
  const char* error;
};

TEST_CASE("what is no answer is counted by its kind") {
  const auto row = GENERATE(values<FaultRow>({
      {"", false, "closed"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", false, "closed"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", false, "malformed"},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", false, "malformed"},
      {"", true, "reset"},
  }));
  ScriptedUpstream server([&](RawConnection& connection) {
    read_request(connection);
    connection.send(row.bytes);
    if (row.reset) connection.reset();
  });
  const StormSummary summary = run_storm(server.port(), {"--count", "3"});
  INFO(row.bytes);
  CHECK(summary.sent == 3);
  CHECK(summary.answers.empty());
  CHECK(summary.errors == std::map<std::string, int>{{row.error, 3}});
  CHECK(server.connections() == 3);
}

TEST_CASE("a refused connection is an error, and no answer in time is unanswered") {
  const ClosedPort nobody;
  CHECK(run_storm(nobody.port(), {"--count", "3"}).errors ==
        std::map<std::string, int>{{"connect", 3}});
  ScriptedUpstream silent([](RawConnection& connection) { connection.peer_closed(); });
  const StormSummary summary = run_storm(silent.port(), {"--count", "3", "--timeout", "100"});
  CHECK(summary.unanswered == 3);
  CHECK(summary.sent == 3);
}

}  // namespace
}  // namespace taskgate::test
