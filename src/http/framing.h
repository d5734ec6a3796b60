// How the fields of a head frame its body: what requests and answers share (RFC 9112 section 6).
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/head.h"
#include "http/known_fields.h"
#include "http/rules.h"

namespace taskgate::http {

// Digits only: no sign, no white space, no list. Nothing if it is malformed or exceeds 64 bits.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

// The framing that Transfer-Encoding or Content-Length give, nothing if there is neither, or why
// they are refused. The refusal's status is for a request.
Checked<std::optional<BodyFraming>> read_framing(const KnownFields& known, int minor_version);

}  // namespace taskgate::http
