// A Lister with its loop, driven by the test.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/catch.h"
#include "tmux/lister.h"

namespace taskgate::tmux::testing {

// Long enough for a busy machine: tests wait for events, and this bound is only met by a fault.
inline constexpr std::chrono::seconds kPatience{30};

// As where the kernel's table of listeners cannot be had.
inline ListerSettings settings_for(std::vector<std::string> sockets, Duration timeout = kPatience) {
  return {.sockets = std::move(sockets),
          .match = {"kube-coder-*"},
          .timeout = timeout,
          .hold = std::chrono::seconds(10),
          .shares_namespace = false,
          .listeners = [] { return ListenerTable{}; }};
}

// Runs the loop until `done`.
inline void run_until(asio::io_context& loop, const std::function<bool()>& done) {
  const TimePoint give_up = Clock::now() + kPatience;
  while (!done() && Clock::now() < give_up) {
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(100));
  }
  REQUIRE(done());
}

struct Driver {
  explicit Driver(ListerSettings settings)
      : lister(
            loop, std::move(settings),
            [this](const Listing& listing) {
              listings.push_back(listing);
              if (on_listing) on_listing();
            },
            [this] { return question; }) {}

  void run_until(const std::function<bool()>& done) { testing::run_until(loop, done); }

  // Makes one listing and gives it.
  Listing list() {
    const std::size_t before = listings.size();
    lister.begin();
    REQUIRE(listings.size() == before);  // never from inside begin()
    run_until([&] { return listings.size() > before; });
    return listings.back();
  }

  asio::io_context loop{1};
  std::vector<Listing> listings;
  std::function<void()> on_listing;
  Question question = Question::names;
  Lister lister;
};

inline std::string fault_of(const Listing& listing) {
  return listing.fault ? name_of(*listing.fault) : "known";
}

inline std::vector<std::string> names_of(const Listing& listing) {
  std::vector<std::string> names;
  for (const Session& session : listing.sessions) names.push_back(session.name);
  return names;
}

}  // namespace taskgate::tmux::testing
