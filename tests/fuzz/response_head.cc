// An answer's head: parsed, held against the rules, and passed on to either kind of client.
#include <string>

#include "fuzz/check.h"
#include "fuzz/pieces.h"
#include "fuzz/plain_head.h"
#include "fuzz/target.h"
#include "http/head.h"
#include "http/rewrite.h"
#include "http/rules.h"

namespace taskgate::fuzz {

namespace {

using http::BodyFraming;
using http::BodyKind;
using http::ConnectionField;
using http::Progress;
using http::ResponseEdits;
using http::ResponseHead;
using http::ResponseParser;
using http::test::to_string;

bool is_interim(const ResponseHead& head) {
  return head.status < 200;
}

// An answer to GET whose framing was accepted frames its body once.
void check_unambiguous(const PlainHead& plain, const ResponseHead& head, BodyFraming body) {
  if (is_interim(head) || head.status == 204 || head.status == 304) {
    check(body.kind == BodyKind::none, "1xx, 204 and 304 have no body");
    return;
  }
  const auto lengths = plain.values("content-length");
  const auto codings = plain.values("transfer-encoding");
  check(lengths.size() + codings.size() <= 1, "a body is framed once");
  if (!codings.empty()) {
    check(body.kind == BodyKind::chunked && lower(codings.front()) == "chunked" &&
              head.minor_version > 0,
          "only chunked is taken");
    check_hop_trailers(plain, body.hop_fields);
  } else if (!lengths.empty()) {
    check(lengths.front().find_first_not_of("0123456789") == std::string::npos,
          "a length is digits");
    check(body.length == std::stoull(lengths.front()), "a length is what it says");
  } else {
    check(body.kind == BodyKind::until_close, "without a length the end is the connection's");
  }
}

// As src/proxy asks for it; `body` is what the answer's own framing says.
ResponseEdits edits_for(BodyKind body, bool client_is_10) {
  return {.connection = client_is_10 ? ConnectionField::close : ConnectionField::none,
          .add_chunked = body == BodyKind::until_close && !client_is_10,
          .drop_transfer_encoding = client_is_10};
}

BodyFraming expected_body(BodyFraming body, const ResponseEdits& edits) {
  body.hop_fields.clear();  // the Connection that named them ends here
  if (edits.add_chunked) return {.kind = BodyKind::chunked};
  if (edits.drop_transfer_encoding && body.kind == BodyKind::chunked) {
    return {.kind = BodyKind::until_close};
  }
  return body;
}

void check_passed_on(const PlainHead& plain, const ResponseHead& head, BodyFraming body,
                     const ResponseEdits& edits) {
  std::string out;
  append_response(out, head, edits);
  const PlainHead sent = read_plainly(out);
  const auto named = plain.connection_options();
  check(sent.start_line.starts_with("HTTP/1.1 "), "an answer goes out as HTTP/1.1");
  check_equal(sent.end_to_end(named), plain.end_to_end(named),
              "other fields are passed on as they are");
  // What frames the answer stays, whatever the upstream's Connection named.
  std::vector<std::string> allowed{"content-length", "transfer-encoding"};
  if (edits.connection != ConnectionField::none) allowed.emplace_back("connection");
  if (edits.connection == ConnectionField::upgrade) allowed.emplace_back("upgrade");
  check_no_hop_fields(sent, named, allowed);

  const auto again = parse_checked<ResponseParser>(out, {.fields = plain.fields.size() + 2});
  check(again.progress == Progress::complete, "what is passed on parses");
  const ResponseHead& read = again.parser.head();
  check(read.size == out.size(), "what is passed on is one head");
  check(read.status == head.status && read.reason == head.reason, "status and reason stay");
  const auto rules = examine(read, "GET");
  check(rules.fault == nullptr, "what is passed on is accepted");
  check_equal(to_string(rules.body), to_string(expected_body(body, edits)),
              "the client finds the same end");
  if (is_interim(head) || head.status == 204) {
    check(sent.values("content-length").empty() && sent.values("transfer-encoding").empty(),
          "an answer without a body does not frame one");
  }
}

void run(std::string_view input) {
  const auto parsed = parse_checked<ResponseParser>(input, {});
  check_small_limits(input, parsed);
  if (parsed.progress != Progress::complete) return;
  const ResponseHead& head = parsed.parser.head();
  const PlainHead plain = read_plainly(input.substr(0, head.size));
  check_same_fields(plain, head);
  const auto rules = examine(head, "GET");
  if (rules.fault != nullptr) return;
  check(examine(head, "HEAD").body.kind == BodyKind::none, "an answer to HEAD has no body");
  check_unambiguous(plain, head, rules.body);
  if (is_interim(head)) {
    check_passed_on(plain, head, rules.body, {});
    check_passed_on(plain, head, rules.body, {.connection = ConnectionField::upgrade});
    return;
  }
  for (const bool client_is_10 : {false, true}) {
    check_passed_on(plain, head, rules.body, edits_for(rules.body.kind, client_is_10));
  }
}

}  // namespace

}  // namespace taskgate::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgate::fuzz::run(taskgate::fuzz::text_of(data, size));
  return 0;
}
