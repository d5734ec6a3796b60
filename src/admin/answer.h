// One answer of the admin port. Pure; any thread.
#pragma once

#include <string>

namespace taskgate::admin {

struct Answer {
  int status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string fields;  // more field lines, each with its CRLF
};

// A sentence for a person, as plain text.
Answer plain(int status, std::string sentence);

// The whole message as it is sent. The connection ends with it, it is never stored, and browsers
// take it for what it says it is; a HEAD's answer has all fields and no body (RFC 9110
// section 9.3.2).
std::string serialize(const Answer& answer, bool with_body);

}  // namespace taskgate::admin
