#include "proxy/admission.h"

#include <utility>

#include "base/log.h"
#include "config/values.h"

namespace taskgate::proxy {
namespace {

constexpr Duration kRefreshAge = std::chrono::seconds(1);

gate::Settings gate_settings(const config::Config& config) {
  return {.limit = config.limit,
          .wait = config.admission.wait,
          .settle = config.admission.settle,
          .hold = config.tmux.hold,
          .admit_unknown = config.tmux.on_unknown == config::OnUnknown::admit,
          .configured = config.configured};
}

}  // namespace

tmux::ListerSettings lister_settings(const config::Config& config) {
  return {.sockets = config.tmux.socket,
          .match = config.tmux.match,
          .timeout = config.tmux.timeout,
          .hold = config.tmux.hold,
          .shares_namespace = config::is_loopback(config.upstream)};
}

Admission::Admission(asio::io_context& loop, const config::Config& config,
                     observe::Metrics& metrics, observe::History& history, ClientWatch& watch)
    : loop_(loop),
      metrics_(metrics),
      history_(history),
      watch_(watch),
      gate_(gate_settings(config)),
      lister_(loop, lister_settings(config),
              [this](const tmux::Listing& listing) { on_listing(listing); }),
      next_(loop) {}

Task<gate::Reservation> Admission::admit(gate::Demand demand, int client, Withdrawal& withdrawal,
                                         std::optional<gate::Verdict>& verdict) {
  Timer wake(loop_, TimePoint::max());
  withdrawal.wake_ = &wake;
  const ClientWatch::Guard guard(watch_, client, [&withdrawal] { withdrawal.ask(); });
  gate::Ticket ticket(gate_, demand, Clock::now(), [&wake] { wake.cancel(); });
  pump();
  while (ticket.verdict() == nullptr && !withdrawal.asked_) {
    co_await wake.async_wait(kTask);
  }
  withdrawal.wake_ = nullptr;
  if (ticket.verdict() != nullptr) {
    verdict = *ticket.verdict();
  } else {
    verdict.emplace().decision = gate::Decision::withdrawn;
  }
  gate::Reservation reservation = ticket.take_reservation();
  // It may have left a moment ago. Nothing was sent yet, so there is nothing to be carried to its
  // end.
  if (reservation && was_reset(client)) {
    not_sent(reservation);
    verdict->decision = gate::Decision::withdrawn;
  }
  history_.decided(*verdict, Clock::now());
  co_return reservation;
}

void Admission::not_sent(gate::Reservation& reservation) {
  reservation.not_sent(Clock::now());
  pump();
}

std::optional<gate::Plausibility::Claim> Admission::answered(gate::Reservation& reservation,
                                                             int status) {
  const auto claim = reservation.answered(status, Clock::now());
  pump();
  return claim;
}

void Admission::lost(gate::Reservation& reservation) {
  reservation.lost(Clock::now());
  report_abandoned();
  pump();
}

void Admission::succeeded(const gate::Plausibility::Claim& claim) {
  gate_.succeeded(claim);
  if (snapshot().live == 0 && !lister_.running()) list();
}

void Admission::pump() {
  if (lister_.running()) return;  // its end pumps again
  if (const auto when = gate_.next_listing()) begin_at(*when);
}

void Admission::begin_at(TimePoint when) {
  if (when <= Clock::now()) {
    next_.cancel();
    list();
    return;
  }
  next_.expires_at(when);
  next_.async_wait([this](ErrorCode error) {
    if (!error) pump();
  });
}

void Admission::on_listing(const tmux::Listing& listing) {
  last_listing_ = listing.ended;
  metrics_.listing(listing);
  gate_.apply(listing);
  history_.listed(snapshot(), Clock::now());
  report_changes();
  pump();
  for (auto& done : std::exchange(refreshers_, {})) done();
}

void Admission::refresh(std::function<void()> done) {
  if (last_listing_ != TimePoint{} && Clock::now() - last_listing_ < kRefreshAge) return done();
  refreshers_.push_back(std::move(done));
  if (!lister_.running()) list();
}

void Admission::configure(const config::Config& config) {
  lister_.configure(lister_settings(config));
  gate_.configure(gate_settings(config), Clock::now());
  pump();
}

void Admission::drain() {
  gate_.drain(Clock::now());
}

void Admission::report_abandoned() {
  for (; reported_abandoned_ < gate_.abandoned_total(); ++reported_abandoned_) {
    metrics_.reservation_abandoned();
  }
}

void Admission::report_changes() {
  report_abandoned();
  const gate::Snapshot now = snapshot();
  if (now.signal != reported_signal_ || now.signal_fault != reported_fault_) report_signal(now);
  if (now.match_wrong && !reported_match_wrong_) {
    log::error("match_wrong")
        .field("detail",
               "creates succeed and sessions appear, but under no name that tmux.match takes: "
               "check tmux.match");
  }
  reported_match_wrong_ = now.match_wrong;
}

void Admission::report_signal(const gate::Snapshot& now) {
  using gate::SignalState;
  reported_signal_ = now.signal;
  reported_fault_ = now.signal_fault;
  const log::Level level = now.signal == SignalState::known  ? log::Level::info
                           : now.signal == SignalState::held ? log::Level::warning
                                                             : log::Level::error;
  log::Event event(level, "signal");
  event.field("state", gate::name_of(now.signal));
  if (!now.signal_fault.empty()) event.field("fault", now.signal_fault);
  if (!now.signal_detail.empty()) event.field("detail", now.signal_detail);
  if (now.live) event.field("live", *now.live);
  event.field("limit", now.limit);
}

}  // namespace taskgate::proxy
