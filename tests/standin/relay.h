// Raw bytes between two sockets, in both directions at once.
#pragma once

#include "standin/stream.h"

namespace taskgate::standin {

// Until both sides have ended. The end of one direction is passed on as a half-close; an error ends
// both.
void relay(Stream& client, int server);

// Gives back what comes in until the client half-closes, and then ends its own side.
void echo(Stream& client);

}  // namespace taskgate::standin
