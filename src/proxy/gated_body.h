// Reads the body of a create whole: the upstream runs a create even when its body was cut off, so
// half a create must never reach it, and none is decided before. Loop thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/rules.h"
#include "proxy/peer.h"

namespace taskgate::proxy {

struct GatedBody {
  enum class End : std::uint8_t { complete, refused, client_left };
  End end = End::complete;
  std::string bytes;             // de-chunked
  http::Refusal refusal{0, ""};  // 400, 408, 413, 503
};

// The body, if all of it came with the head, behind which `received` begins, and is short: as most
// are. Then nothing has to be waited for, and no coroutine is needed.
std::optional<std::string_view> gated_body_at_hand(std::string_view received,
                                                   const http::RequestRules& rules,
                                                   const config::Config& config);

// Answers `Expect: 100-continue` itself when the body is not here yet. What of the body comes later
// than the head is charged to the client, for whom it is held until the request ends.
Task<GatedBody> read_gated_body(Peer& client, const http::RequestRules& rules,
                                const config::Config& config);

// The same of a request that may have no body: a chunked one without data is none, and anything
// else is refused with its first byte.
Task<GatedBody> read_empty_body(Peer& client, const http::RequestRules& rules,
                                const config::Config& config);

}  // namespace taskgate::proxy
