// What is spoken on a connection that does not begin with a request, told by its first bytes: the
// mistakes that people make when they put something before a plain HTTP/1.1 port. Pure.
#pragma once

#include <string_view>

namespace taskgate::http {

struct Opening {
  std::string_view bytes;  // how it begins
  const char* reason;      // for the client
  const char* hint;        // for the operator
};

// Null: nothing that is known here.
const Opening* recognize_opening(std::string_view received);

}  // namespace taskgate::http
