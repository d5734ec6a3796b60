// The families of what is counted as it happens: their names and helps. Their labels are in
// series.h. Gauges, and counters that are read from a Status, are in gauges.h.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>

#include <vector>

namespace taskgate::observe {

class Families {
  std::vector<const prometheus::Collectable*> exported_;  // first, as the others enter themselves

 public:
  // One that is collected with all others from its making on, so that none can be left out.
  template <typename Metric>
  class Exported : public prometheus::Family<Metric> {
   public:
    Exported(Families& with, const char* name, const char* help)
        : prometheus::Family<Metric>(name, help, {}) {
      with.exported_.push_back(this);
    }
  };
  using Counters = Exported<prometheus::Counter>;
  using Histograms = Exported<prometheus::Histogram>;

  Counters admissions;
  Counters refusals;
  Counters observed_refusals;
  Counters reservations_abandoned;
  Counters session_listings;
  Counters requests;
  Counters upstream_errors;
  Counters upstream_rejections;
  Counters clients_vanished;
  Counters config_reloads;
  Histograms session_listing_seconds;
  Histograms admission_seconds;
  Histograms admission_wait_seconds;
  Histograms line_seconds;
  Histograms request_seconds;
  Histograms stream_seconds;

  Families();

  // All series that exist, in no order. Any thread.
  std::vector<prometheus::MetricFamily> collect() const;
};

}  // namespace taskgate::observe
