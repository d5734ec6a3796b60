// The heads as they are forwarded: the received lines minus the hop-by-hop ones (RFC 9110 section
// 7.6.1), plus the few that this hop must say itself. Order, spelling and repeats stay. Pure; any
// thread.
//
// Dropped: Connection and every field that it names (but Host and the framing), Keep-Alive,
// Proxy-Connection, TE, and Upgrade where nothing is upgraded. Kept: Transfer-Encoding, because the
// coding is relayed as it is, and Trailer with it; Proxy-Authorization and Proxy-Authenticate,
// because they belong to the proxy that asks for them (section 11.7), which this one does not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/head.h"

namespace taskgate::http {

struct RequestEdits {
  // A body that was read whole is sent with a length: replaces Transfer-Encoding or Content-Length,
  // and drops Trailer. Unset: the framing fields are forwarded as received.
  std::optional<std::uint64_t> content_length;
  bool drop_framing = false;  // the body was read whole, and there was none: nor is there a Trailer
  bool close = false;         // the connection will carry no other request (RFC 9112 section 9.6)
  bool drop_expect = false;   // the 100 was sent by the gate
  bool keep_upgrade = false;  // forwards Upgrade with `Connection: upgrade`
  std::string_view forwarded_for;  // the client's address for X-Forwarded-For; empty: added nowhere
};

// Appends the request head as it goes upstream to `out`. The request line is forwarded byte for
// byte. Max-Forwards of OPTIONS and TRACE is counted down (section 7.6.2). There are never more
// lines than came, but for a first X-Forwarded-For and a `Connection: close` where the client sent
// no Connection.
void append_request(std::string& out, const RequestHead& head, const RequestEdits& edits);

enum class ConnectionField : std::uint8_t { none, close, keep_alive, upgrade };

struct ResponseEdits {
  ConnectionField connection = ConnectionField::none;  // what this hop says to its client
  bool add_chunked = false;                            // a close-delimited body goes out chunked
  bool drop_transfer_encoding = false;  // a chunked body goes out plain to an HTTP/1.0 client
};

// Appends the answer's head as it goes to the client: HTTP/1.1 (RFC 9110 section 2.5 asks for the
// proxy's own version), the upstream's status and reason, its fields minus the hop-by-hop ones.
void append_response(std::string& out, const ResponseHead& head, const ResponseEdits& edits);

}  // namespace taskgate::http
