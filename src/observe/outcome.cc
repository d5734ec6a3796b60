#include "observe/outcome.h"

#include "base/names.h"

namespace taskgate::observe {
namespace {

constexpr auto kErrorNames =
    names_up_to(UpstreamError::truncated, {{UpstreamError::connect_refused, "connect_refused"},
                                           {UpstreamError::connect_timeout, "connect_timeout"},
                                           {UpstreamError::connect_failed, "connect_failed"},
                                           {UpstreamError::unresolved, "unresolved"},
                                           {UpstreamError::out_of_resources, "out_of_resources"},
                                           {UpstreamError::reset, "reset"},
                                           {UpstreamError::closed, "closed"},
                                           {UpstreamError::response_timeout, "response_timeout"},
                                           {UpstreamError::malformed_head, "malformed_head"},
                                           {UpstreamError::unasked_upgrade, "unasked_upgrade"},
                                           {UpstreamError::vanished, "vanished"},
                                           {UpstreamError::truncated, "truncated"}});

}  // namespace

const char* name_of(UpstreamError error) {
  return kErrorNames[error];
}

}  // namespace taskgate::observe
