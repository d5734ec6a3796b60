// Drives the gate: makes listings when a create, a scrape or the status page needs one, wakes the
// creates that were decided, and says in the log when the signal changes. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "config/config.h"
#include "gate/gate.h"
#include "net/hangup_watch.h"
#include "observe/history.h"
#include "observe/metrics.h"
#include "proxy/create.h"
#include "tmux/lister.h"

namespace taskgate::proxy {

// What the configuration says to the sequencer of listings; `taskgate sessions` lists by the same.
tmux::ListerSettings lister_settings(const config::Config& config);

class Admission {
 public:
  // A create whose body is in, for as long as it waits for its decision.
  class Asking;

  Admission(asio::io_context& loop, const config::Config& config, observe::Metrics& metrics,
            observe::History& history, net::HangupWatch& watch);

  gate::ClassId class_id(std::string_view name) { return gate_.class_id(name); }

  // Whether a create waits for its decision.
  bool has_waiting() const { return gate_.has_waiting(); }
  // A task may have ended: those that stand in line are to be told by a listing that begins now.
  void hint();

  // Calls `done` once the gate knows a listing with details that is at most a second old, or knows
  // that it cannot have one.
  void refresh(std::function<void()> done);

  void configure(const config::Config& config);
  void drain();
  void resume() { gate_.resume(); }
  gate::Snapshot snapshot() const { return gate_.snapshot(Clock::now()); }
  gate::Snapshot snapshot_with_holders() const { return gate_.snapshot_with_holders(Clock::now()); }

 private:
  friend class Create;
  // How a reservation ends (gate.h); each may let others pass.
  void not_sent(gate::Reservation& reservation);
  std::optional<gate::SocketCheck::Claim> answered(gate::Reservation& reservation, int status);
  void lost(gate::Reservation& reservation);
  // A create turned out well (one that may start nothing never does, so this is not called). Judged
  // by a listing of its own where none of its kind was live: later, the task may have ended and
  // would leave no trace.
  void succeeded(const gate::SocketCheck::Claim& claim);
  // Which session it has started, as Gate::session_named() has it; nobody gets a slot by that.
  void session_named(std::uint64_t reservation_id, std::string_view name, gate::Maker maker) {
    gate_.session_named(reservation_id, name, std::move(maker), Clock::now());
  }

  // Wakes one that waits. Those that were used are kept for the next ones: a new one has to look
  // for the loop's timers among all that the loop has, by name.
  struct KeepWake {
    std::vector<std::unique_ptr<Timer>>& spare;
    void operator()(Timer* wake) const;
  };
  using Wake = std::unique_ptr<Timer, KeepWake>;
  Wake take_wake();

  void pump();
  void list();
  void begin_at(TimePoint when);
  tmux::Question next_question();
  void on_listing(const tmux::Listing& listing);
  void take(const tmux::Listing& listing);
  void answer_refreshers(const tmux::Listing& listing);
  void report_abandoned();
  void report_changes();
  void report_signal(const gate::Snapshot& now);

  asio::io_context& loop_;
  observe::Metrics& metrics_;
  observe::History& history_;
  net::HangupWatch& watch_;
  gate::Gate gate_;
  tmux::Lister lister_;
  Timer next_;
  std::vector<std::unique_ptr<Timer>> spare_wakes_;
  // Those who look, and when they were answered last.
  std::vector<std::function<void()>> refreshers_;
  TimePoint looked_{};
  bool gave_way_ = false;            // to creates, since then
  bool details_unreadable_ = false;  // for those who look now
  bool hinted_ = false;              // while a listing ran, which had begun too early
  // What the log has said last.
  gate::SignalState reported_signal_ = gate::SignalState::none;
  std::string reported_fault_;
  bool reported_match_wrong_ = false;
  std::uint64_t reported_abandoned_ = 0;
};

// Waited for by the coroutine that asks, which needs no other one for that.
class Admission::Asking {
 public:
  // `client`: its socket. When that has reset the connection the create is withdrawn.
  Asking(Admission& admission, const gate::Demand& demand, int client, TimePoint now);
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  void withdraw();
  // While it is true wake() is to be waited for, and asked again.
  bool waits() const { return ticket_.verdict() == nullptr && !is_withdrawn_; }
  Timer& wake() { return *wake_; }
  // What became of it, once.
  gate::Verdict conclude(TimePoint now);
  // Behind that, once: what was admitted, or none.
  bool is_admitted() const { return static_cast<bool>(reservation_); }
  Create take() { return {admission_, std::move(reservation_)}; }

 private:
  Admission& admission_;
  const int client_;
  bool is_withdrawn_ = false;
  const Wake wake_;
  const net::HangupWatch::Guard guard_;
  gate::Ticket ticket_;
  gate::Reservation reservation_;
};

}  // namespace taskgate::proxy
