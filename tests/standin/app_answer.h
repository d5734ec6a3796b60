// An app's answer on its way back through the app proxy.
#pragma once

#include "standin/server.h"
#include "support/fd.h"

namespace taskgate::standin {

// Reads it from `app` and passes it on as it comes: de-chunked, without a length, ended by the end
// of the connection. HTML is held back, its root-relative links put below `prefix`, and sent with a
// Content-Length.
void pass_on_answer(Exchange& exchange, test::Fd app, const std::string& prefix);

}  // namespace taskgate::standin
