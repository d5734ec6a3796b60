// The sentence of a refused create. It is all that a person in a dashboard, a cron job or an agent
// gets, so it says what helps whoever reads it, and nothing that is the operator's alone: no path,
// no address, no variable that would not help. Pure; any thread.
#pragma once

#include <string>

#include "config/config.h"
#include "gate/verdict.h"

namespace taskgate::proxy {

std::string refusal_words(const gate::Verdict& verdict, const config::Config& config);

}  // namespace taskgate::proxy
