// Which requests create a task. Matching is done on the very bytes of the target that are
// forwarded, by the upstream's own rules of reading a path. Pure and immutable; any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "route/app_proxy.h"
#include "route/pattern.h"

namespace taskgate::route {

// How the upstream reads a target.
enum class Spelling : std::uint8_t {
  // Byte for byte, the query included; leading slashes collapse and `prefixes` are taken off
  // (kube-coder).
  exact,
  // As most frameworks do: query and fragment are dropped, percent-escapes decoded, dot segments
  // and repeated slashes removed, one trailing slash ignored, an absolute-form's authority dropped,
  // case ignored. Where frameworks differ (reading.h) the rule matches if any of the readings does.
  // Matches too much rather than too little: a create that the upstream answers 404 gives its slot
  // back at once. The rule's path and prefixes must be in normal form themselves: no slash at the
  // end, no "//", no dot segment, no '%', '\' or ';' (the configuration checks it).
  normalized,
};

// What becomes of a create that the upstream answers 2xx.
enum class Starts : std::uint8_t {
  task,       // sessions are started
  maybe,      // there may be none: so it proves nothing about the socket that the gate looks at
  elsewhere,  // a task comes soon by another door: nothing is reserved
};
const char* name_of(Starts starts);

// How many slots a create takes.
struct Slots {
  std::string pointer;  // into the JSON body (RFC 6901); empty: always `count`
  int count = 1;        // and where the pointer shows nothing
  int most = 1;         // that the pointer can ask for
  bool operator==(const Slots&) const = default;
};

// Where the answer to a create names the session that it started: `prefix` and the text or number
// that the pointer (RFC 6901) shows in its JSON body.
struct SessionName {
  std::string pointer;
  std::string prefix;
  bool operator==(const SessionName&) const = default;
};

// One kind of create.
struct Rule {
  std::string name;    // the metrics' and log's label: [a-z][a-z0-9-]*
  std::string method;  // case-sensitive
  Pattern path;
  // Each may stand once before the path, in this order: "/oauth".
  std::vector<std::string> prefixes;
  Spelling spelling = Spelling::exact;
  Duration settle{};  // how long after the answer a session may still be on its way
  Starts starts = Starts::task;
  Slots slots;
  // An answer of 3xx says that nothing was started. Own rules cannot say so: a framework redirects
  // after a create that went well.
  bool redirect_refuses = false;
  // The first that shows something names the session; none: the answer does not say.
  std::vector<SessionName> session;
  // The item must be asked first: GET this path (with the pattern's first variable filled in) and
  // create only when `kind_pointer` in the JSON answer equals `kind_creates`. Empty: always a
  // create.
  std::string kind_path;     // "/api/desktop/{id}"
  std::string kind_pointer;  // "/action/type"
  std::string kind_creates;  // "task"

  bool operator==(const Rule&) const = default;
};

// A match; `rule` lives as long as the table.
struct Match {
  const Rule* rule;
  // The target to ask for the kind; empty: no question, the request creates. A variable's value
  // that could be read in two ways (escapes, dot segments) is never asked about: the answer might
  // be about another item than the upstream's.
  std::string kind_target;
  // What the path's first variable stands for ("/api/webhooks/{id}": which webhook), for people:
  // decoded, and of at most kMostPathId bytes, the end of a longer one cut to "...". Any bytes;
  // empty: the rule has no variable.
  std::string path_id{};
};
inline constexpr std::size_t kMostPathId = 64;

class Table {
 public:
  Table() = default;
  // `ends`: requests that end tasks; of these rules method, path, prefixes and spelling say which.
  Table(std::vector<Rule> rules, std::vector<std::string> bodies_on_get,
        std::optional<AppProxy> app_proxy = std::nullopt, std::vector<Rule> ends = {})
      : rules_(std::move(rules)),
        bodies_on_get_(std::move(bodies_on_get)),
        app_proxy_(std::move(app_proxy)),
        ends_(std::move(ends)) {}

  // The rule under which the request creates a task, if any; the first one when several do. Called
  // for every request: a miss allocates nothing.
  std::optional<Match> match(std::string_view method, std::string_view target) const;

  // Whether the request ends a task, if its answer is 2xx: a hint that a slot may be free, and
  // nothing more.
  bool ends_task(std::string_view method, std::string_view target) const;

  // Whether GET and HEAD with a body are let through on this target. An entry that ends with '/'
  // stands for all that lies below it, another one for that path alone.
  bool allows_body_on_get(std::string_view target) const;

  // Whether the upstream itself would carry a request for this target, of whatever method, to this
  // port of its own machine.
  bool leads_to_port(std::string_view target, std::uint16_t port) const {
    return app_proxy_ && app_proxy_->leads_to(target, port);
  }

  const std::vector<Rule>& rules() const { return rules_; }
  std::vector<std::string> rule_names() const;  // in the rules' order
  const std::vector<std::string>& bodies_on_get() const { return bodies_on_get_; }
  const std::optional<AppProxy>& app_proxy() const { return app_proxy_; }
  const std::vector<Rule>& ends() const { return ends_; }

  // For `taskgate explain`: why the request is or is not a create, in sentences a person can
  // follow: a line each, the last one without a newline.
  std::string explain(std::string_view method, std::string_view target) const;

  bool operator==(const Table&) const = default;

 private:
  bool is_excepted(std::string_view target, const std::vector<std::string>& prefixes) const;
  bool has_prefix_inside(std::string_view path) const;

  std::vector<Rule> rules_;
  std::vector<std::string> bodies_on_get_;
  std::optional<AppProxy> app_proxy_;
  std::vector<Rule> ends_;
};

// The built-in list `kube-coder`: the first upstream's creating routes.
Table kube_coder();

}  // namespace taskgate::route
