#include "http/opening.h"

#include <algorithm>
#include <array>

namespace taskgate::http {
namespace {

using std::string_view_literals::operator""sv;

constexpr const char* kProxyReason = "PROXY protocol header before the request";
constexpr const char* kProxyHint =
    "the load balancer before the gate puts a PROXY protocol header before each connection: switch "
    "that off for this backend";
constexpr const char* kTlsReason = "TLS on a plain HTTP port";
constexpr const char* kTlsHint =
    "whoever connects speaks TLS: use http:// towards the gate, or end TLS before it";

constexpr std::array<Opening, 6> kOpenings{{
    // Version 1 of the PROXY protocol is a line, version 2 a signature that no HTTP can be.
    {"PROXY TCP"sv, kProxyReason, kProxyHint},
    {"PROXY UNKNOWN"sv, kProxyReason, kProxyHint},
    {"\r\n\r\n\0\r\nQUIT\n"sv, kProxyReason, kProxyHint},
    // A record of a TLS handshake (RFC 8446 section 5.1).
    {"\x16\x03"sv, kTlsReason, kTlsHint},
    // RFC 9113 section 3.4.
    {"PRI * HTTP/2.0\r\n"sv, "HTTP/2 on a port that speaks HTTP/1.1",
     "the client or the proxy before the gate speaks HTTP/2 at once (h2c, gRPC): set its protocol "
     "for this backend to HTTP/1.1"},
    {"SSH-"sv, "SSH on an HTTP port", "an SSH client or scanner connects here: check its port"},
}};

}  // namespace

const Opening* recognize_opening(std::string_view received) {
  const auto* const found = std::ranges::find_if(
      kOpenings, [&](const Opening& opening) { return received.starts_with(opening.bytes); });
  return found == kOpenings.end() ? nullptr : found;
}

}  // namespace taskgate::http
