// Time and listings for tests of the gate: a clock that is a number, sessions made up on the spot.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gate/gate.h"

namespace taskgate::gate::test {

inline TimePoint at(double milliseconds) {
  return TimePoint{} + std::chrono::hours(1) +
         std::chrono::duration_cast<Duration>(
             std::chrono::duration<double, std::milli>(milliseconds));
}

inline double number_of(TimePoint moment) {
  return std::chrono::duration<double, std::milli>(moment - at(0)).count();
}

inline Settings settings(int limit) {
  Settings made;
  made.limit = limit;
  return made;
}

// Unix seconds; the listings below are made from a thousand seconds later on.
inline constexpr std::int64_t kSessionsBorn = 1'795'448'000;

inline tmux::Session session(std::uint64_t id, bool matches = true, std::int32_t server = 100) {
  tmux::Session made;
  made.id = id;
  made.server = server;
  made.created = kSessionsBorn + static_cast<std::int64_t>(id);
  made.name = (matches ? "kube-coder-" : "other-") + std::to_string(id);
  made.matches = matches;
  return made;
}

inline tmux::Listing listing_of(std::vector<tmux::Session> sessions, double began,
                                double ended = -1) {
  tmux::Listing listing;
  listing.began = at(began);
  listing.ended = at(ended < 0 ? began + 0.1 : ended);
  listing.wall = kSessionsBorn + 1000 + static_cast<std::int64_t>(began / 1000);
  tmux::ServerMark server;
  server.path = "/run/tmux/default";
  server.inode = 7;
  for (const tmux::Session& each : sessions) {
    server.pid = each.server;
    server.has_sessions = true;
    server.highest_id = std::max(server.highest_id, each.id);
    if (each.matches) ++listing.live;
  }
  listing.servers.push_back(server);
  listing.sessions = std::move(sessions);
  return listing;
}

// `count` matching sessions with ids from 1 on.
inline tmux::Listing live(int count, double began, double ended = -1) {
  std::vector<tmux::Session> sessions;
  for (int i = 1; i <= count; ++i) sessions.push_back(session(static_cast<std::uint64_t>(i)));
  return listing_of(std::move(sessions), began, ended);
}

inline tmux::Listing failed(tmux::Fault fault, double began, double ended = -1) {
  tmux::Listing listing;
  listing.began = at(began);
  listing.ended = at(ended < 0 ? began + 0.1 : ended);
  listing.fault = fault;
  listing.detail = "the tmux server does not answer";
  return listing;
}

}  // namespace taskgate::gate::test
