// OPTIONS and TRACE with Max-Forwards: 0 are for the gate (RFC 9110 section 7.6.2): an answer
// proves that it is in the path. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "http/head.h"
#include "proxy/own_answers.h"

namespace taskgate::proxy {

// The body for OPTIONS: what stands before the gate may put its own name into Server.
inline constexpr std::string_view kGateAnswers = "taskgate\n";

// TRACE gets its head back as it came, but of the fields only those that are known to hold no
// secret (section 9.3.8): what stands before the gate adds tokens under names that no list of
// secrets could be complete in.
std::string last_hop_answer(const http::RequestHead& head, const Envelope& envelope);

}  // namespace taskgate::proxy
