#include "config/load.h"

#include "config/checks.h"
#include "config/draft.h"
#include "config/environment.h"
#include "config/file.h"
#include "config/flags.h"

namespace taskgate::config {
namespace {

// Which file to read, and who named it; the default one may be missing.
struct Choice {
  std::string path;
  std::string named_by;  // empty: the default
};

Choice choose_file(const Sources& sources, const Flags& flags) {
  if (flags.file) return {*flags.file, "--config"};
  if (const auto named = sources.variable(kFileVariable)) {
    return {*named, std::string(kFileVariable)};
  }
  return {std::string(kDefaultFile), ""};
}

void read_chosen(const Sources& sources, const Choice& choice, Draft& draft) {
  if (choice.path.empty()) {
    draft.error(choice.named_by, "is empty; name a file, or leave it out");
    return;
  }
  const auto text = sources.read_file(choice.path);
  if (text) {
    draft.config().file = choice.path;
    apply_file(choice.path, *text, draft);
    return;
  }
  const bool is_missing = text.error() == boost::system::errc::no_such_file_or_directory;
  if (choice.named_by.empty() && is_missing) return;
  const std::string named_by = choice.named_by.empty() ? "" : choice.named_by + ": ";
  const bool is_silent = text.error() == boost::system::errc::no_message_available;
  draft.error(named_by + choice.path,
              is_silent
                  ? "is a pipe out of which nothing, or no end, came; check what writes into it"
                  : "cannot be read: " + text.error().message());
}

// tmux's own rule for its socket (tmux(1), TMUX_TMPDIR and -L): an empty variable is no variable.
void set_default_socket(const Sources& sources, Draft& draft) {
  const auto variable = sources.variable("TMUX_TMPDIR");
  const bool is_named = variable && !variable->empty();
  const std::string socket = (is_named ? *variable : std::string("/tmp")) + "/tmux-" +
                             std::to_string(sources.uid) + "/default";
  draft.set(*find_key("tmux.socket"), {{socket, is_named ? "TMUX_TMPDIR" : "tmux.socket"}});
}

void check(const Sources& sources, Draft& draft) {
  if (sources.use == Use::serving) check_together(draft);
}

// What variables and flags say over the file, and the checks of it all.
void complete(const Sources& sources, const Flags& flags, Draft& draft) {
  apply_environment(sources, draft);
  apply_flags(flags, draft);
  draft.config().limit_is_upstreams = draft.place_of("limit") == kUpstreamLimit;
  const bool has_socket = draft.is_set("tmux.socket") || draft.is_faulty("tmux.socket");
  if (!has_socket) set_default_socket(sources, draft);
  check(sources, draft);
}

// What is left of `draft` without the faults of its file.
boost::system::result<Loaded, Errors> without_faults(const Sources& sources, const Flags& flags,
                                                     const std::string& file, const Draft& draft) {
  Draft bare;
  complete(sources, flags, bare);
  if (!bare.errors().empty()) return Errors{draft.errors()};
  Draft mended = draft;
  mended.replace_faulty(bare);
  check(sources, mended);
  const Draft& rest = mended.errors().empty() ? mended : bare;
  Config config = rest.config();
  config.file = file;
  config.configured = false;
  return Loaded{std::move(config), file, rest.places(), draft.warnings(), draft.errors()};
}

}  // namespace

std::string file_of(const Sources& sources) {
  return choose_file(sources, parse_flags(sources.flags)).path;
}

boost::system::result<Loaded, Errors> load(const Sources& sources) {
  Draft draft;
  const Flags flags = parse_flags(sources.flags);
  const Choice file = choose_file(sources, flags);
  read_chosen(sources, file, draft);
  complete(sources, flags, draft);
  if (draft.errors().empty()) {
    return Loaded{draft.config(), file.path, draft.places(), draft.warnings(), {}};
  }
  if (!file.named_by.empty() && sources.use != Use::asking) return Errors{draft.errors()};
  return without_faults(sources, flags, file.path, draft);
}

}  // namespace taskgate::config
