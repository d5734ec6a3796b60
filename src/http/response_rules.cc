#include "http/connection.h"
#include "http/framing.h"
#include "http/known_fields.h"
#include "http/rules.h"

namespace taskgate::http {

// RFC 9112 section 6.3. The framing of an answer to HEAD and of a 304 is forwarded and read by
// others, so it must be sound though no body follows; that of 1xx and 204 is neither looked at nor
// forwarded (section 6.1).
ResponseRules examine(const ResponseHead& head, std::string_view request_method) {
  const ConnectionOptions options = read_connection_options(head.fields);
  if (options.count > kMostConnectionOptions) {
    return {.body = {}, .fault = kTooManyConnectionOptions};
  }
  if (head.status < 200 || head.status == 204) return {};
  const auto framing = read_framing(KnownFields(head.fields), head.minor_version);
  if (!framing.has_value()) return {.body = {}, .fault = framing.error().reason};
  if (request_method == "HEAD" || head.status == 304) return {};
  ResponseRules rules;
  rules.body = framing->value_or(BodyFraming{.kind = BodyKind::until_close});
  if (rules.body.kind == BodyKind::chunked) {
    rules.body.hop_fields = fields_named_by_connection(options, head.fields);
  }
  return rules;
}

}  // namespace taskgate::http
