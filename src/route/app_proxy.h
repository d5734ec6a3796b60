// A route of the upstream that proxies to whatever port of its own machine the path names. The gate
// listens on such a port too, so a path can lead a request back to the gate, which forwards it
// again: repeated often enough in one target, that is a loop that ends when memory does. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace taskgate::route {

struct AppProxy {
  std::string path;  // up to the port: "/api/app-proxy/"
  // Each may stand once before the path, in this order; a GET loses them wherever they stand
  // (kube-coder).
  std::vector<std::string> prefixes;
  std::vector<std::string> deleted_on_get;

  // Whether the upstream takes the target to this port, in any of the ways in which it reads one.
  // Nothing is allocated for a target that has none of `deleted_on_get`.
  bool leads_to(std::string_view target, std::uint16_t port) const;

  bool operator==(const AppProxy&) const = default;
};

}  // namespace taskgate::route
