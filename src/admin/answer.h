// One answer of the admin port. Pure; any thread.
#pragma once

#include <string>

namespace taskgate::admin {

struct Answer {
  int status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string fields;  // more field lines, each with its CRLF
  // Goes on after its body until the connection ends, and has no length.
  bool endless = false;
};

// Why what needs the loop cannot be answered.
inline constexpr const char* kNoState =
    "The gate's event loop did not answer in time, so its state is not known.";

// A sentence for a person, as plain text.
Answer plain(int status, std::string sentence);

// The whole message as it is sent. The connection ends with it, it is never stored, and browsers
// take it for what it says it is; a HEAD's answer has all fields and no body (RFC 9110
// section 9.3.2).
std::string serialize(const Answer& answer, bool with_body);

}  // namespace taskgate::admin
