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

// Feeds what was received; false when the body is over the limit or malformed.
bool take(Stream& client, http::BodyScanner& scanner, GatedBody& body, std::size_t limit) {
  client.consume(scanner.feed(client.received(), &body.bytes));
  if (scanner.failed()) {
    body = refused(400, scanner.fault());
  } else if (body.bytes.size() > limit) {
    body = refused(413, "the body of a create is over admission.body_limit");
  }
  return body.end == GatedBody::End::complete;
}

}  // namespace

Task<GatedBody> read_gated_body(Stream& client, const http::RequestRules& rules,
                                const config::Config& config, ByteBudget& budget,
                                ByteBudget::Share& share) {
  const std::size_t limit = config.admission.body_limit;
  if (rules.body.kind == http::BodyKind::length && rules.body.length > limit) {
    co_return refused(413, "the body of a create is over admission.body_limit");
  }
  GatedBody body;
  http::BodyScanner scanner(rules.body);
  if (!take(client, scanner, body, limit) || scanner.complete()) co_return body;

  const TimePoint deadline = Clock::now() + config.timeouts.body;
  const bool granted = co_await budget.acquire(share, share_of(rules.body, config), deadline);
  if (!granted) {
    co_return refused(503, "too many request bodies are being held; try again shortly");
  }
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
    if (!take(client, scanner, body, limit)) break;
  }
  client.deadline().clear();
  co_return body;
}

}  // namespace taskgate::proxy
