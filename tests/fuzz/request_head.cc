// A request's head: parsed, held against the rules, and forwarded.
#include <algorithm>
#include <string>

#include "fuzz/check.h"
#include "fuzz/pieces.h"
#include "fuzz/plain_head.h"
#include "fuzz/target.h"
#include "http/head.h"
#include "http/prefer.h"
#include "http/rewrite.h"
#include "http/rules.h"

namespace taskgate::fuzz {

namespace {

using http::BodyFraming;
using http::BodyKind;
using http::Progress;
using http::RequestEdits;
using http::RequestHead;
using http::RequestParser;
using http::RequestRules;
using http::test::outcome;
using http::test::to_string;

bool is_decimal(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// Three words and two spaces, all of it visible.
void check_request_line(const PlainHead& plain, const RequestHead& head) {
  const std::string version = head.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
  check_equal(plain.start_line,
              std::string(head.method).append(" ").append(head.target).append(" ").append(version),
              "a request line is method, target and version");
  check(std::ranges::count(plain.start_line, ' ') == 2, "a request line has two spaces");
  check(
      std::ranges::all_of(plain.start_line, [](char byte) { return byte >= 0x20 && byte < 0x7F; }),
      "a request line is visible ASCII");
}

// The one way to frame the body that the fields leave open, which is checked to be one.
BodyFraming plain_framing(const PlainHead& plain, int minor_version) {
  const auto lengths = plain.values("content-length");
  const auto codings = plain.values("transfer-encoding");
  check(lengths.size() + codings.size() <= 1, "a body is framed once");
  if (!codings.empty()) {
    check(lower(codings.front()) == "chunked" && minor_version == 1, "only chunked is taken");
    return {.kind = BodyKind::chunked};
  }
  if (lengths.empty()) return {};
  check(is_decimal(lengths.front()), "a length is digits");
  const std::uint64_t length = std::stoull(lengths.front());
  if (length == 0) return {};
  return {.kind = BodyKind::length, .length = length};
}

void check_unambiguous(const PlainHead& plain, const RequestHead& head, const RequestRules& rules) {
  http::BodyFraming body = rules.body;
  if (body.kind == BodyKind::chunked) check_hop_trailers(plain, body.hop_fields);
  body.hop_fields.clear();
  check_equal(to_string(body), to_string(plain_framing(plain, head.minor_version)),
              "a body is framed as its fields say");
  const std::size_t hosts = plain.values("host").size();
  check(hosts == 1 || (hosts == 0 && head.minor_version == 0), "there is one Host");
  check(head.method != "CONNECT", "CONNECT is refused");
  for (const std::string& option : plain.connection_options()) {
    check(option != "content-length" && option != "transfer-encoding" && option != "host",
          "Connection does not name what the message is read by");
  }
}

// What the next hop is to read, in words.
std::string expected_rules(const RequestHead& head, RequestRules rules, const RequestEdits& edits) {
  rules.body.hop_fields.clear();  // the Connection that named them ends here
  rules.keep_alive = head.minor_version == 1;
  rules.wants_upgrade = edits.keep_upgrade;
  if (edits.drop_expect) rules.expects_continue = false;
  if (edits.content_length) {
    const std::uint64_t length = *edits.content_length;
    rules.body = {.kind = length > 0 ? BodyKind::length : BodyKind::none, .length = length};
  }
  if (rules.max_forwards.value_or(0) > 0) --*rules.max_forwards;
  return outcome(http::Checked<RequestRules>(rules));
}

std::string forward(const RequestHead& head, const RequestEdits& edits) {
  std::string out;
  append_request(out, head, edits);
  return out;
}

void check_forwarded(const PlainHead& plain, const RequestHead& head, const RequestRules& rules,
                     const RequestEdits& edits) {
  const std::string out = forward(head, edits);
  const PlainHead sent = read_plainly(out);
  const auto named = plain.connection_options();
  check_equal(sent.start_line, plain.start_line, "the request line is forwarded as it is");
  check_equal(sent.end_to_end(named), plain.end_to_end(named),
              "other fields are forwarded as they are");
  std::vector<std::string> allowed;
  if (edits.keep_upgrade) allowed = {"connection", "upgrade"};
  // The gate's own, whatever the client's Connection named; what the client had is gone then.
  if (!edits.forwarded_for.empty()) {
    allowed.emplace_back("x-forwarded-for");
    const bool is_named = std::ranges::count(named, "x-forwarded-for") > 0;
    check(!is_named || sent.values("x-forwarded-for") ==
                           std::vector<std::string>{std::string(edits.forwarded_for)},
          "X-Forwarded-For is the gate's own where Connection names it");
  }
  check_no_hop_fields(sent, named, allowed);
  const std::size_t more = edits.forwarded_for.empty() ? 0 : 1;
  check(sent.fields.size() <= plain.fields.size() + more, "no line is added but X-Forwarded-For");

  const auto again = parse_checked<RequestParser>(out, {.fields = plain.fields.size() + more});
  check(again.progress == Progress::complete, "what is forwarded parses");
  check(again.parser.head().size == out.size(), "what is forwarded is one head");
  const auto read = examine(again.parser.head());
  check(read.has_value(), "what is forwarded is accepted");
  check_equal(outcome(read), expected_rules(head, rules, edits),
              "the next hop reads the same request");
  const bool counts_down = rules.max_forwards.value_or(0) > 0;
  if (edits.forwarded_for.empty() && !counts_down) {
    check_equal(forward(again.parser.head(), edits), out, "forwarding twice is forwarding once");
  }
}

// It is a number that stands in a Prefer field, or more than one that stands there can say.
void check_preferred_wait(const PlainHead& plain, const RequestHead& head) {
  const auto wait = http::preferred_wait(head);
  if (!wait) return;
  constexpr std::int64_t kMost = 0x7FFF'FFFF;
  check(wait->count() >= 0 && wait->count() <= kMost, "a preferred wait is within its bound");
  const auto fields = plain.values("prefer");
  const bool is_there = std::ranges::any_of(fields, [](const std::string& value) {
    return lower(value).find("wait") != std::string::npos;
  });
  check(is_there, "a preferred wait is that of a Prefer field");
}

// As src/proxy asks for it: a request that passes, and a create whose body was read.
void check_all_ways(const PlainHead& plain, const RequestHead& head, const RequestRules& rules) {
  const bool upgrade = rules.wants_upgrade && rules.body.kind == BodyKind::none;
  check_forwarded(plain, head, rules, {.keep_upgrade = upgrade});
  check_forwarded(plain, head, rules, {.drop_expect = true, .forwarded_for = "203.0.113.7"});
  if (rules.body.kind != BodyKind::chunked) return;
  for (const std::uint64_t size : {0U, 18U}) {
    check_forwarded(plain, head, rules, {.content_length = size, .drop_expect = true});
  }
}

void run(std::string_view input) {
  const auto parsed = parse_checked<RequestParser>(input, {});
  check_small_limits(input, parsed);
  if (parsed.progress != Progress::complete) return;
  const RequestHead& head = parsed.parser.head();
  std::string_view received = input.substr(0, head.size);
  if (received.starts_with("\r\n")) received.remove_prefix(2);
  const PlainHead plain = read_plainly(received);
  check_request_line(plain, head);
  check_same_fields(plain, head);
  const auto rules = examine(head);
  if (!rules.has_value()) return;
  check_unambiguous(plain, head, *rules);
  check_all_ways(plain, head, *rules);
  check_preferred_wait(plain, head);
}

}  // namespace

}  // namespace taskgate::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgate::fuzz::run(taskgate::fuzz::text_of(data, size));
  return 0;
}
