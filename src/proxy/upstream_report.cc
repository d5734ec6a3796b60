#include "proxy/upstream_report.h"

#include "base/log.h"

namespace taskgate::proxy {
namespace {

using observe::UpstreamError;

const char* what_to_check(UpstreamError error) {
  switch (error) {
    case UpstreamError::connect_refused:
    case UpstreamError::connect_failed:
      return "nothing listens there: check that the upstream's container runs, and that upstream "
             "names its address";
    case UpstreamError::connect_timeout:
    case UpstreamError::response_timeout:
      return "it does not answer in time: check its CPU and memory, and timeouts.connect, "
             ".response "
             "and .create";
    case UpstreamError::vanished:
      return "its host answers nothing any more, TCP's probes neither: check the host and the "
             "network between";
    case UpstreamError::malformed_head:
    case UpstreamError::unasked_upgrade:
      return "what answers there does not speak HTTP as it should: check that upstream names the "
             "right port";
    case UpstreamError::reset:
    case UpstreamError::closed:
    case UpstreamError::truncated:
      return "it ends connections before it answers: check whether it restarts, and its log";
    case UpstreamError::out_of_resources:
      return "the gate itself has no descriptor, port or memory left for a connection: check its "
             "limits of open files and memory, or lower limits.connections";
  }
  return "";
}

}  // namespace

void UpstreamReport::failed(UpstreamError error, const config::Address& upstream, TimePoint now) {
  health_.answers = false;
  health_.last_failure = observe::UpstreamHealth::Failure{std::chrono::system_clock::now(), error,
                                                          what_to_check(error)};
  if (failing_ || (said_ != TimePoint{} && now - said_ < kQuiet)) return;
  failing_ = true;
  said_ = now;
  log::error("upstream_failing")
      .field("upstream", config::to_string(upstream))
      .field("reason", observe::name_of(error))
      .field("detail", what_to_check(error));
}

void UpstreamReport::answered() {
  health_.answers = true;
  if (!failing_) return;
  failing_ = false;
  log::info("upstream_answers");
}

}  // namespace taskgate::proxy
