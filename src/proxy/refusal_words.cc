#include "proxy/refusal_words.h"

#include <array>
#include <string_view>
#include <utility>

namespace taskgate::proxy {
namespace {

constexpr std::size_t kUsualLength = 224;
constexpr int kSecondsInWords = 90;  // longer times are told in minutes

void append_duration(std::string& out, int seconds) {
  const bool in_minutes = seconds >= kSecondsInWords;
  out += std::to_string(in_minutes ? (seconds + 30) / 60 : seconds);
  out += in_minutes ? " min" : " s";
}

// The window is bounded: of one as long as the bound nothing is known but that it is no shorter.
void append_when(std::string& out, int seconds) {
  const bool at_bound = seconds >= gate::kLongestWindow;
  out += at_bound ? "in " : "in about ";
  append_duration(out, seconds);
  if (at_bound) out += " or later";
}

// `whom`: "for it ", or nothing.
void append_free_slot(std::string& out, std::string_view whom, int seconds) {
  out += "a slot should be free ";
  out += whom;
  append_when(out, seconds);
  out += "; end a task you no longer need, or try again then";
}

// Behind the counts: what it has waited for in vain, if it has.
void append_waited(std::string& out, const RefusedCreate& refused) {
  if (refused.stood_in_line && refused.stood_in_line->count() > 0) {
    out += ", and no slot came free for it in the ";
    append_duration(out, static_cast<int>(refused.stood_in_line->count()));
    out += " that it waited";
  }
  out += ": ";
}

void append_full(std::string& out, int live, int limit, int seconds) {
  if (limit == 0) {
    out += "the limit is 0, so that no task may be started until it is raised";
  } else if (live > limit) {
    out += std::to_string(live - limit + 1);
    out += " tasks have to end before a slot is free, which may be ";
    append_when(out, seconds);
    out += "; end tasks you no longer need, or try again then";
  } else {
    append_free_slot(out, "", seconds);
  }
}

void append_reached(std::string& out, int used, int limit) {
  out += std::to_string(used);
  out += '/';
  out += std::to_string(limit);
}

// Its cap, or else the slots that are free are owed to others.
void append_class_full(std::string& out, const RefusedCreate& refused) {
  const gate::Verdict& verdict = refused.verdict;
  const bool at_cap = verdict.class_used >= verdict.class_cap;
  out += "concurrent task limit reached for ";
  out += verdict.class_name;
  out += " (";
  if (at_cap) {
    append_reached(out, verdict.class_used, verdict.class_cap);
    out += ')';
  } else {
    append_reached(out, verdict.live.value_or(0), verdict.limit);
    out += " live, the free slots are kept for other tasks)";
  }
  append_waited(out, refused);
  if (verdict.retry.basis == gate::RetryBasis::closed) {
    out += "no slot can come free for it until the limits are changed";
    return;
  }
  append_free_slot(out, "for it ", verdict.retry.seconds);
}

void append_line_full(std::string& out, const gate::Verdict& verdict) {
  out += "concurrent task limit reached (";
  append_reached(out, verdict.live.value_or(0), verdict.limit);
  out += "), and the line for ";
  out += verdict.class_name;
  out += " is full: others wait already; ";
  append_free_slot(out, "", verdict.retry.seconds);
}

void append_limit_reached(std::string& out, const RefusedCreate& refused,
                          const config::Config& config) {
  const gate::Verdict& verdict = refused.verdict;
  if (verdict.reason == gate::RefusalReason::class_full) return append_class_full(out, refused);
  if (verdict.reason == gate::RefusalReason::line_full) return append_line_full(out, verdict);
  const int live = verdict.live.value_or(0);
  out += "concurrent task limit reached (";
  append_reached(out, live, verdict.limit);
  if (live < verdict.limit) {
    out += " live, ";
    out += std::to_string(verdict.reserved);
    out += " being created)";
    append_waited(out, refused);
    out += "the last slots are just being taken; try again in a few seconds";
    return;
  }
  out += ')';
  append_waited(out, refused);
  append_full(out, live, verdict.limit, verdict.retry.seconds);
  if (config.limit_is_upstreams) out += "; KC_MAX_TASKS sets the limit";
}

// By the vocabulary of taskgate_session_listings_total.
std::string_view fault_in_words(std::string_view fault) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{{
      {"timeout", "tmux does not answer in time"},
      {"permission_denied", "the gate may not ask tmux"},
      {"access_denied", "the gate may not ask tmux"},
      {"protocol_error", "tmux answers in a way that the gate does not understand"},
      {"blind", "the gate looks at another tmux than the tasks run in"},
      {"no_listing", "tmux has not been asked yet"},
  }};
  for (const auto& [name, words] : kWords) {
    if (name == fault) return words;
  }
  return "tmux cannot be asked by its socket";
}

void append_unknown(std::string& out, std::string_view fault) {
  out += "the number of live tasks is not known (";
  out += fault_in_words(fault);
  out +=
      "); try again in a few seconds, and if that does not help tell whoever runs this workspace: "
      "the gate's log has the cause";
}

}  // namespace

std::string refusal_words(const RefusedCreate& refused, const config::Config& config) {
  const gate::Verdict& verdict = refused.verdict;
  std::string out;
  out.reserve(kUsualLength + config.refuse.help.size());
  switch (verdict.decision) {
    case gate::Decision::draining:
      out += "the gate is shutting down and takes no more creates; try again shortly";
      break;
    case gate::Decision::unconfigured:
      out +=
          "the gate's configuration is faulty, and it takes no creates until that is mended; its "
          "log and status page say what is wrong";
      break;
    case gate::Decision::unknown:
      append_unknown(out, verdict.fault);
      break;
    default:
      append_limit_reached(out, refused, config);
  }
  if (!config.refuse.help.empty()) {
    out += ". ";
    out += config.refuse.help;
  }
  return out;
}

}  // namespace taskgate::proxy
