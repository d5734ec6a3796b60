#include "observe/families.h"

#include <iterator>

namespace taskgate::observe {

Families::Families()
    : admissions(*this, "taskgate_admissions_total",
                 "Creates by route and by how they were decided; an admitted create can still fail "
                 "upstream, so this does not count the sessions that were made."),
      refusals(*this, "taskgate_refusals_total",
               "Creates that the gate refused, by route and by what was in the way: live sessions, "
               "slots promised to creates in flight, a count that is unknown or blind, a drain, a "
               "configuration that is faulty from the start; requests that are faulty in "
               "themselves are not in it."),
      observed_refusals(*this, "taskgate_observed_refusals_total",
                        "Creates that passed although the limit, enforced, would have refused them "
                        "or kept them waiting, by route, by class and by what was in the way; it "
                        "grows only while mode is observe."),
      reservations_abandoned(*this, "taskgate_reservations_abandoned_total",
                             "Admitted creates whose outcome never became known (no answer, broken "
                             "connection); their slot is kept for admission.settle only, and a "
                             "session that appears later than that can exceed the limit by one."),
      session_listings(
          *this, "taskgate_session_listings_total",
          "Listings of the tmux sessions by how they ended, known or the reason why "
          "not; one listing serves all creates that wait for it, and the late answer of "
          "a server that had been given up counts once more."),
      requests(
          *this, "taskgate_requests_total",
          "Requests by route and by the status sent to the client, whoever made it: the gate's "
          "refusals are among them, the route other is all that creates no task, and the code "
          "none means that no answer went out."),
      upstream_errors(*this, "taskgate_upstream_errors_total",
                      "Exchanges with the upstream that failed, by reason; an answer of 5xx is not "
                      "a failed exchange and counts in taskgate_requests_total only."),
      upstream_rejections(*this, "taskgate_upstream_rejections_total",
                          "Creates that the gate admitted and the upstream answered 429: the two "
                          "limits differ, or the two count different sessions."),
      clients_vanished(*this, "taskgate_clients_vanished_total",
                       "Client connections that ended because nothing answered TCP's probes any "
                       "more, within a request or between two; a client that closes or resets its "
                       "connection is not in it."),
      config_reloads(*this, "taskgate_config_reloads_total",
                     "Reloads of the configuration that were tried, by result; a failed one leaves "
                     "the configuration before it in force."),
      session_listing_seconds(*this, "taskgate_session_listing_seconds",
                              "Time that a listing of the tmux sessions took; listings that failed "
                              "are among them, time-outs with the whole of tmux.timeout."),
      admission_seconds(*this, "taskgate_admission_seconds",
                        "Time from the end of a create's body to its decision, by decision; "
                        "creates whose client left before it are not in it."),
      admission_wait_seconds(
          *this, "taskgate_admission_wait_seconds",
          "Time that creates waited for a slot because all that were free of sessions were "
          "promised to others; creates that were decided at the first look are not in it."),
      line_seconds(
          *this, "taskgate_line_seconds",
          "Time that creates stood in line, by class and by how it ended: admitted, refused "
          "at the end of their wait, or withdrawn by a client that left."),
      request_seconds(*this, "taskgate_request_seconds",
                      "Time from the first byte of a request to the end of its answer; slow "
                      "downloads count with their whole length, event streams and upgraded "
                      "connections are left out."),
      stream_seconds(*this, "taskgate_stream_seconds",
                     "Length of event streams and of tunnels (upgraded connections) that have "
                     "ended; those that go on are counted by taskgate_connections.") {}

std::vector<prometheus::MetricFamily> Families::collect() const {
  std::vector<prometheus::MetricFamily> all;
  for (const prometheus::Collectable* family : exported_) {
    auto collected = family->Collect();
    std::move(collected.begin(), collected.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace taskgate::observe
