// What all connections share, owned by the Proxy. Loop thread only.
#pragma once

#include <boost/circular_buffer.hpp>
#include <memory>
#include <random>
#include <utility>

#include "base/throttle.h"
#include "config/config.h"
#include "http/date.h"
#include "net/deadline.h"
#include "net/hangup_watch.h"
#include "net/parking.h"
#include "net/pipe.h"
#include "net/reactor_records.h"
#include "net/vanished_peers.h"
#include "observe/metrics.h"
#include "observe/refusal_sums.h"
#include "observe/request_ids.h"
#include "observe/status.h"
#include "proxy/admission.h"
#include "proxy/descriptors.h"
#include "proxy/held_bytes.h"
#include "proxy/item_order.h"
#include "proxy/last_refusal.h"
#include "proxy/spares.h"
#include "proxy/upstream.h"
#include "proxy/upstream_report.h"
#include "proxy/warnings.h"

namespace taskgate::proxy {

inline constexpr std::size_t kRememberedRefusals = 20;

// Counts an active connection as something else for as long as it lives.
class Recount {
 public:
  Recount(std::uint64_t& from, std::uint64_t& to) : from_(from), to_(to) {
    --from_;
    ++to_;
  }
  ~Recount() {
    ++from_;
    --to_;
  }
  Recount(const Recount&) = delete;
  Recount& operator=(const Recount&) = delete;

 private:
  std::uint64_t& from_;
  std::uint64_t& to_;
};

inline HeldBytes::Limits held_limits(const config::Config& config) {
  return {config.limits.held, config.admission.body_total};
}

struct Services {
  // `unpark` goes on with a client that was parked (parking.h).
  Services(asio::io_context& io, std::shared_ptr<const config::Config> start,
           observe::Metrics& counters, const DescriptorShares& shares, net::Parking::OnReady unpark,
           net::ProbeTimes probes)
      : loop(io),
        records(io),
        metrics(counters),
        config(std::move(start)),
        descriptors(shares, counts),
        pipes(shares.pipes),
        deadlines(io),
        vanished_peers(io, probes),
        watch(io),
        parking(io, counts.idle, std::move(unpark), [this] { metrics.client_vanished(); }),
        upstream(io, *config, descriptors, deadlines, watch, vanished_peers, upstream_counts),
        admission(io, *config, counters, history, watch),
        held(io, counts, held_limits(*config), spares),
        items(io) {}

  asio::io_context& loop;
  net::ReactorRecords records;
  Spares spares;
  observe::Metrics& metrics;
  // Swapped whole at a reload; a request keeps the one that it began with.
  std::shared_ptr<const config::Config> config;
  observe::ConnectionCounts counts;
  observe::History history;
  Descriptors descriptors;
  net::Pipes pipes;
  net::Deadlines deadlines;
  net::VanishedPeers vanished_peers;
  net::HangupWatch watch;
  net::Parking parking;
  observe::UpstreamCounts upstream_counts;
  Upstream upstream;
  UpstreamReport upstream_report;
  Warnings warnings;
  // Lines of creates that were not admitted, of which a storm makes ten thousands a second.
  Throttle refused_lines{100, std::chrono::milliseconds(100)};
  Admission admission;
  HeldBytes held;
  ItemOrder items;
  observe::ByteCounts bytes;  // of exchanges that have ended
  observe::RefusalSums refused{std::chrono::hours(1)};
  observe::RefusalSums observed{std::chrono::hours(24)};
  boost::circular_buffer<observe::RecentRefusal> refusals{kRememberedRefusals};  // newest first
  LastRefusal last_refusal;
  http::Date date;
  observe::RequestIdMaker request_ids;
  std::minstd_rand random{std::random_device{}()};
  // Where an app proxy on this machine reaches the gate; 0: nowhere.
  std::uint16_t own_port = 0;
  bool draining = false;

  // Before a connection or a request needs them.
  void provide_records() { records.provide(descriptors.used() - parking.size()); }
  std::uint32_t next_draw() { return static_cast<std::uint32_t>(random()); }
};

}  // namespace taskgate::proxy
