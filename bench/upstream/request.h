// A request as far as this upstream looks at it: proxies have made it well-formed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace taskgate::bench {

struct Request {
  std::string method;
  std::string target;
  std::uint64_t length = 0;   // of the body, by Content-Length
  bool length_given = false;  // a body of another framing is not read
  bool closes = false;        // it is the connection's last
  std::string websocket_key;  // "" where it asks for no WebSocket
};

// `head` ends with its empty line. Throws std::runtime_error when the first line is none.
Request parse_request(std::string_view head);

}  // namespace taskgate::bench
