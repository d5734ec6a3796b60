#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "proxy/admission.h"
#include "tmux/lister.h"

namespace taskgate::cli {
namespace {

tmux::Listing list_once(const config::Config& config) {
  asio::io_context loop(1);
  std::optional<tmux::Listing> result;
  tmux::Lister lister(loop, proxy::lister_settings(config), [&](const tmux::Listing& listing) {
    result = listing;
    loop.stop();
  });
  lister.begin();
  loop.run();
  return *result;
}

void print(const tmux::Listing& listing) {
  std::printf("%-7s %-6s %-9s %-8s %s\n", "COUNTS", "ID", "SERVER", "AGE", "NAME");
  for (const tmux::Session& session : listing.sessions) {
    const auto age = std::chrono::seconds(std::time(nullptr) - session.created);
    std::printf("%-7s $%-5llu %-9d %-8s %s\n", session.matches ? "yes" : "no",
                static_cast<unsigned long long>(session.id), session.server,
                format_duration(age).c_str(), printable(session.name).c_str());
  }
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ", ").append(printable(text));
  return all;
}

// A zero is looked into: was it the right socket that was asked, and the right pattern?
void print_what_was_asked(const config::Config& config) {
  std::printf("asked: %s (tmux.socket)\ncounts: %s (tmux.match)\n",
              joined(config.tmux.socket).c_str(), joined(config.tmux.match).c_str());
}

}  // namespace

int sessions(const Words& flags) {
  const auto loaded = load_or_complain(flags);
  if (!loaded) return kUsage;
  const tmux::Listing listing = list_once(loaded->config);
  if (!listing.known()) {
    std::fprintf(stderr, "unknown (%s): %s\n", tmux::name_of(*listing.fault),
                 printable(listing.detail).c_str());
    return kFailed;
  }
  print(listing);
  std::printf("%d live of %d allowed\n", listing.live, loaded->config.limit);
  if (listing.live == 0) print_what_was_asked(loaded->config);
  return kOk;
}

}  // namespace taskgate::cli
