// What is counted, and the text of a scrape. The metrics' names and helps are in families.cc (what
// is counted here) and gauges.cc (what is read at the scrape), the former's labels in series.cc;
// docs/metrics.md is checked against them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "observe/outcome.h"
#include "observe/totals.h"
#include "tmux/listing.h"

namespace taskgate::observe {

struct Series;
struct Status;

// The Content-Type of what Metrics::render() gives.
inline constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

// Counters and histograms are written from the loop's thread, read from the admin's:
// prometheus-cpp's own metrics are safe for that. Gauges are computed at the scrape from a Status
// (gauges.h).
class Metrics {
 public:
  // The series of these routes (the rules' names) and of the route "other" are there from the
  // start.
  explicit Metrics(const std::vector<std::string>& routes);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Series for routes of a reloaded configuration; those that went stay at their last value.
  void add_routes(const std::vector<std::string>& routes);

  // Series for these classes and for the class `default`, likewise; none while none are configured.
  void add_classes(const std::vector<std::string>& names);

  // Every exit of a request; counts as "other" under a route name that was never added, and as
  // `default` under such a class.
  void record(const Outcome& outcome);
  // Every listing that ended, the late answer of a server that had been given up included.
  void listing(const tmux::Listing& listing);
  void reservation_abandoned();
  // Between two requests; within one, record() counts it.
  void client_vanished();
  void config_reload(bool succeeded);

  // By route, for those that were added and for "other". The loop's thread.
  std::vector<RouteTotals> totals() const;

  // Everything as Prometheus text 0.0.4 (kExpositionType), families and series sorted; gauges from
  // `status`, absent where it does not know. Any thread.
  std::string render(const Status& status) const;

 private:
  std::unique_ptr<Series> series_;
};

}  // namespace taskgate::observe
