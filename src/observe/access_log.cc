#include "observe/access_log.h"

#include "base/log.h"
#include "base/time.h"

namespace taskgate::observe {
namespace {

// A line that is too long is dropped whole (log.h), so what the client chooses is cut.
constexpr std::size_t kMaxPath = 256;
constexpr std::size_t kMaxMethod = 32;

double milliseconds(Duration duration) {
  return to_seconds(duration) * 1000;
}

void add_decision(log::Event& line, const Outcome& outcome, const gate::Snapshot& gate) {
  line.field("decision", gate::name_of(*outcome.decision));
  if (gate.live) line.field("live", *gate.live);
  line.field("limit", gate.limit)
      .field("reserved", gate.reservations())
      .field("signal", gate::name_of(gate.signal))
      .field("wait_ms", milliseconds(outcome.waited));
}

// Fields that say that something out of the ordinary happened; absent else.
void add_exceptions(log::Event& line, const Outcome& outcome) {
  if (outcome.upstream_error) line.field("upstream_error", name_of(*outcome.upstream_error));
  if (outcome.upstream_rejected) line.field("upstream_rejected", true);
  if (outcome.refusal != nullptr) line.field("refusal", outcome.refusal);
  if (outcome.client_gone) line.field("client_gone", true);
  if (outcome.tunnel) line.field("tunnel", true);
}

}  // namespace

std::string_view path_of(std::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const auto path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

void log_access(const Outcome& outcome, const gate::Snapshot& gate) {
  if (!log::enabled(log::Level::info)) return;
  auto line = log::info(outcome.decision ? "admission" : "request");
  line.field("method", outcome.method.substr(0, kMaxMethod))
      .field("path", path_of(outcome.target).substr(0, kMaxPath))
      .field("route", outcome.route)
      .field("status", outcome.status);
  if (outcome.decision) add_decision(line, outcome, gate);
  line.field("duration_ms", milliseconds(outcome.total))
      .field("bytes_up", outcome.bytes_up)
      .field("bytes_down", outcome.bytes_down);
  add_exceptions(line, outcome);
}

}  // namespace taskgate::observe
