#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/writer.h"
#include "config/print.h"
#include "proxy/admission.h"
#include "tmux/lister.h"
#include "view/words.h"

namespace taskgate::cli {
namespace {

std::string listed(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ", ").append(printable(text));
  return all;
}

tmux::Listing list_once(const config::Config& config, tmux::Question question) {
  asio::io_context loop(1);
  std::optional<tmux::Listing> result;
  const auto keep = [&](const tmux::Listing& listing) {
    result = listing;
    loop.stop();
  };
  tmux::Lister lister(loop, proxy::lister_settings(config), keep, [question] { return question; });
  lister.begin();
  loop.run();
  return *result;
}

// The names alone where the server's details make no sense.
tmux::Listing list_sessions(const config::Config& config) {
  tmux::Listing listing = list_once(config, tmux::Question::details);
  if (listing.fault != tmux::Fault::protocol_error) return listing;
  return list_once(config, tmux::Question::names);
}

// Up to now, by a clock that may have been set back.
std::string since(std::int64_t moment) {
  return view::age_in_words(std::time(nullptr) - moment);
}

std::string silence_of(const tmux::Session& session) {
  if (!session.details || !session.details->silent_since) return "?";
  return since(*session.details->silent_since);
}

std::string state_of(const tmux::Session& session) {
  if (!session.details) return "";
  std::vector<std::string> words;
  if (session.details->ended.value_or(false)) words.emplace_back("ended");
  if (!session.details->view_of.empty()) {
    words.push_back("second view of " + session.details->view_of);
  }
  if (session.details->attached) words.emplace_back("attached");
  return listed(words);
}

void print(const tmux::Listing& listing) {
  std::vector<Writer::Row> rows{{"COUNTS", "ID", "SERVER", "AGE", "IDLE", "SESSION", "STATE"}};
  for (const tmux::Session& session : listing.sessions) {
    rows.push_back({session.matches ? "yes" : "no", "$" + std::to_string(session.id),
                    std::to_string(session.server), since(session.created), silence_of(session),
                    printable(session.name), state_of(session)});
  }
  leave_out_empty_columns(rows);
  const TextStyle plain;
  Writer out(plain);
  out.table(rows);
  std::fputs(out.take().c_str(), stdout);
}

// Was it the right socket that was asked, and the right pattern?
void print_what_was_asked(const config::Loaded& loaded, std::FILE* to) {
  const auto& tmux = loaded.config.tmux;
  const auto origin = [&](const char* key) { return printable(config::origin_of(loaded, key)); };
  std::fprintf(to, "asked: %s (tmux.socket: %s)\ncounts: %s (tmux.match: %s)\n",
               listed(tmux.socket).c_str(), origin("tmux.socket").c_str(),
               listed(tmux.match).c_str(), origin("tmux.match").c_str());
}

int unknown(const tmux::Listing& listing, const config::Loaded& loaded) {
  std::fprintf(stderr, "unknown (%s): %s\n", tmux::name_of(*listing.fault),
               printable(listing.detail).c_str());
  print_what_was_asked(loaded, stderr);
  return kFailed;
}

}  // namespace

int sessions(const Words& words) {
  Words flags = words;
  const bool asked = take_flag(flags, "--asked");
  const auto loaded = load_to_read(flags);
  if (!loaded) return kUsage;
  const tmux::Listing listing = list_sessions(loaded->config);
  if (!listing.known()) return unknown(listing, *loaded);
  if (!listing.sessions.empty()) print(listing);
  std::printf("%d live of %d allowed\n", listing.live, loaded->config.limit);
  if (asked || listing.live == 0) print_what_was_asked(*loaded, stdout);
  return kOk;
}

}  // namespace taskgate::cli
