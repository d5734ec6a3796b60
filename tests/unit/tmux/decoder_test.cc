#include "tmux/decoder.h"

#include <algorithm>
#include <memory>
#include <random>
#include <set>

#include "feed.h"
#include "frames.h"
#include "recorded.h"
#include "support/catch.h"
#include "tmux/match.h"

namespace taskgate::tmux {
namespace {

using namespace testing;
using Progress = Decoder::Progress;

const std::string kFirst = "kube-coder-1795448247-bbeacad6";
const std::string kSecond = "claude-agent1";
const std::string kThird = "k\xC3\xA4se \xE2\x98\x83 kube-coder-x";

// N of "VERSION-N-sessions"; nothing for the recorded errors.
std::optional<std::size_t> session_count(const Recorded& recorded) {
  if (recorded.name.ends_with("-dead")) return 1;
  for (const char* two : {"-grouped", "-multi", "-truncated"}) {
    if (recorded.name.ends_with(two)) return 2;
  }
  if (!recorded.name.ends_with("-sessions")) return std::nullopt;
  const std::size_t end = recorded.name.rfind("-sessions");
  return std::stoul(recorded.name.substr(recorded.name.rfind('-', end - 1) + 1));
}

void check_names(const std::vector<Session>& sessions) {
  std::multiset<std::string> names;
  for (const Session& session : sessions) names.insert(session.name);
  if (sessions.size() >= 1) CHECK(names.count(kFirst) == 1);
  if (sessions.size() >= 3) {
    CHECK(names.count(kSecond) == 1);
    CHECK(names.count(kThird) == 1);
  }
  const std::string text = "kube-coder-1795448*-0000*";
  const NamePattern pattern(text);
  const auto others =
      std::ranges::count_if(names, [&](const std::string& name) { return pattern.takes(name); });
  CHECK(others == (sessions.size() == 40 ? 37 : 0));
}

void check_sessions(const std::vector<Session>& sessions, std::size_t expected, Question question) {
  REQUIRE(sessions.size() == expected);
  std::set<std::uint64_t> ids;
  for (const Session& session : sessions) {
    CHECK(session.server == sessions.front().server);
    CHECK(session.server > 0);
    CHECK(session.created > 1'700'000'000);
    CHECK(session.details.has_value() == (question == Question::details));
    ids.insert(session.id);
  }
  CHECK(ids.size() == expected);
  if (expected > 0) CHECK(*ids.rbegin() == expected - 1);
  check_names(sessions);
}

void check_result(Decoder& decoder, const Recorded& recorded) {
  if (const auto count = session_count(recorded)) {
    REQUIRE(decoder.progress() == Progress::complete);
    check_sessions(decoder.sessions(), *count, recorded.question);
  } else {
    REQUIRE(decoder.progress() == Progress::refused);
    CHECK(decoder.fault() == Fault::protocol_error);
    CHECK(decoder.sessions().empty());
  }
}

TEST_CASE("every recorded answer is understood, whatever pieces it comes in") {
  std::mt19937 random(20240229);
  for (const Recorded& recorded : all_recorded()) {
    CAPTURE(recorded.name);
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{15}, std::size_t{16},
          std::size_t{17}, std::size_t{8215}, std::size_t{16384}, recorded.bytes.size()}) {
      CAPTURE(piece);
      Decoder decoder(recorded.question);
      feed(decoder, recorded.bytes, piece);
      check_result(decoder, recorded);
    }
    Decoder decoder(recorded.question);
    for (std::size_t at = 0; at < recorded.bytes.size();) {
      const std::size_t piece = 1 + random() % 5000;
      feed(decoder, std::string_view(recorded.bytes).substr(at, piece), piece);
      at += piece;
    }
    check_result(decoder, recorded);
  }
}

TEST_CASE("a recorded answer that is cut at any byte is lost, never a result") {
  for (const Recorded& recorded : all_recorded()) {
    CAPTURE(recorded.name);
    const auto decoder = std::make_unique<Decoder>(recorded.question);
    // Copying the decoder at every byte of the long files would take minutes and show nothing more.
    const std::size_t step = recorded.bytes.size() < 10'000 ? 1 : 509;
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < recorded.bytes.size(); ++at) {
      if (decoder->progress() != Progress::more) ++wrong;
      if (at % step == 0) {
        Decoder cut = *decoder;
        if (cut.ended() != Progress::lost || !cut.sessions().empty()) ++wrong;
      }
      feed(*decoder, std::string_view(recorded.bytes).substr(at, 1), 1);
    }
    CHECK(wrong == 0);
    check_result(*decoder, recorded);
  }
}

TEST_CASE("the words of a refused command reach the reason") {
  for (const Recorded& recorded : all_recorded()) {
    if (!recorded.name.ends_with("unknown-command")) continue;
    CAPTURE(recorded.name);
    Decoder decoder(recorded.question);
    feed(decoder, recorded.bytes, 4096);
    CHECK(decoder.reason() == "it said \"unknown command: lost-sessions\"");
  }
}

TEST_CASE("a server of another protocol version is refused") {
  Decoder recorded;
  feed(recorded, read_answer("3.3a-version-mismatch.bin"), 16);
  CHECK(recorded.progress() == Progress::refused);

  Decoder old;
  feed(old, frame(12, "", 7), 16);
  CHECK(old.reason() == "it speaks version 7 of the tmux protocol and taskgate version 8");

  Decoder other;
  feed(other, frame(203, u32(0), 9), 20);
  CHECK(other.reason() == "it speaks version 9 of the tmux protocol and taskgate version 8");
}

TEST_CASE("each WRITE_OPEN is answered once, with the frame for its stream") {
  const std::string output_ready(kOutputReady.data(), kOutputReady.size());
  const std::string error_ready(kErrorReady.data(), kErrorReady.size());
  Decoder decoder;
  CHECK(replies(decoder).empty());
  feed(decoder, write_open(1).substr(0, 27), 27);
  CHECK(replies(decoder).empty());
  feed(decoder, write_open(1).substr(27), 1);
  CHECK(replies(decoder) == output_ready);
  CHECK(replies(decoder).empty());
  feed(decoder, write_open(2), 28);
  CHECK(replies(decoder) == error_ready);

  Decoder both;
  feed(both, write_open(2) + write_open(1), 56);
  CHECK(replies(both) == output_ready + error_ready);
}

TEST_CASE("a text that was read before is known, and not read again") {
  struct Row {
    std::string known;
    std::string text;
    bool is_known;
  };
  const std::vector<Row> rows{
      {"7 $0 1 a\n", "7 $0 1 a\n", true},
      {"7 $0 1 a\n", "7 $0 1 b\n", false},
      {"7 $0 1 a\n7 $1 1 b\n", "7 $0 1 a\n", false},
      {"7 $0 1 a\n", "7 $0 1 a\n7 $1 1 b\n", false},
      {"", "7 $0 1 a\n", false},
      {"", "", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.known, row.text);
    Decoder decoder(Question::names, row.known);
    feed(decoder, row.text.empty() ? exit_frame(0) : answer(row.text), 7);
    CHECK(decoder.progress() == Progress::complete);
    CHECK(decoder.is_known() == row.is_known);
    CHECK(decoder.sessions().empty() == (row.is_known || row.text.empty()));
    CHECK(decoder.text() == row.text);
  }
}

TEST_CASE("an answer without a session is complete and empty") {
  Decoder decoder;
  feed(decoder, exit_frame(0), 20);
  CHECK(decoder.progress() == Progress::complete);
  CHECK(decoder.sessions().empty());
}

// tmux from 3.7 on gives a client that was frozen meanwhile up like that.
TEST_CASE(
    "an output that was opened and brought nothing is lost, not an answer without a session") {
  Decoder decoder;
  feed(decoder, write_open(1) + exit_frame(0), 1000);
  CHECK(decoder.progress() == Progress::lost);
}

TEST_CASE("lines that are split over messages are put together") {
  Decoder decoder;
  feed(decoder,
       write_open(1) + write_text(1, "7 $0 1 kube-") + write_text(1, "coder\n7 $1 1") +
           write_text(1, "") + write_text(1, " b\n") + exit_frame(0),
       1000);
  REQUIRE(decoder.progress() == Progress::complete);
  REQUIRE(decoder.sessions().size() == 2);
  CHECK(decoder.sessions()[0].name == "kube-coder");
}

TEST_CASE("messages with unknown numbers are passed over") {
  Decoder decoder;
  feed(decoder, frame(218, u32(1) + u32(0)) + frame(999'999, "x") + answer("7 $0 1 a\n"), 1000);
  REQUIRE(decoder.progress() == Progress::complete);
  CHECK(decoder.sessions().size() == 1);
}

TEST_CASE("what comes behind the end of the answer is not looked at") {
  Decoder decoder;
  feed(decoder, answer("7 $0 1 a\n") + frame(12, "", 7) + "garbage that is no frame", 1000);
  CHECK(decoder.progress() == Progress::complete);
}

TEST_CASE("a message on standard error beside a good result does no harm") {
  Decoder decoder;
  feed(decoder, write_open(2) + write_text(2, "a hook's complaint\n") + answer("7 $0 1 a\n"), 1000);
  CHECK(decoder.progress() == Progress::complete);
}

TEST_CASE("a server that shuts down loses the answer") {
  Decoder decoder;
  feed(decoder, write_open(1) + write_text(1, "7 $0 1 a\n") + frame(210, ""), 1000);
  CHECK(decoder.progress() == Progress::lost);
}

TEST_CASE("what ends an answer without a listing says why") {
  struct Row {
    std::string bytes;
    Fault fault;
    std::string reason;
  };
  const Row row = GENERATE(values<Row>({
      {exit_frame(1, "access not allowed"), Fault::access_denied, "it said \"access not allowed\""},
      {write_open(2) + write_text(2, "client is read-only\n") + exit_frame(1), Fault::access_denied,
       "it said \"client is read-only\""},
      {old_text(211, 20, "client is read-only\n") + exit_frame(1), Fault::access_denied,
       "it said \"client is read-only\""},
      {exit_frame(0, "server exited"), Fault::protocol_error, "it said \"server exited\""},
      {exit_frame(1), Fault::protocol_error, "the command failed without a word"},
      {frame(203, ""), Fault::protocol_error, "it ended without a result"},
      {frame(203, "\1\0"), Fault::protocol_error, "it ended without a result"},
      {answer("7 $0 1 a\nb"), Fault::protocol_error,
       "its answer is no list of sessions: \"7 $0 1 a\nb\""},
      {answer("hello\n"), Fault::protocol_error, "its answer is no list of sessions: \"hello\""},
  }));
  CAPTURE(row.reason);
  Decoder decoder;
  feed(decoder, row.bytes, row.bytes.size());
  REQUIRE(decoder.progress() == Progress::refused);
  CHECK(decoder.fault() == row.fault);
  CHECK(decoder.reason() == row.reason);
  CHECK(decoder.sessions().empty());
}

TEST_CASE("a server's own words are cut to 200 bytes") {
  Decoder decoder;
  feed(decoder, exit_frame(1, std::string(5000, 'x')), 6000);
  CHECK(decoder.reason() == "it said \"" + std::string(200, 'x') + "\"");
}

}  // namespace
}  // namespace taskgate::tmux
