// A request as it goes to the upstream. A value; any thread.
#pragma once

#include <string>
#include <string_view>

#include "http/rules.h"

namespace taskgate::proxy {

// The head's text is made before the request's body is read, since the buffer that the head lies in
// is the one that the body is read into.
struct UpstreamRequest {
  std::string head;
  std::string body;           // read whole (a gated create); empty: relayed from the client
  http::BodyFraming relayed;  // the framing of what is still to be relayed from the client
  std::string_view method;    // decides whether the answer has a body
  int client_minor_version = 1;
  bool keep_alive = false;        // the client's wish
  bool upgrade = false;           // the request asks for one and may have it
  bool expects_continue = false;  // of the upstream: its client may wait to be told to send a body
};

// What was sent may have been acted upon though no answer came: only a safe method does no harm
// when it is sent again (RFC 9110 section 9.2.2), and only without a body is it all still here.
// Only such a request shares its connection with others. That of any other one carries it alone,
// also because an upstream that does not read a body takes it for the next request.
bool may_be_sent_twice(const UpstreamRequest& request);

}  // namespace taskgate::proxy
