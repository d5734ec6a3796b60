// The effective configuration: a value, made once by load() and swapped whole at a reload.
// docs/configuration.md describes each key for users.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "route/class_match.h"
#include "route/table.h"

namespace taskgate::config {

struct Address {
  // A literal IPv4 or IPv6 address without brackets, or a name to be resolved. "::" is all
  // addresses, IPv4 ones too.
  std::string host;
  std::uint16_t port = 0;  // 0: any free one (listen and admin only)

  bool operator==(const Address&) const = default;
};
std::string to_string(const Address& address);  // "127.0.0.1:6080", "[::]:6090"

enum class Mode : std::uint8_t { enforce, observe };
enum class OnUnknown : std::uint8_t { reject, admit };
enum class AccessLog : std::uint8_t { all, gated, none };

struct Config {
  Address listen{"::", 6090};
  Address upstream{"127.0.0.1", 6080};
  Address admin{"::", 9464};
  int limit = 12;
  Mode mode = Mode::enforce;
  bool limit_is_upstreams = false;  // it came from KC_MAX_TASKS, which the upstream reads too

  struct Admission {
    Duration wait = std::chrono::seconds(2);
    Duration settle = std::chrono::seconds(5);
    std::size_t body_limit = 1024 * 1024;
    std::size_t body_total = 16 * 1024 * 1024;
    Duration look = std::chrono::milliseconds(250);

    bool operator==(const Admission&) const = default;
  } admission;

  // A class of creates. What none of them takes is of the class "default", whether one is of that
  // name or not.
  struct Class {
    std::string name;
    route::ClassMatch match;  // of "default": nothing
    int floor = 0;            // slots that no other class may take
    std::optional<int> cap;   // slots at most; unset: the limit
    Duration wait{};          // in line; 0: refused at once
    Duration max_wait{};      // that `Prefer: wait` can ask for; 0: `wait`
    int places = 100;         // in line

    bool operator==(const Class&) const = default;
  };
  std::vector<Class> classes;   // in the order in which the line is served
  std::string inherited_class;  // of sessions that no create is known to have made; empty: none

  struct Refuse {
    int unknown_status = 503;
    std::string help;  // at the end of each refusal's sentence

    bool operator==(const Refuse&) const = default;
  } refuse;

  struct Tmux {
    std::vector<std::string> socket;  // sockets, or folders of sockets; never empty
    std::vector<std::string> match{"kube-coder-*"};
    Duration timeout = std::chrono::seconds(1);
    Duration hold = std::chrono::seconds(10);
    OnUnknown on_unknown = OnUnknown::reject;

    bool operator==(const Tmux&) const = default;
  } tmux;

  struct Timeouts {
    Duration head = std::chrono::seconds(10);
    Duration body = std::chrono::seconds(60);
    Duration connect = std::chrono::seconds(2);
    Duration response{};  // 0: none
    Duration create = std::chrono::seconds(120);
    Duration idle{};                                  // 0: none
    Duration keep_alive = std::chrono::seconds(700);  // silence between two requests of a client
    Duration upstream_keep_alive{};  // the same towards the upstream; 0: one request a connection

    bool operator==(const Timeouts&) const = default;
  } timeouts;

  struct Limits {
    std::size_t head = 64 * 1024;
    std::size_t fields = 100;
    std::size_t connections = 10'000;
    std::size_t held = 32 * 1024 * 1024;

    bool operator==(const Limits&) const = default;
  } limits;

  struct Drain {
    Duration timeout = std::chrono::seconds(25);
    Duration notice = std::chrono::seconds(3);

    bool operator==(const Drain&) const = default;
  } drain;

  bool forwarded = false;

  struct Log {
    log::Level level = log::Level::info;
    AccessLog access = AccessLog::gated;

    bool operator==(const Log&) const = default;
  } log;

  // Where the gate runs, for those who look at one of many; empty: not said.
  struct Identity {
    std::string pod;
    std::string name_space;
    std::string workspace;

    bool operator==(const Identity&) const = default;
  } identity;

  route::Table routes = route::kube_coder();
  std::string routes_name = "kube-coder";  // the built-in list they start from; "none": without

  std::string file;        // where it was read from; empty: no file
  bool configured = true;  // false: that file is faulty, and what it should say is not known

  bool operator==(const Config&) const = default;
};

}  // namespace taskgate::config
