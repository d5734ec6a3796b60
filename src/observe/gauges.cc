#include "observe/gauges.h"

#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/version.h"
#include "observe/process.h"

namespace taskgate::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

// Collects the families; values that are not known leave no trace.
class GaugeFamilies {
 public:
  void gauge(const char* name, const char* help, std::optional<double> value) {
    if (value) family(name, help).metric.push_back(sample({}, *value));
  }
  void gauge(const char* name, const char* help, std::optional<int> value) {
    if (value) gauge(name, help, std::optional<double>(*value));
  }
  void flag(const char* name, const char* help, bool value) {
    gauge(name, help, std::optional<double>(value ? 1 : 0));
  }

  void counter(const char* name, const char* help, Labels labels, double value) {
    if (families_.empty() || families_.back().name != name) family(name, help);
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = value;
    families_.back().type = MetricType::Counter;
    families_.back().metric.push_back(std::move(metric));
  }

  MetricFamily& family(const char* name, const char* help) {
    return families_.emplace_back(MetricFamily{name, help, MetricType::Gauge, {}});
  }

  static ClientMetric sample(Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    return metric;
  }

  std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  std::vector<MetricFamily> families_;
};

std::optional<int> count_if_known(const gate::Snapshot& gate, gate::Origin origin) {
  if (!gate.live) return std::nullopt;
  return gate.count(origin);
}

std::optional<double> seconds_to_slot(const gate::Snapshot& gate) {
  if (!gate.expected) return std::nullopt;
  return static_cast<double>(gate.expected->seconds);
}

void add_slots(GaugeFamilies& out, const gate::Snapshot& gate) {
  out.flag("taskgate_observing",
           "1 while mode is observe: creates that would be refused pass, and are counted in "
           "taskgate_observed_refusals_total.",
           gate.observing);
  out.gauge("taskgate_sessions_live",
            "Live tmux sessions that match tmux.match, by a listing at most a second old; sessions "
            "made by other doors count too, and the series is absent while the count is unknown.",
            gate.live);
  out.gauge("taskgate_sessions_limit",
            "Live sessions at most, as configured now; after it was lowered more can be live until "
            "they end by themselves.",
            std::optional(gate.limit));
  out.gauge("taskgate_reservations",
            "Slots promised to admitted creates whose outcome is not known yet; a session that is "
            "listed already can be counted here too, so live and reserved may add up to more than "
            "the limit for a moment.",
            std::optional(gate.reservations()));
  out.gauge("taskgate_creates_waiting",
            "Creates that wait for their decision now; most waits are far shorter than a scrape "
            "interval and are seen only in taskgate_admission_seconds.",
            std::optional(gate.waiting));
  out.gauge("taskgate_slots_free",
            "Creates that would be admitted now: the limit less live sessions and reservations, "
            "never below zero, 0 while it refuses all, and absent while the count is unknown.",
            gate.slots_free());
  out.gauge("taskgate_slot_expected_seconds",
            "In how long a slot may come free, as clients that are refused are told before it is "
            "spread; absent while one is free, while the count is unknown, and in a drain.",
            seconds_to_slot(gate));
}

// Unset while the count is unknown, and while there is none.
std::optional<double> oldest_created(const gate::Snapshot& gate) {
  if (!gate.live || gate.holders.empty()) return std::nullopt;
  return static_cast<double>(gate.holders.front().created);
}

void add_holders(GaugeFamilies& out, const gate::Snapshot& gate) {
  out.gauge(
      "taskgate_sessions_inherited",
      "Live sessions that were there when the gate started, or when a reload made them count; "
      "after a restart of the gate that is every session, however it was made.",
      count_if_known(gate, gate::Origin::inherited));
  out.gauge("taskgate_sessions_unattributed",
            "Live sessions that appeared without a create that they could belong to; which session "
            "belongs to which create is a guess, made for people, that decides nothing.",
            count_if_known(gate, gate::Origin::unattributed));
  out.gauge("taskgate_oldest_session_created_timestamp_seconds",
            "Unix time at which the session that has held its slot longest was created, as tmux "
            "says; absent while no session lives, and while the count is unknown.",
            oldest_created(gate));
  out.gauge(
      "taskgate_sessions_idle",
      "Live sessions in which nothing was printed and no key was typed for 15 minutes or more; "
      "an idle one may wait for an answer, and one that has ended is idle in the end.",
      gate.idle());
  out.gauge(
      "taskgate_sessions_attached",
      "Live sessions that a tmux client shows now, so that somebody may be looking; each view "
      "of one work counts for itself.",
      gate.attached());
  out.gauge(
      "taskgate_sessions_ended",
      "Live sessions whose programs have all ended and that hold their slots all the same, as "
      "remain-on-exit keeps them.",
      gate.ended());
}

// Nothing while no classes are configured.
void add_classes(GaugeFamilies& out, const gate::Snapshot& gate) {
  using gate::ClassState;
  const auto add = [&](const char* name, const char* help, int ClassState::*value) {
    if (gate.classes.empty()) return;
    auto& family = out.family(name, help);
    for (const ClassState& each : gate.classes) {
      family.metric.push_back(GaugeFamilies::sample({{"class", each.name}}, each.*value));
    }
  };
  if (gate.live) {
    add("taskgate_class_used",
        "Slots of each class: live sessions that creates of it are known to have made, and slots "
        "promised to its creates; sessions by other doors are of no class.",
        &ClassState::used);
  }
  add("taskgate_class_cap",
      "Slots that a class may take at most, which is never more than the limit; after it was "
      "lowered more can be used until they end by themselves.",
      &ClassState::cap);
  add("taskgate_class_floor",
      "Slots that no other class may take from this one; sessions by other doors can.",
      &ClassState::floor);
  add("taskgate_line_length",
      "Creates of each class that stand in line now; short waits between two scrapes are seen only "
      "in taskgate_line_seconds.",
      &ClassState::waiting);
}

void add_signal(GaugeFamilies& out, const gate::Snapshot& gate) {
  auto& states = out.family("taskgate_signal_state",
                            "1 for the state of the session count and 0 for the others; in the "
                            "states known and held creates are decided by count, in none, unknown "
                            "and blind by tmux.on_unknown.");
  for (const gate::SignalState state : gate::kSignalStates) {
    states.metric.push_back(
        GaugeFamilies::sample({{"state", gate::name_of(state)}}, gate.signal == state ? 1 : 0));
  }
  std::optional<double> age;
  if (gate.signal_age) age = to_seconds(*gate.signal_age);
  out.gauge("taskgate_signal_age_seconds",
            "Time since the last good listing of the sessions began; the scrape itself asks for a "
            "listing, so a small value says that tmux answers, not that creates come in.",
            age);
  out.flag("taskgate_match_wrong",
           "1 while sessions appear after creates but none under a name that tmux.match takes; it "
           "is a suspicion that needs several creates in a row, so 0 does not prove the pattern.",
           gate.match_wrong);
}

void add_connections(GaugeFamilies& out, const Status& status) {
  const ConnectionCounts& counts = status.connections;
  auto& kinds = out.family("taskgate_connections",
                           "Client connections by what they do now: idle between two requests, "
                           "active with a request, stream while they get an event stream, or "
                           "tunnel after an upgrade; the admin port's are not counted.");
  const auto add = [&](const char* kind, std::uint64_t count) {
    kinds.metric.push_back(GaugeFamilies::sample({{"kind", kind}}, static_cast<double>(count)));
  };
  add("active", counts.active);
  add("idle", counts.idle);
  add("stream", counts.streams);
  add("tunnel", counts.tunnels);
  out.gauge(
      "taskgate_connections_limit",
      "Client connections at most as things are: limits.connections, or less where the process's "
      "limit of file descriptors leaves no room for them; further clients wait in the listen "
      "backlog.",
      std::optional(static_cast<double>(status.connections_limit)));
}

void add_upstream_connections(GaugeFamilies& out, const UpstreamCounts& counts) {
  const auto add = [&](const char* kind, std::uint64_t count) {
    out.counter("taskgate_upstream_connections_total",
                "Uses of connections to the upstream: new ones, and ones that an earlier request "
                "has left and another one reused; none is left where timeouts.upstream_keep_alive "
                "is 0.",
                {{"kind", kind}}, static_cast<double>(count));
  };
  add("new", counts.fresh);
  add("reused", counts.reused);
  out.gauge("taskgate_upstream_connections_idle",
            "Connections to the upstream that a request has left and that wait for the next one.",
            std::optional(static_cast<double>(counts.idle)));
  out.counter("taskgate_upstream_resends_total",
              "Requests that were sent once more, on a new connection, since the upstream closed "
              "the one that they reused just then; the client does not notice.",
              {}, static_cast<double>(counts.resent));
}

void add_bytes(GaugeFamilies& out, const ByteCounts& bytes) {
  const auto add = [&](const char* direction, std::uint64_t count) {
    out.counter("taskgate_relayed_bytes_total",
                "Bytes of bodies, event streams and tunnels that were relayed, up towards the "
                "upstream or down towards the client, counted as they pass; heads are not in it.",
                {{"direction", direction}}, static_cast<double>(count));
  };
  add("down", bytes.down);
  add("up", bytes.up);
}

void add_held(GaugeFamilies& out, const HeldCounts& held) {
  out.gauge("taskgate_held_bytes",
            "Bytes that are held for clients now: heads, bodies, what is pipelined and what slow "
            "readers have not taken; a small buffer that each client has is not counted.",
            std::optional(static_cast<double>(held.bytes)));
  out.counter(
      "taskgate_connections_gave_way_total",
      "Client connections that were ended since limits.held or admission.body_total was used "
      "up and they held most without moving; where it grows without an attack that limit is "
      "too small.",
      {}, static_cast<double>(held.gave_way));
}

void add_configuration(GaugeFamilies& out, const Status& status) {
  out.gauge("taskgate_config_generation",
            "Number of the configuration in use: 1 at the start and one more with each reload that "
            "succeeded; it starts over with the process, and is 0 while there is no valid one.",
            std::optional(static_cast<double>(status.config_generation)));
  out.flag(
      "taskgate_config_last_reload_success",
      "1 if the last load of the configuration succeeded; 0 means that the gate goes on with the "
      "configuration before it, and refuses creates where there was none.",
      status.config_last_reload_success);
}

void add_build(GaugeFamilies& out, const Status& status) {
  out.flag("taskgate_draining",
           "1 from the moment the gate was told to go away: creates are refused, everything else "
           "still passes until it has ended.",
           status.draining);
  out.family("taskgate_build_info", "Always 1; the labels say which build answers.")
      .metric.push_back(GaugeFamilies::sample({{"revision", kRevision}, {"version", kVersion}}, 1));
  out.counter("taskgate_log_lines_dropped_total",
              "Log lines that were lost because standard output would have blocked or failed; "
              "where it grows the log is not complete.",
              {}, static_cast<double>(log::dropped_lines()));
}

// Under the names that every exporter uses.
void add_process(GaugeFamilies& out, const Status& status) {
  const ProcessUse use = process_use();
  out.counter("process_cpu_seconds_total",
              "User and system CPU time that the process has used, all its threads together.", {},
              use.cpu_seconds);
  out.gauge("process_resident_memory_bytes",
            "Memory of the process that is resident, shared libraries included.",
            use.resident_bytes);
  out.gauge("process_open_fds",
            "File descriptors that are open: a relayed request needs two, an idle client one.",
            use.open_fds);
  out.gauge("process_max_fds",
            "File descriptors that may be open at most; where they run out the gate accepts no "
            "connections until some are free again.",
            std::optional(use.max_fds));
  out.gauge(
      "process_start_time_seconds",
      "Unix time at which the process started, by the wall clock at that moment.",
      std::optional(std::chrono::duration<double>(status.started.time_since_epoch()).count()));
}

}  // namespace

std::vector<MetricFamily> gauges(const Status& status) {
  GaugeFamilies out;
  add_slots(out, status.gate);
  add_holders(out, status.gate);
  add_classes(out, status.gate);
  add_signal(out, status.gate);
  add_connections(out, status);
  add_upstream_connections(out, status.upstream_connections);
  add_bytes(out, status.bytes);
  add_held(out, status.held);
  add_configuration(out, status);
  add_build(out, status);
  add_process(out, status);
  return out.take();
}

}  // namespace taskgate::observe
