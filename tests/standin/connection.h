// The life of one connection, on a thread of its own.
#pragma once

#include "standin/server.h"
#include "support/fd.h"

namespace taskgate::standin {

// One request, and another only behind an answer that said `Connection: keep-alive`. No time
// limits.
void serve_connection(Server& server, test::Fd socket);

}  // namespace taskgate::standin
