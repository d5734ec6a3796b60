// The text that a constant request makes a server write, one line a session: `pid $id created
// name`, or with the details between `created` and `name` (protocol.h). Pure.
#pragma once

#include <string_view>
#include <vector>

#include "tmux/listing.h"

namespace taskgate::tmux {

// Appends the sessions of a whole text: `matches` and `socket` are left to the caller. False if the
// text is not what the request asks for; `sessions` is then of no use.
//
// Up to tmux 3.1c a name may hold newlines, so a line that does not begin like a session of the
// same server belongs to the name before it. A name that imitates such a line counts as one session
// more: it errs towards refusing.
//
// From 3.7 on a server that is short of time cuts the list of all windows, wherever it is: what it
// tells is then not known, and the session is there all the same.
bool parse_sessions(std::string_view text, Question question, std::vector<Session>& sessions);

}  // namespace taskgate::tmux
