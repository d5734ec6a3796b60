#pragma once

#include <cstddef>
#include <string>

namespace taskgate::interop {

// So many bytes of the pattern that all peers send.
std::string body(std::size_t size);
bool is_intact(const std::string& data);

// Carries out one order a line of the standard input, until it ends; writes what was seen, a line
// each.
void serve_orders();

// Listens on a free port, says which, and serves until the process ends.
void serve_upstream(std::size_t threads);

}  // namespace taskgate::interop
