// The status page for people: one document that needs nothing from anywhere else but GET status.
#pragma once

#include <string>
#include <string_view>

namespace taskgate::admin {

// A new unguessable value for each answer: only the page's own style and script bear it and may
// run.
std::string make_nonce();

// The Content-Security-Policy that goes with the page.
std::string page_policy(std::string_view nonce);

std::string status_page(std::string_view nonce);

}  // namespace taskgate::admin
