#include "proxy/admission.h"

#include <utility>

#include "base/log.h"
#include "config/values.h"

namespace taskgate::proxy {
namespace {

constexpr Duration kRefreshAge = std::chrono::seconds(1);
constexpr std::size_t kSpareWakes = 64;

// An answer to the long request that makes no sense, of a tmux to come for one, says nothing of the
// short one, which decides.
bool cannot_be_read(const tmux::Listing& listing) {
  return listing.question == tmux::Question::details &&
         listing.fault == tmux::Fault::protocol_error;
}

std::vector<gate::ClassRule> class_rules(const config::Config& config) {
  std::vector<gate::ClassRule> rules;
  for (const config::Config::Class& each : config.classes) {
    rules.push_back({each.name, each.floor, each.cap.value_or(gate::ClassRule{}.cap), each.wait,
                     each.max_wait, each.places});
  }
  return rules;
}

gate::Settings gate_settings(const config::Config& config) {
  return {.limit = config.limit,
          .wait = config.admission.wait,
          .settle = config.admission.settle,
          .hold = config.tmux.hold,
          .admit_unknown = config.tmux.on_unknown == config::OnUnknown::admit,
          .configured = config.configured,
          .observe = config.mode == config::Mode::observe,
          .classes = class_rules(config),
          .inherited_class = config.inherited_class,
          .look = config.admission.look};
}

std::int64_t wall_seconds() {
  return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
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
                     observe::Metrics& metrics, observe::History& history, net::HangupWatch& watch)
    : loop_(loop),
      metrics_(metrics),
      history_(history),
      watch_(watch),
      gate_(gate_settings(config), wall_seconds()),
      lister_(
          loop, lister_settings(config),
          [this](const tmux::Listing& listing) { on_listing(listing); },
          [this] { return next_question(); }),
      next_(loop) {}

Admission::Wake Admission::take_wake() {
  if (spare_wakes_.empty()) {
    spare_wakes_.push_back(std::make_unique<Timer>(loop_, TimePoint::max()));
  }
  Timer* const wake = spare_wakes_.back().release();
  spare_wakes_.pop_back();
  return {wake, {spare_wakes_}};
}

void Admission::KeepWake::operator()(Timer* wake) const {
  std::unique_ptr<Timer> kept(wake);
  if (spare.size() < kSpareWakes) spare.push_back(std::move(kept));
}

Admission::Asking::Asking(Admission& admission, const gate::Demand& demand, int client,
                          TimePoint now)
    : admission_(admission),
      client_(client),
      wake_(admission.take_wake()),
      guard_(admission.watch_, client, [this] { withdraw(); }),
      ticket_(admission.gate_, demand, now, [this] { wake_->cancel(); }) {
  admission.pump();
}

void Admission::Asking::withdraw() {
  is_withdrawn_ = true;
  wake_->cancel();
}

gate::Verdict Admission::Asking::conclude(TimePoint now) {
  const gate::Gate& gate = admission_.gate_;
  gate::Verdict verdict =
      ticket_.verdict() != nullptr ? *ticket_.verdict() : gate.withdrawn(ticket_, now);
  reservation_ = ticket_.take_reservation();
  // It may have left a moment ago. Nothing was sent yet, so there is nothing to be carried to its
  // end.
  if (reservation_ && net::was_reset(client_)) {
    admission_.not_sent(reservation_);
    verdict = gate.withdrawn(ticket_, now);
  }
  admission_.history_.decided(verdict, now);
  return verdict;
}

void Admission::not_sent(gate::Reservation& reservation) {
  reservation.not_sent(Clock::now());
  pump();
}

std::optional<gate::SocketCheck::Claim> Admission::answered(gate::Reservation& reservation,
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

void Admission::succeeded(const gate::SocketCheck::Claim& claim) {
  gate_.succeeded(claim);
  if (snapshot().live == 0 && !lister_.running()) list();
}

void Admission::hint() {
  if (!has_waiting()) return;
  hinted_ = lister_.has_begun();
  if (!hinted_) list();
}

void Admission::list() {
  hinted_ = false;
  lister_.begin(gate_.asks_for_others());
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

// The long request is for those who look, and gives way to creates that wait now: the short one
// costs half. It does so once, or a storm would keep the scrapes waiting until they fail. Then the
// long one serves the creates as well: it has begun after them, and holds the same ids and names,
// of one moment, since tmux runs a command as a whole.
tmux::Question Admission::next_question() {
  if (refreshers_.empty() || details_unreadable_) return tmux::Question::names;
  const auto due = gate_.next_listing();
  const bool create_waits = due && *due <= Clock::now();
  if (create_waits && !std::exchange(gave_way_, true)) return tmux::Question::names;
  return tmux::Question::details;
}

void Admission::on_listing(const tmux::Listing& listing) {
  metrics_.listing(listing);
  details_unreadable_ = details_unreadable_ || cannot_be_read(listing);
  if (!cannot_be_read(listing)) take(listing);
  pump();
  if (lister_.running()) return;
  if (hinted_) {
    list();
  } else if (!refreshers_.empty()) {
    lister_.begin();
  }
}

void Admission::take(const tmux::Listing& listing) {
  gate_.apply(listing);
  history_.listed(snapshot(), Clock::now(), std::chrono::system_clock::now());
  report_changes();
  const bool tells_all = listing.question == tmux::Question::details || !listing.known();
  if (tells_all || details_unreadable_) answer_refreshers(listing);
}

void Admission::answer_refreshers(const tmux::Listing& listing) {
  looked_ = listing.ended;
  gave_way_ = false;
  details_unreadable_ = false;
  for (auto& done : std::exchange(refreshers_, {})) done();
}

void Admission::refresh(std::function<void()> done) {
  if (looked_ != TimePoint{} && Clock::now() - looked_ < kRefreshAge) return done();
  refreshers_.push_back(std::move(done));
  if (!lister_.running()) list();
}

void Admission::configure(const config::Config& config) {
  if (lister_.configure(lister_settings(config))) {
    gate_.forget_count();
    looked_ = {};
  }
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
