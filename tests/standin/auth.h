// Who may ask (AUTH_MODE).
#pragma once

#include "standin/server.h"

namespace taskgate::standin {

// Always true but in oauth2 mode, where it takes the API token as a bearer or, unless the target
// was marked /bearer-api/, any identity header at all.
bool is_authorized(const Exchange& exchange);

// Answers 401 and gives false when not.
bool require_authorization(Exchange& exchange);

// Whether the Authorization field is `Bearer <token>`, case and all.
bool has_bearer(const Request& request, const std::string& token);

}  // namespace taskgate::standin
