// The answers that the gate gives itself, as whole HTTP/1.1 messages. Each says when it was made
// (RFC 9110 section 6.6.1), by whom, and by which id it is found again in the log. Pure text; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/head.h"
#include "proxy/refusal_words.h"

namespace taskgate::proxy {

// What the client's connection needs to be told.
enum class Persistence : std::uint8_t {
  keep,       // HTTP/1.1: nothing is said
  keep_said,  // HTTP/1.0: Connection: keep-alive
  close,      // Connection: close
};

// What an answer says beside its subject.
struct Envelope {
  std::string_view date;
  std::string_view request_id;  // the request's own, or one that was made for it
  Persistence persistence = Persistence::keep;
  bool head_only = false;  // the answer to HEAD
};

struct Answer {
  int status;
  int retry_after;      // seconds; 0: the client is not told any
  std::string message;  // head and body
};

// What the answers of creates have in common that were refused alike.
struct RefusalText {
  int status = 0;
  gate::RetryWindow retry;
  std::string fields;  // whole lines, behind Retry-After
  std::string body;    // up to the number of "retry_after"
};
RefusalText refusal_text(const RefusedCreate& refused, const config::Config& config);

// A refused create: 429 when no slot is free, `refuse.unknown_status` (503 or 429) when the count
// is unknown, 503 while draining or unconfigured, with Retry-After, the RateLimit fields
// (draft-ietf-httpapi-ratelimit-headers-11), Preference-Applied where its client's `Prefer` had a
// say in how long it waited, and a JSON body whose first members are those that today's clients of
// kube-coder read. `draw`: see gate::retry_after().
Answer refuse_create(const RefusalText& text, std::uint32_t draw, const Envelope& envelope);

// An error that the gate found itself (4xx: the request, 5xx: the upstream), with a JSON body that
// says what. A 503 means that the gate itself is short of something, which passes: it has a
// Retry-After, of 5 s and up to 2 s more by `draw`, as above.
Answer error_answer(int status, std::string_view reason, std::uint32_t draw,
                    const Envelope& envelope);

// What a client waits for that sent `Expect: 100-continue` (RFC 9110 section 10.1.1).
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

inline constexpr http::Refusal kBodyTooSlow{408, "the body did not come in time"};

struct Content {
  std::string_view type;
  std::string_view bytes;
};

// An answer with any text as its body; `extra_fields`: whole field lines.
std::string plain_answer(int status, std::string_view extra_fields, const Content& content,
                         const Envelope& envelope);

}  // namespace taskgate::proxy
