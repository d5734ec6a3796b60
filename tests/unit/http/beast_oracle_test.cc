// Boost.Beast as an oracle: what this parser accepts, Beast must accept as well and read the same.
// The other way round does not hold; where Beast is more lenient than a gate may be is listed row
// by row.
#include "unit/http/beast_oracle.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "unit/http/mutations.h"

namespace taskgate::http::test {

namespace {

using Read = Reading (*)(std::string_view);

// How a comparison over a corpus went: nothing may be wrong, and it must have compared something.
struct Tally {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  std::set<std::string> refused_here_only;  // reasons
};

Tally compare(const std::vector<std::string>& sound, Read read_ours, Read read_beast) {
  constexpr int kMessages = 20000;
  Mutator mutator(20240229);
  Tally tally;
  for (int i = 0; i < kMessages; ++i) {
    const std::string message = mutator.damage_one_of(sound);
    const Reading ours = read_ours(message);
    if (ours.text == "incomplete") continue;
    const Reading beasts = read_beast(message);
    if (ours.text == "refused") {
      ++tally.refused;
      const bool taken = beasts.text != "refused" && beasts.text != "incomplete";
      if (taken) tally.refused_here_only.insert(ours.reason);
      continue;
    }
    if (beasts.text == "refused" && ours.beast_may_refuse) continue;
    ++tally.accepted;
    INFO(message);
    CHECK(ours.text == beasts.text);
    CHECK(ours.size == beasts.size);
  }
  return tally;
}

// One message that Beast takes and this parser refuses, with its refusal and what would come of it.
struct LenientRow {
  std::string message;
  std::string reason;
  std::string_view danger;
};

std::set<std::string> check_lenient(const std::vector<LenientRow>& rows, Read read_ours,
                                    Read read_beast) {
  std::set<std::string> reasons;
  for (const LenientRow& row : rows) {
    INFO(row.message << "\n" << row.danger);
    const Reading ours = read_ours(row.message);
    CHECK(ours.text == "refused");
    CHECK(ours.reason == row.reason);
    const std::string beasts = read_beast(row.message).text;
    CHECK(beasts != "refused");
    CHECK(beasts != "incomplete");
    reasons.insert(row.reason);
  }
  return reasons;
}

std::string many_options() {
  std::string options = "a";
  for (int i = 0; i < 100; ++i) options += ",a";
  return options;
}

std::string post(std::string_view lines, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n" + std::string(body);
}

std::string get(std::string_view target, std::string_view lines) {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(lines) + "\r\n";
}

std::string answer(std::string_view lines, std::string_view body) {
  return "HTTP/1.1 200 OK\r\n" + std::string(lines) + "\r\n" + std::string(body);
}

constexpr std::string_view kNoBody = "the body is taken for the next request";
constexpr std::string_view kSmuggling = "two hops see two different ends of the body";
constexpr std::string_view kRouting = "two hops see two different hosts";
constexpr std::string_view kChunks = "1\r\na\r\n0\r\n\r\n";

const std::vector<LenientRow> kLenientRequests{
    {post("Transfer-Encoding: gzip\r\n", ""), "Transfer-Encoding does not end in chunked", kNoBody},
    {post("Transfer-Encoding: chunked, gzip\r\n", ""), "Transfer-Encoding does not end in chunked",
     kNoBody},
    {post("Transfer-Encoding: gzip, chunked\r\n", kChunks), "unknown transfer coding",
     "the upstream is given a coding that nobody asked it about"},
    {post("Transfer-Encoding: chunked, chunked\r\n", kChunks), "chunked applied more than once",
     kSmuggling},
    {post("Transfer-Encoding: , chunked\r\n", kChunks), "malformed Transfer-Encoding", kSmuggling},
    {post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", kChunks),
     "repeated Transfer-Encoding", kSmuggling},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(kChunks),
     "Transfer-Encoding in HTTP/1.0", kSmuggling},
    {post("Transfer-Encoding: chunked, gzip\r\nContent-Length: 1\r\n", "a"),
     "both Transfer-Encoding and Content-Length", kSmuggling},
    {post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), "repeated Content-Length",
     "only as long as every hop compares all of them"},
    {post("Content-Length: 1, 1\r\n", "a"), "invalid Content-Length",
     "only as long as every hop compares all of them"},
    {post("Content-Length: 000000000000000000001\r\n", "a"), "invalid Content-Length",
     "parsers limit the number of digits"},
    {get("/", ""), "no Host", kRouting},
    {get("/", "Host: a\r\nHost: b\r\n"), "repeated Host", kRouting},
    {get("/", "Host: a/b\r\n"), "invalid Host", kRouting},
    {get("http://a/", "Host: b\r\n"), "Host differs from the target's authority", kRouting},
    {get("http://u@a/", "Host: a\r\n"), "invalid authority in the target", kRouting},
    {get("x", "Host: a\r\n"), "malformed request target", "the first upstream adds a slash"},
    {get("*", "Host: a\r\n"), "target * with another method than OPTIONS", "it has no resource"},
    {get("/#x", "Host: a\r\n"), "fragment in the target", "a hop may cut it off"},
    {get("/\xA0", "Host: a\r\n"), "invalid byte in the target",
     "the first upstream takes 0xA0 and 0x85 for white space"},
    {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "CONNECT is not supported",
     "a tunnel past the gate"},
    {"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT without host and port",
     "a tunnel past the gate"},
    {get("/", "Host: a\r\nX: y\r\n Content-Length: 5\r\n"), "folded header line",
     "a hop may take the second line for a field"},
    {get("/", "Host: a\r\nConnection: host\r\n"), "Connection names a field of the message",
     "the next hop would not see it"},
    {get("/", "Host: a\r\nExpect: x\r\n"), "unknown expectation", "nobody would meet it"},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: x\r\n\r\n", "invalid Max-Forwards",
     "it would go round without end"},
    {"TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\nMax-Forwards: 2\r\n\r\n",
     "repeated Max-Forwards", "it would go round without end"},
    {post("Transfer-Encoding: chunked\r\n", "0\r\nHost: b\r\n\r\n"),
     "field not allowed in a trailer", "a hop may merge it into the head"},
    {post("Transfer-Encoding: chunked\r\n", "0\r\nA: b\r\n c\r\n\r\n"), "folded trailer line",
     "a hop may take the second line for a field"},
    {post("Transfer-Encoding: chunked\r\n", "1 ;a\r\na\r\n0\r\n\r\n"), "malformed chunk size",
     "RFC 9112 section 7.1.1 allows this white space, and parsers differ on it"},
    {get("/", "Host: a\r\nConnection: " + many_options() + "\r\n"), "too many connection options",
     "each costs a comparison with each field"},
};

const std::vector<LenientRow> kLenientAnswers{
    {answer("Transfer-Encoding: gzip\r\n", "x"), "Transfer-Encoding does not end in chunked",
     "the client cannot tell the end"},
    {answer("Transfer-Encoding: gzip, chunked\r\n", kChunks), "unknown transfer coding",
     "the client may not know it"},
    {answer("Transfer-Encoding: chunked, chunked\r\n", kChunks), "chunked applied more than once",
     kSmuggling},
    {answer("Transfer-Encoding: , chunked\r\n", kChunks), "malformed Transfer-Encoding",
     kSmuggling},
    {answer("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", kChunks),
     "repeated Transfer-Encoding", kSmuggling},
    {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(kChunks),
     "Transfer-Encoding in HTTP/1.0", kSmuggling},
    {answer("Transfer-Encoding: chunked, gzip\r\nContent-Length: 1\r\n", "a"),
     "both Transfer-Encoding and Content-Length", kSmuggling},
    {answer("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), "repeated Content-Length",
     kSmuggling},
    {answer("Content-Length: 1, 1\r\n", "a"), "invalid Content-Length", kSmuggling},
    {answer("X: y\r\n z\r\n", ""), "folded header line", "RFC 9112 section 5.2 allows a 502"},
    {"HTTP/1.1 600 x\r\n\r\n", "status outside 100 to 599", "clients have no class for it"},
    {answer("Transfer-Encoding: chunked\r\n", "0\r\nA: b\r\n c\r\n\r\n"), "folded trailer line",
     "a hop may take the second line for a field"},
    {answer("Transfer-Encoding: chunked\r\n", "1 ;a\r\na\r\n0\r\n\r\n"), "malformed chunk size",
     "RFC 9112 section 7.1.1 allows this white space, and parsers differ on it"},
    {answer("Transfer-Encoding: chunked\r\n", "0\r\nHost: b\r\n\r\n"),
     "field not allowed in a trailer", "a hop may merge it into the head"},
};

// Refusals of ours that Beast would have let pass must be among those that are listed.
void check_listed(const std::set<std::string>& found, const std::set<std::string>& listed) {
  for (const std::string& reason : found) {
    INFO(reason);
    CHECK(listed.count(reason) == 1);
  }
}

}  // namespace

TEST_CASE("Beast reads every accepted request in the same way") {
  const auto listed = check_lenient(kLenientRequests, read_request_here, read_request_with_beast);
  const Tally tally = compare(sound_requests(), read_request_here, read_request_with_beast);
  CHECK(tally.accepted > 3000);
  CHECK(tally.refused > 3000);
  check_listed(tally.refused_here_only, listed);
}

TEST_CASE("Beast reads every accepted answer in the same way") {
  const auto listed = check_lenient(kLenientAnswers, read_response_here, read_response_with_beast);
  const Tally tally = compare(sound_answers(), read_response_here, read_response_with_beast);
  CHECK(tally.accepted > 3000);
  CHECK(tally.refused > 3000);
  check_listed(tally.refused_here_only, listed);
}

}  // namespace taskgate::http::test
