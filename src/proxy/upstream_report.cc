#include "proxy/upstream_report.h"

#include <string_view>

#include "base/log.h"
#include "http/head.h"

namespace taskgate::proxy {
namespace {

using observe::UpstreamError;

// What has no status line of HTTP/1 is most likely no HTTP/1 server; all other faults are those of
// one.
const char* what_to_check_of_answer(const char* fault) {
  if (fault == nullptr || std::string_view(fault) == http::kMalformedStatusLine) {
    return "what answers there does not speak HTTP/1 as it should: check that upstream names the "
           "right port";
  }
  return "its answers are refused for what answer_fault says, since two readers could read them in "
         "two ways: check what makes them";
}

const char* what_to_check(UpstreamError error, const char* answer_fault) {
  switch (error) {
    case UpstreamError::connect_refused:
    case UpstreamError::connect_failed:
      return "nothing listens there: check that the upstream's container runs, and that upstream "
             "names its address";
    case UpstreamError::unresolved:
      return "its name has no address, and is asked for again every few seconds: check that "
             "upstream names it rightly, and the resolver";
    case UpstreamError::connect_timeout:
    case UpstreamError::response_timeout:
      return "it does not answer in time: check its CPU and memory, and timeouts.connect, "
             ".response and .create";
    case UpstreamError::vanished:
      return "its host answers nothing any more, TCP's probes neither: check the host and the "
             "network between";
    case UpstreamError::malformed_head:
      return what_to_check_of_answer(answer_fault);
    case UpstreamError::unasked_upgrade:
      return "it answers 101 to requests that asked for no upgrade: check what makes that answer";
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

void UpstreamReport::failed(UpstreamError error, const char* answer_fault,
                            const std::string& upstream, TimePoint now) {
  health_.answers = false;
  health_.last_failure = observe::UpstreamHealth::Failure{std::chrono::system_clock::now(), error,
                                                          what_to_check(error, answer_fault)};
  if (failing_ || !throttle_.pass(now)) return;
  failing_ = true;
  auto line = log::error("upstream_failing");
  line.field("upstream", upstream).field("reason", observe::name_of(error));
  if (answer_fault != nullptr) line.field("answer_fault", answer_fault);
  line.field("detail", what_to_check(error, answer_fault));
}

void UpstreamReport::answered() {
  health_.answers = true;
  if (!failing_) return;
  failing_ = false;
  log::info("upstream_answers");
}

}  // namespace taskgate::proxy
