// Bytes that no tmux sends: they must end the answer cleanly, within bounds.
#include <memory>
#include <random>

#include "feed.h"
#include "frames.h"
#include "recorded.h"
#include "support/catch.h"
#include "tmux/decoder.h"

namespace taskgate::tmux {
namespace {

using namespace testing;
using Progress = Decoder::Progress;

TEST_CASE("frames that are not formed as tmux forms them are refused") {
  struct Row {
    const char* what;
    std::string bytes;
  };
  const Row row = GENERATE(values<Row>({
      {"length 0", raw_frame(203, 0, "")},
      {"length below the header's", raw_frame(203, 15, "")},
      {"length above the largest", raw_frame(304, 16385, "")},
      {"length with bits between", raw_frame(304, 0x7fff0014, "")},
      {"an HTTP answer", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"},
      {"zeros", std::string(64, '\0')},
      {"ones", std::string(64, '\xff')},
      {"WRITE_OPEN of stream 0", write_open(0)},
      {"WRITE_OPEN of a file", write_open(3)},
      {"WRITE_OPEN twice", write_open(1) + write_open(1)},
      {"WRITE_OPEN too short", frame(303, u32(1) + u32(1))},
      {"WRITE without a stream", frame(304, "abc")},
      {"WRITE on stream 7", write_text(7, "x")},
      {"old text of negative size", old_text(213, ~std::uint64_t{0}, "7 $0 1 a\n")},
      {"old text beyond its frame", old_text(213, 8193, "7 $0 1 a\n")},
      {"old text of giant size", old_text(213, std::uint64_t{1} << 32, "7 $0 1 a\n")},
      {"old text without a size", frame(213, "1234567")},
      {"old error text beyond its frame", old_text(211, 8193, "no\n")},
  }));
  CAPTURE(row.what);
  Decoder decoder;
  feed(decoder, row.bytes + answer("7 $0 1 a\n"), 100'000);
  CHECK(decoder.progress() == Progress::refused);
  CHECK(decoder.fault() == Fault::protocol_error);
  CHECK_FALSE(decoder.reason().empty());
  CHECK(decoder.sessions().empty());
}

TEST_CASE("old text that fills its frame to the last byte is taken") {
  const std::string line = "7 $0 1 " + std::string(8192 - 8, 'n') + "\n";
  Decoder decoder;
  feed(decoder, old_text(213, 8192, line) + exit_frame(0), 100'000);
  REQUIRE(decoder.progress() == Progress::complete);
  CHECK(decoder.sessions().at(0).name.size() == 8192 - 8);
}

TEST_CASE("the largest frames fit at any offset of the buffer") {
  const std::string big = write_text(1, std::string(16364, 'n'));
  REQUIRE(big.size() == 16384);
  for (const std::size_t piece : {1UL, 4095UL, 16383UL, 16384UL, 32768UL}) {
    CAPTURE(piece);
    Decoder decoder;
    feed(decoder, write_open(1) + write_text(1, "7 $0 1 ") + big + big + write_text(1, "\n"),
         piece);
    feed(decoder, exit_frame(0), piece);
    REQUIRE(decoder.progress() == Progress::complete);
    CHECK(decoder.sessions().at(0).name.size() == 2 * 16364);
  }
}

TEST_CASE("text is taken up to 8 MiB and refused beyond") {
  const auto feed_text = [](std::size_t size, std::uint32_t stream) {
    auto decoder = std::make_unique<Decoder>();
    feed(*decoder, write_open(stream) + write_text(stream, "7 $0 1 "), 100);
    for (std::size_t left = size - 8; left > 0;) {
      const std::size_t part = std::min<std::size_t>(left, 16364);
      feed(*decoder, write_text(stream, std::string(part, 'n')), 16384);
      left -= part;
    }
    feed(*decoder, write_text(stream, "\n") + exit_frame(0), 100);
    return decoder;
  };
  CHECK(feed_text(Decoder::kMaxText, 1)->progress() == Progress::complete);
  CHECK(feed_text(Decoder::kMaxText + 1, 1)->progress() == Progress::refused);
  CHECK(feed_text(Decoder::kMaxText + 1, 2)->progress() == Progress::refused);
}

TEST_CASE("a stream of messages that mean nothing comes to an end") {
  const auto decoder = std::make_unique<Decoder>();
  const std::string filler = frame(999, std::string(16368, '\0'));
  std::size_t sent = 0;
  while (decoder->progress() == Progress::more && sent <= Decoder::kMaxReceived) {
    feed(*decoder, filler, filler.size());
    sent += filler.size();
  }
  CHECK(decoder->progress() == Progress::refused);
  CHECK(decoder->reason() == "its answer does not end");
}

// One random change: a flipped bit, another byte, bytes lost, doubled or put in.
void mutate(std::string& bytes, std::mt19937& random) {
  if (bytes.empty()) return;
  const std::size_t at = random() % bytes.size();
  const std::size_t size = 1 + random() % 32;
  switch (random() % 6) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      break;
    case 1:
      bytes[at] = static_cast<char>(random());
      break;
    case 2:
      bytes.erase(at, size);
      break;
    case 3:
      bytes.insert(at, bytes.substr(random() % bytes.size(), size));
      break;
    case 4:
      bytes.insert(at, std::string(size, static_cast<char>(random())));
      break;
    case 5:
      bytes.resize(at);
      break;
  }
}

// A mutation may well leave a right answer, with another name say; it may not leave the rules.
void check_rules(Decoder& decoder, std::string_view bytes) {
  const std::string ready = replies(decoder);
  CHECK(ready.size() <= kOutputReady.size() + kErrorReady.size());
  const auto progress = decoder.ended();
  CHECK(progress != Progress::more);
  CHECK((progress == Progress::complete || decoder.sessions().empty()));
  CHECK(decoder.sessions().size() <= bytes.size() / 8);
  CHECK((progress != Progress::refused || !decoder.reason().empty()));
}

TEST_CASE("mutations of recorded answers end cleanly") {
  std::mt19937 random(19700101);
  const auto recorded = all_recorded();
  int complete = 0;
  int refused = 0;
  int lost = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = recorded[random() % recorded.size()].bytes;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) mutate(bytes, random);
    const auto decoder = std::make_unique<Decoder>();
    feed(*decoder, bytes, 1 + random() % 40'000);
    check_rules(*decoder, bytes);
    complete += decoder->progress() == Progress::complete ? 1 : 0;
    refused += decoder->progress() == Progress::refused ? 1 : 0;
    lost += decoder->progress() == Progress::lost ? 1 : 0;
  }
  // All three ends must have been reached, or the mutations were not worth much.
  CHECK(complete > 1000);
  CHECK(refused > 1000);
  CHECK(lost > 1000);
}

TEST_CASE("random bytes end cleanly") {
  std::mt19937 random(42);
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes(random() % 2000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    Decoder decoder;
    feed(decoder, bytes, 1 + random() % 500);
    check_rules(decoder, bytes);
    CHECK(decoder.progress() != Progress::complete);
  }
}

}  // namespace
}  // namespace taskgate::tmux
