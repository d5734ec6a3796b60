// One answer of the admin port. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace taskgate::admin {

struct Answer {
  int status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string fields;  // more field lines, each with its CRLF
  // Goes on after its body until the connection ends, and has no length.
  bool endless = false;
  // What stands for the nonce in `body` and `fields`; empty: there is none.
  std::string_view nonce_mark = {};
};

// Why what needs the loop cannot be answered.
inline constexpr const char* kNoState =
    "The gate's event loop did not answer in time, so its state is not known.";

// A sentence for a person, as plain text.
Answer plain(int status, std::string sentence);

// The same answer with a nonce of its own where the mark stands.
Answer with_nonce(const Answer& answer, std::string_view nonce);

// The head of the message, to be followed by the answer's body unless HEAD was asked (RFC 9110
// section 9.3.2). The connection ends with it, it is never stored, and browsers take it for what it
// says it is.
std::string head_of(const Answer& answer);

}  // namespace taskgate::admin
