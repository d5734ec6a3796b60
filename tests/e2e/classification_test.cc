// What creates is the same with the gate as without it: generated spellings go to the stand-in,
// which reads them as the first upstream does, and to gates in front of it. At a limit of 0 nothing
// creates; with room the same create, and whatever the gate does not refuse as malformed has the
// same outcome.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "e2e/spellings.h"
#include "e2e/wire_world.h"
#include "support/catch.h"
#include "support/failure.h"

namespace taskgate::test {
namespace {

struct Outcome {
  int status = 0;  // 0: no answer, or one without a head
  bool is_upstreams = false;
  bool created = false;
  std::optional<int> creates;  // executed by then, where the upstream says so
  std::string body;
};

HttpAnswer final_answer(RawConnection& connection, AnswerTo to) {
  for (;;) {
    HttpAnswer answer = read_answer(connection, to);
    if (answer.status >= 200) return answer;
  }
}

// The first answer on a connection that sends the bytes and nothing more.
Outcome send(std::uint16_t port, const Spelling& spelling) {
  static int number = 0;
  RawClient client(port);
  client.try_send(numbered(spelling, ++number));
  client.half_close();
  Outcome outcome;
  try {
    const auto answer = final_answer(client, spelling.is_head ? AnswerTo::head : AnswerTo::other);
    outcome.status = answer.status;
    outcome.is_upstreams = answer.field("Server").value_or("").starts_with("SimpleHTTP/");
    if (const auto creates = answer.field("X-Creates-Executed")) {
      outcome.creates = std::stoi(*creates);
    }
    outcome.body = answer.body;
  } catch (const Failure&) {
    // As the upstream closes on what it cannot parse, or answers HTTP/0.9.
  }
  REQUIRE(client.peer_closed());
  return outcome;
}

// An upstream that counts its creates. After each request it is known whether that was one: by its
// answer, or where there is none by a question.
class Watched {
 public:
  explicit Watched(const Standin& standin) : standin_(standin) {}

  Outcome send(std::uint16_t port, const Spelling& spelling) {
    Outcome outcome = test::send(port, spelling);
    const int creates = outcome.creates ? *outcome.creates : executed();
    outcome.created = creates > creates_;
    creates_ = creates;
    return outcome;
  }
  // No request created behind its answer.
  void check_all_were_told() const { CHECK(creates_ == executed()); }

 private:
  int executed() const { return standin_.stats().creates_executed; }

  const Standin& standin_;
  int creates_ = 0;
};

const std::vector<Spelling>& spellings() {
  static const std::vector<Spelling> kAll = [] {
    Spellings generator(20260821);
    std::vector<Spelling> all = generator.one_by_one();
    for (int i = 0; i < 2000; ++i) all.push_back(generator.combined());
    return all;
  }();
  return kAll;
}

// One empty line before a request is tolerated and not forwarded (RFC 9112 section 2.2); the
// upstream would close on it.
Spelling as_forwarded(Spelling spelling) {
  if (spelling.bytes.starts_with("\r\n")) spelling.bytes.erase(0, 2);
  return spelling;
}

// What becomes of each spelling without a gate.
const std::vector<Outcome>& direct_outcomes() {
  static const std::vector<Outcome> kAll = [] {
    const TmuxServer tmux;
    const Standin standin(tmux, {"--count-only"});
    Watched watched(standin);
    std::vector<Outcome> all;
    for (const Spelling& spelling : spellings()) {
      all.push_back(watched.send(standin.port(), as_forwarded(spelling)));
    }
    watched.check_all_were_told();
    return all;
  }();
  return kAll;
}

// The stand-in knows no such route for this method.
bool is_no_route(const Outcome& direct) {
  return direct.status == 501 || direct.body.starts_with("API endpoint not found");
}

std::string told(const Spelling& spelling, const Outcome& direct, const Outcome& gated) {
  return shown(spelling.bytes) + "\ndirectly " + std::to_string(direct.status) + " " + direct.body +
         "\ngated " + std::to_string(gated.status) + " " + gated.body;
}

TEST_CASE("at a limit of 0 no spelling creates, and only creates are refused for it") {
  const CoderWorld world(Gate::Settings{{"limit", "0"}}, {"--count-only"});
  Watched watched(world.standin);
  int created = 0;
  int refused = 0;
  for (std::size_t i = 0; i < spellings().size(); ++i) {
    const Spelling& spelling = spellings()[i];
    const Outcome& direct = direct_outcomes()[i];
    const Outcome gated = watched.send(world.port(), spelling);
    INFO(told(spelling, direct, gated));
    created += direct.created ? 1 : 0;
    refused += gated.status == 429 ? 1 : 0;
    REQUIRE_FALSE(gated.created);
    if (direct.created) REQUIRE_FALSE(gated.is_upstreams);
    if (direct.created && spelling.is_well_formed) REQUIRE(gated.status == 429);
    if (is_no_route(direct)) REQUIRE(gated.status != 429);
    if (gated.is_upstreams) REQUIRE(gated.status == direct.status);
  }
  watched.check_all_were_told();
  // What was generated must be worth sending.
  CHECK(created > 800);
  CHECK(refused > 500);
}

TEST_CASE("with room every spelling that is not malformed has the outcome that it has directly") {
  // The creates make no sessions, so the gate comes to think that it looks at the wrong socket.
  const CoderWorld world(Gate::Settings{{"limit", "100000"}, {"tmux.on_unknown", "admit"}},
                         {"--count-only"});
  Watched watched(world.standin);
  int same = 0;
  int malformed = 0;
  for (std::size_t i = 0; i < spellings().size(); ++i) {
    const Spelling& spelling = spellings()[i];
    const Outcome& direct = direct_outcomes()[i];
    const Outcome gated = watched.send(world.port(), spelling);
    INFO(told(spelling, direct, gated));
    if (!gated.is_upstreams) {
      ++malformed;
      REQUIRE_FALSE(spelling.is_well_formed);
      REQUIRE_FALSE(gated.created);
      REQUIRE((gated.status == 0 || gated.status >= 400));
      REQUIRE(gated.status != 429);
      continue;
    }
    ++same;
    REQUIRE(gated.status == direct.status);
    REQUIRE(gated.created == direct.created);
    if (!direct.created) REQUIRE(gated.body == direct.body);
  }
  watched.check_all_were_told();
  CHECK(same > 2000);
  CHECK(malformed > 1000);
}

}  // namespace
}  // namespace taskgate::test
