#include "proxy/gated_body.h"

#include "http/body.h"
#include "proxy/refusal.h"

namespace taskgate::proxy {
namespace {

GatedBody refused(int status, const char* reason) {
  return {GatedBody::End::refused, {}, {status, reason}};
}

GatedBody ended(const Stream& client) {
  if (client.fault() == StreamFault::timeout) return refused(408, "the body did not come in time");
  return {GatedBody::End::client_left, {}, {}};
}

// How much of the budget the body may need; a chunked one does not say.
std::size_t share_of(const http::BodyFraming& framing, const config::Config& config) {
  return framing.kind == http::BodyKind::length ? static_cast<std::size_t>(framing.length)
                                                : config.admission.body_limit;
}

struct Bound {
  std::size_t bytes;
  http::Refusal beyond;
};

// Feeds what was received; false when the body is over its bound or malformed.
bool take(Stream& client, http::BodyScanner& scanner, GatedBody& body, const Bound& bound) {
  client.consume(scanner.feed(client.received(), &body.bytes));
  if (scanner.failed()) {
    body = refused(400, scanner.fault());
  } else if (body.bytes.size() > bound.bytes) {
    body = refused(bound.beyond.status, bound.beyond.reason);
  }
  return body.end == GatedBody::End::complete;
}

Task<GatedBody> read_rest(Stream& client, const http::RequestRules& rules,
                          const config::Config& config, http::BodyScanner& scanner, GatedBody body,
                          const Bound bound) {
  if (rules.expects_continue) {
    const bool told = co_await client.write(kContinue, config.timeouts.head);
    if (!told) co_return ended(client);
  }
  client.deadline().set(config.timeouts.body);
  while (!scanner.complete()) {
    const bool came = co_await client.read_more();
    if (!came) {
      body = ended(client);
      break;
    }
    if (!take(client, scanner, body, bound)) break;
  }
  client.deadline().clear();
  co_return body;
}

}  // namespace

Task<GatedBody> read_gated_body(Stream& client, const http::RequestRules& rules,
                                const config::Config& config, ByteBudget& budget,
                                ByteBudget::Share& share) {
  const Bound bound{config.admission.body_limit,
                    {413, "the body of a create is over admission.body_limit"}};
  if (rules.body.kind == http::BodyKind::length && rules.body.length > bound.bytes) {
    co_return refused(bound.beyond.status, bound.beyond.reason);
  }
  GatedBody body;
  http::BodyScanner scanner(rules.body);
  if (!take(client, scanner, body, bound) || scanner.complete()) co_return body;

  const TimePoint deadline = Clock::now() + config.timeouts.body;
  const bool granted = co_await budget.acquire(share, share_of(rules.body, config), deadline);
  if (!granted) {
    co_return refused(503, "too many request bodies are being held; try again shortly");
  }
  co_return co_await read_rest(client, rules, config, scanner, std::move(body), bound);
}

Task<GatedBody> read_empty_body(Stream& client, const http::RequestRules& rules,
                                const config::Config& config) {
  const Bound bound{0, {400, "GET and HEAD with a body are not forwarded"}};
  if (rules.body.kind == http::BodyKind::length) {
    co_return refused(bound.beyond.status, bound.beyond.reason);
  }
  GatedBody body;
  http::BodyScanner scanner(rules.body);
  if (!take(client, scanner, body, bound) || scanner.complete()) co_return body;
  co_return co_await read_rest(client, rules, config, scanner, std::move(body), bound);
}

}  // namespace taskgate::proxy
