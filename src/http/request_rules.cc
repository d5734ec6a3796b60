#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "base/text.h"
#include "http/connection_options.h"
#include "http/framing.h"
#include "http/known_fields.h"
#include "http/list.h"
#include "http/rules.h"
#include "http/target.h"

namespace taskgate::http {

namespace {

constexpr Refusal kNoRefusal{0, nullptr};

Refusal bad_request(const char* reason) {
  return {400, reason};
}

// RFC 9112 section 3.2. An absolute-form's authority would go before Host; both are forwarded, and
// an upstream that looks at Host alone must not read another request than one that follows the RFC.
Refusal check_host(const RequestHead& head, const KnownFields& known) {
  const std::size_t count = known.count(KnownField::host);
  if (count > 1) return bad_request("repeated Host");
  if (count == 0) return head.minor_version == 0 ? kNoRefusal : bad_request("no Host");
  const std::string_view host = known.first(KnownField::host)->value;
  if (!host.empty() && !is_authority(host)) return bad_request("invalid Host");
  const std::string_view authority = absolute_form_authority(head.target);
  if (!authority.empty() && !equals_ignoring_case(authority, host)) {
    return bad_request("Host differs from the target's authority");
  }
  return kNoRefusal;
}

// RFC 9110 section 10.1.1: no other expectation is defined, and HTTP/1.0 has none.
Refusal check_expect(const RequestHead& head, const KnownFields& known) {
  if (head.minor_version == 0 || known.count(KnownField::expect) == 0) return kNoRefusal;
  const bool all_known =
      std::all_of(head.fields.begin(), head.fields.end(), [](const Field& field) {
        return field.known != KnownField::expect ||
               equals_ignoring_case(field.value, "100-continue");
      });
  return all_known ? kNoRefusal : Refusal{417, "unknown expectation"};
}

// Numbers too large for the type are as good as its largest (RFC 9110 section 7.6.2 allows any
// lower maximum).
Refusal read_max_forwards(RequestRules& rules, const RequestHead& head, const KnownFields& known) {
  if (head.method != "OPTIONS" && head.method != "TRACE") return kNoRefusal;
  const std::size_t count = known.count(KnownField::max_forwards);
  if (count == 0) return kNoRefusal;
  if (count > 1) return bad_request("repeated Max-Forwards");
  const auto number = parse_decimal(known.first(KnownField::max_forwards)->value);
  if (!number) return bad_request("invalid Max-Forwards");
  constexpr std::uint64_t kMost = std::numeric_limits<unsigned>::max();
  rules.max_forwards = static_cast<unsigned>(std::min(*number, kMost));
  return kNoRefusal;
}

// A tunnel to an upstream that reads requests inside it would carry creates past the gate. For
// HTTP/2 the upgrade is out of use (RFC 9113 section 3.1), and RFC 2817's to TLS is in use nowhere.
bool carries_requests(std::string_view protocol) {
  const std::string_view name = trim(protocol.substr(0, protocol.find('/')));
  constexpr std::array<std::string_view, 4> kCarriers{"h2c", "h2", "http", "tls"};
  return std::ranges::any_of(
      kCarriers, [&](std::string_view carrier) { return equals_ignoring_case(name, carrier); });
}

// RFC 9110 section 7.8. A proxy need not forward an upgrade; the request is answered without it
// then.
bool wants_upgrade(const RequestHead& head) {
  bool wants = false;
  bool carries = false;
  for (const Field& field : head.fields) {
    if (field.known != KnownField::upgrade) continue;
    for_each_element(field.value, [&](std::string_view protocol) {
      wants = true;
      carries = carries || carries_requests(protocol);
    });
  }
  return wants && !carries;
}

// Naming one of these as hop-by-hop asks each hop to read the message otherwise than the next one.
Refusal read_connection(RequestRules& rules, const RequestHead& head, const KnownFields& known) {
  const ConnectionOptions& options = head.connection;
  if (options.names_message_field) return bad_request("Connection names a field of the message");
  if (options.malformed) return bad_request("malformed Connection");
  if (options.count > kMostConnectionOptions) return bad_request(kTooManyConnectionOptions);
  if (rules.body.kind == BodyKind::chunked) {
    rules.body.hop_fields = fields_named_by_connection(options);
  }
  const bool persistent = head.minor_version > 0 || options.keep_alive;
  rules.keep_alive = persistent && !options.close;
  const bool may_upgrade = head.minor_version > 0 && options.upgrade_field != nullptr &&
                           known.count(KnownField::upgrade) > 0;
  rules.wants_upgrade = may_upgrade && wants_upgrade(head);
  return kNoRefusal;
}

// The checks in the order in which a failing one is told: what could smuggle a request comes first.
Refusal read_rules(RequestRules& rules, const RequestHead& head, const KnownFields& known) {
  if (const Refusal refusal = read_connection(rules, head, known); refusal.status) return refusal;
  if (const Refusal refusal = check_host(head, known); refusal.status) return refusal;
  // Known but served by no upstream of this hop: RFC 9110 section 9.1 has 501 for that; its 405
  // would promise that another method does for a target of this form.
  if (head.method == "CONNECT") return {501, "CONNECT is not supported"};
  if (const Refusal refusal = read_max_forwards(rules, head, known); refusal.status) return refusal;
  rules.expects_continue = head.minor_version > 0 && known.count(KnownField::expect) > 0;
  return check_expect(head, known);
}

}  // namespace

bool is_safe(std::string_view method) {
  constexpr std::array<std::string_view, 4> kSafe{"GET", "HEAD", "OPTIONS", "TRACE"};
  return std::ranges::find(kSafe, method) != kSafe.end();
}

Checked<RequestRules> examine(const RequestHead& head) {
  const KnownFields known(head.fields);
  const auto framing = read_framing(known, head.minor_version);
  if (!framing.has_value()) return framing.error();
  RequestRules rules;
  rules.body = framing->value_or(BodyFraming{});
  if (const Refusal refusal = read_rules(rules, head, known); refusal.status) return refusal;
  return rules;
}

}  // namespace taskgate::http
