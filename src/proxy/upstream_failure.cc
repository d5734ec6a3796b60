#include "proxy/upstream_failure.h"

namespace taskgate::proxy {

using observe::UpstreamError;

std::optional<UpstreamError> error_before_answer(PeerFault fault) {
  switch (fault) {
    case PeerFault::timeout:
      return UpstreamError::response_timeout;
    case PeerFault::eof:
      return UpstreamError::closed;
    case PeerFault::broken:
      return UpstreamError::reset;
    case PeerFault::vanished:
      return UpstreamError::vanished;
    case PeerFault::interrupted:
    case PeerFault::none:
      return std::nullopt;
  }
  return std::nullopt;
}

UpstreamFailure failure_of(UpstreamError error) {
  switch (error) {
    case UpstreamError::connect_refused:
      return {502, "the upstream refused the connection: it is not running or not listening"};
    case UpstreamError::connect_timeout:
      return {504, "the upstream did not take the connection in time"};
    case UpstreamError::connect_failed:
      return {502, "the upstream cannot be reached"};
    case UpstreamError::unresolved:
      return {502, "the upstream's name has no address yet"};
    case UpstreamError::out_of_resources:
      return {503,
              "the gate has no descriptor, port or memory left for a connection to the "
              "upstream; try again shortly"};
    case UpstreamError::reset:
      return {502, "the upstream broke the connection before it answered"};
    case UpstreamError::closed:
      return {502, "the upstream closed the connection without an answer"};
    case UpstreamError::response_timeout:
      return {504, "the upstream did not answer in time"};
    case UpstreamError::malformed_head:
      return {502, "the upstream's answer is not valid HTTP"};
    case UpstreamError::unasked_upgrade:
      return {502, "the upstream switched protocols without being asked"};
    case UpstreamError::vanished:
      return {504, "the upstream's host has stopped answering"};
    case UpstreamError::truncated:
      return {502, "the upstream's answer was cut off"};
  }
  return {502, "the upstream failed"};
}

}  // namespace taskgate::proxy
