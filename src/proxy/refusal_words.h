// The sentence of a refused create. It is all that a person in a dashboard, a cron job or an agent
// gets, so it says what helps whoever reads it, and nothing that is the operator's alone: no path,
// no address, no variable that would not help. Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "config/config.h"
#include "gate/verdict.h"

namespace taskgate::proxy {

struct RefusedCreate {
  const gate::Verdict& verdict;
  std::optional<std::chrono::seconds> stood_in_line{};  // in vain, for so long
};

std::string refusal_words(const RefusedCreate& refused, const config::Config& config);

}  // namespace taskgate::proxy
