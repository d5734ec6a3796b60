// What a head means: how its body is framed, whether the connection goes on, what is asked of the
// proxy itself. Pure; any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/head.h"

namespace taskgate::http {

enum class BodyKind : std::uint8_t { none, length, chunked, until_close };

struct BodyFraming {
  BodyKind kind = BodyKind::none;
  std::uint64_t length = 0;  // of `length`; never 0 there: a length of 0 is `none`
  // Of `chunked`: the fields that Connection names, which no trailer may be; sorted as in
  // connection_options.h.
  std::vector<std::string> hop_fields = {};
};

struct RequestRules {
  BodyFraming body;
  bool keep_alive = false;        // the client wants the connection to go on (RFC 9112 section 9.3)
  bool expects_continue = false;  // Expect: 100-continue (RFC 9110 section 10.1.1)
  // HTTP/1.1 with Upgrade and `Connection: upgrade`, to a protocol that carries no requests.
  bool wants_upgrade = false;
  std::optional<unsigned> max_forwards;  // of OPTIONS and TRACE only (RFC 9110 section 7.6.2)
};

// A value, or why the request is refused. Ask has_value() and error(); value(), which throws, does
// not compile.
template <typename Value>
using Checked = boost::system::result<Value, Refusal>;

// Reads the rules of a request out of its head, or refuses it: both lengths, repeated or signed
// lengths, unknown or repeated codings, chunked in HTTP/1.0, no or two Hosts in HTTP/1.1, a Host
// that differs from an absolute-form's authority, Connection naming the framing or Host, CONNECT,
// unknown expectations. Of several faults the one that could smuggle a request is told.
Checked<RequestRules> examine(const RequestHead& head);

// Asks for nothing to be changed (RFC 9110 section 9.2.1).
bool is_safe(std::string_view method);

// Server-sent events, which go on until somebody leaves.
bool is_event_stream(const ResponseHead& head);

// How the answer's body ends (RFC 9112 section 6.3). `fault` (static text) is set where the framing
// is ambiguous or malformed, which becomes a 502.
struct ResponseRules {
  BodyFraming body;
  const char* fault = nullptr;
  // The connection may carry another request behind this answer (RFC 9112 section 9.3). Never with
  // HTTP/1.0: its keep-alive is an option that proxies pass on unread (appendix C.2.2).
  bool keep_alive = false;
};
ResponseRules examine(const ResponseHead& head, std::string_view request_method);

}  // namespace taskgate::http
