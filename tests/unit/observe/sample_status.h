// A Status in which every value is known, for tests to take and change.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "observe/status.h"

namespace taskgate::observe {

inline RecentRefusal sample_refusal(std::chrono::system_clock::time_point when, std::string route,
                                    gate::RefusalReason reason, std::optional<int> live) {
  gate::Verdict verdict;
  verdict.decision = live ? gate::Decision::rejected : gate::Decision::unknown;
  verdict.reason = reason;
  verdict.live = live;
  verdict.limit = 12;
  return {when, std::move(route), verdict, 23, ""};
}

inline Status sample_status() {
  Status status;
  status.gate.limit = 12;
  status.gate.signal = gate::SignalState::known;
  status.gate.signal_age = std::chrono::milliseconds(250);
  status.gate.live = 3;
  status.gate.in_flight = 1;
  status.gate.settling = 2;
  status.gate.abandoned = 1;
  status.gate.waiting = 5;
  status.gate.details_age = std::chrono::milliseconds(750);
  status.gate.details_wall = 1'700'001'000;
  const tmux::Details at_work{.attached = true, .silent_since = 1'700'000'990, .ended = false};
  const tmux::Details done{.silent_since = 1'700'000'100, .ended = true, .view_of = "kube-coder-a"};
  status.gate.holders = {{"kube-coder-a", 1, 1'700'000'000, gate::Origin::inherited, at_work},
                         {"kube-coder-b", 2, 1'700'000'010, gate::Origin::unattributed, done},
                         {"kube-coder-c", 3, 1'700'000'020, gate::Origin::created}};
  status.gate.turnover = {5,
                          std::chrono::minutes(15),
                          6,
                          std::chrono::seconds(90),
                          std::chrono::seconds(400),
                          std::chrono::seconds(30)};
  status.gate.retry = {180, gate::RetryBasis::recent};
  status.connections = {.idle = 7, .active = 8, .streams = 2, .tunnels = 9};
  status.connections_limit = 10'000;
  status.upstream_connections = {.fresh = 30, .reused = 11, .resent = 3, .idle = 5};
  status.upstream_health = {
      true,
      UpstreamHealth::Failure{
          std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'040)),
          UpstreamError::connect_refused, "nothing listens there"},
      4};
  status.bytes = {.up = 1000, .down = 5'000'000'000};
  status.totals = {{.route = "other"},
                   {.route = "spawn",
                    .requests = 40,
                    .admitted = 20,
                    .waited = 6,
                    .refused = 10,
                    .withdrawn = 1,
                    .observed = 3,
                    .errors = 2,
                    .median_seconds = 0.25,
                    .p99_seconds = 1.5}};
  status.peak = Peak{9, std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'050))};
  status.last_minute = {.requests = 4, .admitted = 2, .refused = 1, .withdrawn = 0};
  status.listening = true;
  status.config_generation = 4;
  status.started = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  status.listen = "0.0.0.0:6090";
  status.upstream = "127.0.0.1:6080";
  status.identity = {"ws-alice-0", "coders", "alice"};
  status.pid = 42;
  return status;
}

// The same where classes are configured and creates stand in line.
inline Status status_with_classes() {
  using std::chrono::seconds;
  Status status = sample_status();
  status.taken = TimePoint(seconds(5000));
  status.gate.holders[0].class_name = "default";
  status.gate.holders[2].class_name = "people";
  status.gate.holders[2].maker = {"spawn", "7d1f", "deploy"};
  status.gate.classes = {{.name = "people", .used = 1, .cap = 12, .floor = 3, .waiting = 1},
                         {.name = "storms", .used = 2, .cap = 2, .floor = 0, .waiting = 1},
                         {.name = "default", .used = 1, .cap = 4, .floor = 0, .waiting = 0}};
  status.gate.line = {{"people", "spawn", status.taken - seconds(3)},
                      {"storms", "webhook", status.taken - seconds(75), "deploy"}};
  return status;
}

// The same while the count of sessions is not known.
inline Status uncounted(Status status) {
  status.gate.signal = gate::SignalState::unknown;
  status.gate.signal_fault = "permission_denied";
  status.gate.signal_detail = "/tmp/tmux-1000/default: permission denied";
  status.gate.signal_age.reset();
  status.gate.live.reset();
  status.gate.holders.clear();
  return status;
}

inline Status unknown_status() {
  return uncounted(sample_status());
}

}  // namespace taskgate::observe
