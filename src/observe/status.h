// What the gate is and has seen, as one value with its parts: /status and the gauges are made of
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gate/snapshot.h"
#include "gate/verdict.h"
#include "observe/history.h"
#include "observe/outcome.h"
#include "observe/refusal_sums.h"
#include "observe/totals.h"

namespace taskgate::observe {

// What a connection is doing; the label `kind` of taskgate_connections.
struct ConnectionCounts {
  std::uint64_t idle = 0;     // keep-alive, between two requests
  std::uint64_t active = 0;   // a request is under way
  std::uint64_t streams = 0;  // ... whose answer is an event stream
  std::uint64_t tunnels = 0;  // upgraded
};

// Connections to the upstream. A request that creates nothing may use one that an earlier request
// has left.
struct UpstreamCounts {
  std::uint64_t fresh = 0;   // made, for a request or for a question of the gate's own
  std::uint64_t reused = 0;  // uses of one that was left
  std::uint64_t resent = 0;  // ... that was closed just then: the request went out once more
  std::uint64_t idle = 0;    // left, now
};

// What limits.held bounds.
struct HeldCounts {
  std::uint64_t bytes = 0;     // now
  std::uint64_t gave_way = 0;  // connections, since the start
};

// Bytes of bodies and tunnels that were relayed, heads and chunk framing of our own left out.
struct ByteCounts {
  std::uint64_t up = 0;  // towards the upstream
  std::uint64_t down = 0;
};

// Where the gate runs, as its configuration says; empty members: not said.
struct Identity {
  std::string pod;
  std::string name_space;
  std::string workspace;
};

// Whether the upstream answers, as far as requests have shown.
struct UpstreamHealth {
  struct Failure {
    std::chrono::system_clock::time_point when;
    UpstreamError reason;
    std::string_view detail;  // a sentence: what it is, what to check
  };
  std::optional<bool> answers;  // the last exchange; unset: there was none yet
  std::optional<Failure> last_failure;
  std::size_t connects_waiting = 0;  // for the upstream to accept those before them
};

// A refusal as the status page shows it.
struct RecentRefusal {
  std::chrono::system_clock::time_point when;
  std::string route;
  gate::Verdict verdict;
  int retry_after = 0;     // seconds
  std::string request_id;  // the client's own, or one that was made for it
  std::string path_id{};   // of its path (route::Match); empty: none
};

// The whole gate as a value: made on the loop, rendered on the admin server's threads.
struct Status {
  gate::Snapshot gate;
  TimePoint taken;  // when all this was true, on the clock of the gate's line
  ConnectionCounts connections;
  std::uint64_t connections_limit = 0;
  UpstreamCounts upstream_connections;
  UpstreamHealth upstream_health;
  ByteCounts bytes;
  HeldCounts held;
  Counts last_minute;
  std::vector<RouteTotals> totals;  // since the start
  bool draining = false;
  bool drained = false;
  bool listening = false;
  bool configured = true;  // false: the file that it started with is faulty
  std::uint64_t config_generation = 1;
  bool config_last_reload_success = true;
  std::string config_error;                             // of the last load, empty if it succeeded
  std::vector<RecentRefusal> refusals;                  // newest first, at most 20
  std::vector<RefusalSum> refused_last_hour, observed;  // most first
  std::vector<HistoryPoint> history;                    // oldest first
  std::vector<HistoryMark> marks;                       // likewise
  std::optional<Peak> peak;                             // since the start
  std::chrono::system_clock::time_point started;
  std::string listen, upstream;  // addresses as text
  Identity identity;
  int pid = 0;
};

}  // namespace taskgate::observe
