#include "proxy/gated_body.h"

#include <algorithm>

#include "http/body.h"
#include "proxy/own_answers.h"

namespace taskgate::proxy {
namespace {

// A client that sends nothing yet only has to find that there is room for a little.
constexpr std::size_t kFirstPiece = 4 * 1024;

GatedBody refused(const http::Refusal& refusal) {
  return {GatedBody::End::refused, {}, refusal};
}

GatedBody ended(const Peer& client) {
  if (client.fault() == PeerFault::timeout) return refused(kBodyTooSlow);
  return {GatedBody::End::client_left, {}, {}};
}

GatedBody ended_without_room(const Peer& client) {
  if (client.fault() != PeerFault::timeout) return ended(client);
  return refused({503, "too many request bodies are being held; try again shortly"});
}

struct Bound {
  std::size_t bytes;
  http::Refusal beyond;
};

// One body on its way in.
class Reading {
 public:
  Reading(Peer& client, const http::BodyFraming& framing, const Bound& bound)
      : client_(client), scanner_(framing), bound_(bound) {
    most_ = framing.kind == http::BodyKind::length ? framing.length : bound.bytes;
  }

  bool goes_on() const { return body_.end == GatedBody::End::complete && !scanner_.complete(); }
  void stop(GatedBody body) { body_ = std::move(body); }
  GatedBody result() { return std::move(body_); }

  HeldBytes::Claim first_piece() const {
    return {HeldFor::body, static_cast<std::size_t>(std::min<std::uint64_t>(most_, kFirstPiece)),
            0};
  }

  // What the body's text has to grow by to take what was received.
  HeldBytes::Claim next_piece() const {
    const std::size_t capacity = body_.bytes.capacity();
    const std::size_t wanted = body_.bytes.size() + client_.received().size();
    if (wanted <= capacity) return {HeldFor::body, 0, 0};
    const auto bound = static_cast<std::size_t>(std::max<std::uint64_t>(most_, wanted));
    const std::size_t more = std::min(std::max(2 * capacity, wanted), bound) - capacity;
    return {HeldFor::body, more, more};
  }

  void make_room(const HeldBytes::Claim& claim) {
    if (claim.room > 0) body_.bytes.reserve(body_.bytes.capacity() + claim.room);
  }

  // Feeds what was received, and ends the body when it is over its bound or malformed.
  void take() {
    const std::size_t before = body_.bytes.size();
    client_.consume(scanner_.feed(client_.received(), &body_.bytes));
    note_move(body_.bytes.size() - before);
    if (scanner_.failed()) {
      body_ = refused({400, scanner_.fault()});
    } else if (body_.bytes.size() > bound_.bytes) {
      body_ = refused(bound_.beyond);
    }
  }

 private:
  // Byte by byte is no move.
  void note_move(std::size_t bytes) {
    came_ += bytes;
    if (came_ < kFirstPiece || came_ < body_.bytes.capacity() / 16) return;
    came_ = 0;
    client_.holder().moved();
  }

  Peer& client_;
  http::BodyScanner scanner_;
  const Bound bound_;
  std::uint64_t most_;
  std::size_t came_ = 0;  // since it moved last
  GatedBody body_;
};

// False: there was no room for what was received.
Task<bool> take_received(Peer& client, Reading& reading) {
  const HeldBytes::Claim claim = reading.next_piece();
  bool granted = client.holder().try_claim(claim);
  if (!granted) granted = co_await client.claim(claim);
  if (granted) {
    reading.make_room(claim);
    reading.take();
  } else {
    reading.stop(ended_without_room(client));
  }
  co_return granted;
}

// What did not come with the head. A client that waits to be told sends nothing before.
Task<> read_rest(Peer& client, Reading& reading, const http::RequestRules& rules,
                 const config::Config& config) {
  const HeldBytes::Claim claim = reading.first_piece();
  bool granted = client.holder().try_claim(claim);
  if (!granted) granted = co_await client.claim(claim);
  if (!granted) co_return reading.stop(ended_without_room(client));
  if (rules.expects_continue) {
    const bool told = co_await client.write(kContinue, config.timeouts.head);
    if (!told) co_return reading.stop({GatedBody::End::client_left, {}, {}});
    client.deadline().set(config.timeouts.body);
  }
  while (reading.goes_on()) {
    const bool came = co_await client.read_more();
    if (!came) co_return reading.stop(ended(client));
    const bool taken = co_await take_received(client, reading);
    if (!taken) co_return;
  }
}

Task<GatedBody> read_body(Peer& client, const http::RequestRules& rules,
                          const config::Config& config, const Bound bound) {
  if (rules.body.kind == http::BodyKind::length && rules.body.length > bound.bytes) {
    co_return refused(bound.beyond);
  }
  Reading reading(client, rules.body, bound);
  // What came with the head costs no more than a small buffer.
  if (client.received().size() <= kBufferForRequests) reading.take();
  if (!reading.goes_on()) co_return reading.result();
  client.deadline().set(config.timeouts.body);
  bool goes_on = true;
  if (!client.received().empty()) goes_on = co_await take_received(client, reading);
  goes_on = goes_on && reading.goes_on();
  if (goes_on) co_await read_rest(client, reading, rules, config);
  client.deadline().clear();
  client.holder().body_is_whole();
  co_return reading.result();
}

}  // namespace

std::optional<std::string_view> gated_body_at_hand(std::string_view received,
                                                   const http::RequestRules& rules,
                                                   const config::Config& config) {
  if (rules.body.kind != http::BodyKind::length) return std::nullopt;
  const std::size_t most = std::min(received.size(), kBufferForRequests);
  const std::uint64_t length = rules.body.length;
  if (length > most || length > config.admission.body_limit) return std::nullopt;
  return received.substr(0, static_cast<std::size_t>(length));
}

Task<GatedBody> read_gated_body(Peer& client, const http::RequestRules& rules,
                                const config::Config& config) {
  return read_body(
      client, rules, config,
      {config.admission.body_limit, {413, "the body of a create is over admission.body_limit"}});
}

Task<GatedBody> read_empty_body(Peer& client, const http::RequestRules& rules,
                                const config::Config& config) {
  return read_body(client, rules, config, {0, {400, "GET and HEAD with a body are not forwarded"}});
}

}  // namespace taskgate::proxy
