#include <algorithm>
#include <random>
#include <string>

#include "http/known_fields.h"
#include "support/catch.h"
#include "unit/http/mutations.h"
#include "unit/http/pieces.h"

namespace taskgate::http::test {

namespace {

// Whether nothing in the head is for this hop alone.
bool is_forwarded_whole(const RequestHead& head) {
  return head.method != "OPTIONS" &&
         std::all_of(head.fields.begin(), head.fields.end(), [](const Field& field) {
           const KnownField known = identify(field.name);
           return known != KnownField::connection && known != KnownField::upgrade;
         });
}

// Without the empty line that may stand before it.
std::string received_bytes(const RequestHead& head, const std::string& message) {
  const std::string received = message.substr(0, head.size);
  return received.substr(received.find(head.request_line));
}

}  // namespace

TEST_CASE("damaged requests are read the same in one piece, in many and once forwarded") {
  Mutator mutator(7);
  std::mt19937 random(7);
  std::size_t accepted = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string message = mutator.damage_one_of(sound_requests());
    INFO(message);
    const auto parsed = parse_in_pieces<RequestParser>(message, whole(message));
    const std::string expected = outcome(parsed);
    CHECK(outcome(parse_in_pieces<RequestParser>(message, byte_by_byte(message))) == expected);
    const Cuts cuts = at_random(message, random);
    CHECK(outcome(parse_in_pieces<RequestParser>(message, cuts)) == expected);
    if (parsed.progress != Progress::complete) continue;
    ++accepted;
    const RequestHead& head = parsed.parser.head();
    std::string once;
    append_request(once, head, {});
    if (is_forwarded_whole(head)) CHECK(once == received_bytes(head, message));
    const auto again = parse_in_pieces<RequestParser>(once, whole(once));
    REQUIRE(again.progress == Progress::complete);
    CHECK(again.parser.head().size == once.size());
    if (head.method == "OPTIONS") continue;  // Max-Forwards counts down
    std::string twice;
    append_request(twice, again.parser.head(), {});
    CHECK(twice == once);
  }
  CHECK(accepted > 1000);
}

}  // namespace taskgate::http::test
