#include "observe/access_log.h"

#include "base/log.h"
#include "base/time.h"
#include "http/target.h"

namespace taskgate::observe {
namespace {

// A line that is too long is dropped whole (log.h), so what the client chooses is cut.
constexpr std::size_t kMaxPath = 256;
constexpr std::size_t kMaxMethod = 32;

double milliseconds(Duration duration) {
  return to_seconds(duration) * 1000;
}

void add_verdict(log::Event& line, const gate::Verdict& verdict) {
  line.field("decision", gate::name_of(verdict.decision));
  if (verdict.reason) line.field("reason", gate::name_of(*verdict.reason));
  if (verdict.live) line.field("live", *verdict.live);
  line.field("reserved", verdict.reserved)
      .field("limit", verdict.limit)
      .field("signal", gate::name_of(verdict.signal));
  if (verdict.signal_age) line.field("signal_age_ms", milliseconds(*verdict.signal_age));
  if (!verdict.fault.empty()) line.field("fault", verdict.fault);
}

void add_admission(log::Event& line, const Outcome& outcome) {
  if (!outcome.verdict) return;
  add_verdict(line, *outcome.verdict);
  if (outcome.has_class) line.field("class", outcome.verdict->class_name);
  if (outcome.verdict->place > 0) line.field("place", outcome.verdict->place);
  line.field("wait_ms", milliseconds(outcome.waited));
  if (outcome.waited_for_slot) line.field("slot_wait_ms", milliseconds(*outcome.waited_for_slot));
  if (outcome.waited_in_line) line.field("line_wait_ms", milliseconds(*outcome.waited_in_line));
}

void add_ids(log::Event& line, const RequestIds& ids) {
  if (!ids.request_id.empty()) line.field("request_id", ids.request_id);
  if (ids.trace_id.empty()) return;
  line.field("trace_id", ids.trace_id).field("span_id", ids.span_id);
}

// Fields that say that something out of the ordinary happened; absent else.
void add_exceptions(log::Event& line, const Outcome& outcome) {
  if (outcome.upstream_error) line.field("upstream_error", name_of(*outcome.upstream_error));
  if (outcome.answer_fault != nullptr) line.field("answer_fault", outcome.answer_fault);
  if (outcome.upstream_rejected) line.field("upstream_rejected", true);
  if (outcome.refusal != nullptr) line.field("refusal", outcome.refusal);
  if (outcome.client_gone) line.field("client_gone", true);
  if (outcome.client_vanished) line.field("client_vanished", true);
  if (outcome.tunnel) line.field("tunnel", true);
  if (outcome.stream) line.field("stream", true);
  if (outcome.silent) line.field("silent", true);
}

}  // namespace

void add_request(log::Event& line, const Outcome& outcome) {
  line.field("method", outcome.method.substr(0, kMaxMethod))
      .field("path", http::path_of(outcome.target).substr(0, kMaxPath))
      .field("route", outcome.route);
  if (!outcome.path_id.empty()) line.field("id", outcome.path_id);
}

void log_access(const Outcome& outcome, std::uint64_t left_out) {
  if (!log::enabled(log::Level::info)) return;
  auto line = log::info(outcome.create ? "admission" : "request");
  add_request(line, outcome);
  line.field("status", outcome.status);
  add_admission(line, outcome);
  if (outcome.retry_after > 0) line.field("retry_after_s", outcome.retry_after);
  line.field("duration_ms", milliseconds(outcome.total))
      .field("bytes_up", outcome.bytes_up)
      .field("bytes_down", outcome.bytes_down);
  add_exceptions(line, outcome);
  add_ids(line, outcome.ids);
  line.left_out(left_out);
}

}  // namespace taskgate::observe
