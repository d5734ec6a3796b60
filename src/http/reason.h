// The reason phrases of the answers that are made here (RFC 9110 section 15). Pure; any thread.
#pragma once

namespace taskgate::http {

// Static text; empty for a status that nothing here answers with (RFC 9112 section 4 allows that).
const char* reason_phrase(int status);

}  // namespace taskgate::http
