// Messages with small damages, held to what the fuzz targets ask of every input: that the parsers
// find in an accepted message what a second, plain reader finds there (tests/fuzz/plain_head.h and
// plain_chunks.h), that it does not matter how the message was cut, and that what goes on reads the
// same at the next hop. A target that finds otherwise says so and aborts.
#include <string>

#include "support/catch.h"
#include "unit/http/mutations.h"
#include "unit/http/pieces.h"

// The targets' entry points, by the names that CMakeLists.txt gives them here.
extern "C" {
int fuzz_request_head(const std::uint8_t* data, std::size_t size);
int fuzz_response_head(const std::uint8_t* data, std::size_t size);
int fuzz_chunked_body(const std::uint8_t* data, std::size_t size);
}

namespace taskgate::http::test {

namespace {

constexpr int kMessages = 5000;

using Target = int (*)(const std::uint8_t*, std::size_t);

void hold(Target target, const std::string& message) {
  UNSCOPED_INFO(message);
  CHECK(target(reinterpret_cast<const std::uint8_t*>(message.data()), message.size()) == 0);
}

bool is_accepted(const Parsed<RequestParser>& parsed) {
  return parsed.progress == Progress::complete && examine(parsed.parser.head()).has_value();
}

bool is_accepted(const Parsed<ResponseParser>& parsed) {
  return parsed.progress == Progress::complete &&
         examine(parsed.parser.head(), "GET").fault == nullptr;
}

// How many of the damaged messages are still sound.
template <typename Parser>
int hold_damaged(Target target, const std::vector<std::string>& sound) {
  Mutator mutator(7);
  int accepted = 0;
  for (int i = 0; i < kMessages; ++i) {
    const std::string message = mutator.damage_one_of(sound);
    hold(target, message);
    if (is_accepted(parse_in_pieces<Parser>(message, whole(message)))) ++accepted;
  }
  return accepted;
}

}  // namespace

TEST_CASE("An accepted request is read as the plain reader reads it, however damaged") {
  const int accepted = hold_damaged<RequestParser>(fuzz_request_head, sound_requests());
  CHECK(accepted > 1000);
  CHECK(accepted < kMessages - 1000);
}

TEST_CASE("An accepted answer is read as the plain reader reads it, however damaged") {
  const int accepted = hold_damaged<ResponseParser>(fuzz_response_head, sound_answers());
  CHECK(accepted > 1000);
  CHECK(accepted < kMessages - 1000);
}

TEST_CASE("A chunked body is read as the plain decoder reads it, however damaged") {
  const std::vector<std::string> bodies{"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
                                        "1\r\na\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.1\r\n",
                                        "A ; x = \"y\\\"\" ;z\r\n0123456789\r\n00\r\n\r\n"};
  Mutator mutator(7);
  int complete = 0;
  for (int i = 0; i < kMessages; ++i) {
    const std::string body = mutator.damage_one_of(bodies);
    hold(fuzz_chunked_body, body);
    BodyScanner scanner({.kind = BodyKind::chunked});
    scanner.feed(body);
    if (scanner.complete()) ++complete;
  }
  CHECK(complete > 500);
  CHECK(complete < kMessages - 1000);
}

}  // namespace taskgate::http::test
