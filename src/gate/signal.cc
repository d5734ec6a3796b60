#include "gate/signal.h"

namespace taskgate::gate {
namespace {

constexpr const char* kBlindDetail =
    "creates succeed but nothing changes on the tmux socket: the upstream's tmux uses another one; "
    "check tmux.socket, TMUX_TMPDIR of the upstream's container and the shared volume";

}  // namespace

bool Signal::observe(const tmux::Listing& listing) {
  const bool brings_count = listing.known() && !(good_ && listing.began < good_->began);
  if (brings_count) {
    good_ = {listing.began, listing.live};
    if (listing.question == tmux::Question::details) {
      details_began_ = listing.began;
      details_wall_ = listing.wall;
    }
  }
  if (!tried_ || listing.began >= tried_->began) {
    tried_ = {listing.began, listing.ended};
    fault_ = listing.fault;
    detail_ = listing.detail;
  }
  return brings_count;
}

void Signal::forget() {
  *this = Signal();
}

Basis Signal::basis(TimePoint now, Duration hold, bool blind) const {
  if (!tried_) return {SignalState::none, 0, now};
  // A fault names its cause; the last good count is that of a gate that does not see.
  if (blind) return {fault_ ? SignalState::unknown : SignalState::blind, 0, now};
  if (!fault_) return {SignalState::known, good_->live, now};
  if (good_ && now - good_->began < hold) return {SignalState::held, good_->live, now};
  return {SignalState::unknown, 0, now};
}

std::optional<Duration> Signal::age(TimePoint now) const {
  return good_ ? std::optional(now - good_->began) : std::nullopt;
}

std::string Signal::fault_name(SignalState state) const {
  if (state == SignalState::blind) return "blind";
  if (state == SignalState::none) return "no_listing";
  return fault_ ? tmux::name_of(*fault_) : "";
}

std::string Signal::fault_detail(SignalState state) const {
  if (state == SignalState::blind) return kBlindDetail;
  if (state == SignalState::none) return "no listing of the tmux sessions has been made yet";
  return detail_;
}

void Signal::show(Snapshot& shot, const Basis& on) const {
  shot.signal = on.signal;
  shot.signal_fault = fault_name(on.signal);
  shot.signal_detail = fault_detail(on.signal);
  shot.signal_age = age(on.at);
  if (details_began_) shot.details_age = on.at - *details_began_;
  shot.details_wall = details_wall_;
  if (on.counts()) shot.live = on.live;
}

}  // namespace taskgate::gate
