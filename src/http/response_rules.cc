#include "base/text.h"
#include "http/connection_options.h"
#include "http/framing.h"
#include "http/known_fields.h"
#include "http/rules.h"

namespace taskgate::http {
namespace {

// Of a 204, which must have none (RFC 9112 section 6.1): its upstream may send the body, too.
bool has_framing(const ResponseHead& head) {
  const KnownFields known(head.fields);
  return known.count(KnownField::content_length) + known.count(KnownField::transfer_encoding) > 0;
}

}  // namespace

bool is_event_stream(const ResponseHead& head) {
  const Field* type = find_field(head.fields, "content-type");
  constexpr std::string_view kEventStream = "text/event-stream";
  return type != nullptr &&
         equals_ignoring_case(type->value.substr(0, kEventStream.size()), kEventStream);
}

// RFC 9112 section 6.3. The framing of an answer to HEAD and of a 304 is forwarded and read by
// others, so it must be sound though no body follows; that of 1xx and 204 is neither looked at nor
// forwarded (section 6.1).
ResponseRules examine(const ResponseHead& head, std::string_view request_method) {
  const ConnectionOptions& options = head.connection;
  ResponseRules rules;
  if (options.count > kMostConnectionOptions) {
    rules.fault = kTooManyConnectionOptions;
    return rules;
  }
  rules.keep_alive = head.minor_version > 0 && !options.close && !options.malformed;
  if (head.status == 204 && has_framing(head)) rules.keep_alive = false;
  if (head.status < 200 || head.status == 204) return rules;
  const auto framing = read_framing(KnownFields(head.fields), head.minor_version);
  if (!framing.has_value()) {
    rules.fault = framing.error().reason;
    return rules;
  }
  if (request_method == "HEAD" || head.status == 304) return rules;
  rules.body = framing->value_or(BodyFraming{.kind = BodyKind::until_close});
  if (rules.body.kind == BodyKind::until_close) rules.keep_alive = false;
  if (rules.body.kind == BodyKind::chunked) {
    rules.body.hop_fields = fields_named_by_connection(options);
  }
  return rules;
}

}  // namespace taskgate::http
