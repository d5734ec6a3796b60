#include "observe/outcome.h"

namespace taskgate::observe {

const char* name_of(UpstreamError error) {
  switch (error) {
    case UpstreamError::connect_refused:
      return "connect_refused";
    case UpstreamError::connect_timeout:
      return "connect_timeout";
    case UpstreamError::connect_failed:
      return "connect_failed";
    case UpstreamError::out_of_resources:
      return "out_of_resources";
    case UpstreamError::reset:
      return "reset";
    case UpstreamError::closed:
      return "closed";
    case UpstreamError::response_timeout:
      return "response_timeout";
    case UpstreamError::malformed_head:
      return "malformed_head";
    case UpstreamError::unasked_upgrade:
      return "unasked_upgrade";
    case UpstreamError::vanished:
      return "vanished";
    case UpstreamError::truncated:
      return "truncated";
  }
  return "connect_failed";
}

}  // namespace taskgate::observe
