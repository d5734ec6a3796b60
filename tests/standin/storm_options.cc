#include "standin/storm_options.h"

#include <netdb.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <memory>

#include "support/flags.h"
#include "support/number.h"

namespace taskgate::standin {
namespace {

using test::UsageError;

int number(const std::string& value) {
  const auto parsed = test::to_number(value);
  if (!parsed || *parsed > 1'000'000'000) throw UsageError("not a number: " + value);
  return static_cast<int>(*parsed);
}

sockaddr_in resolve(const std::string& target) {
  const auto colon = target.rfind(':');
  if (colon == std::string::npos) throw UsageError("--target wants host:port, not " + target);
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = target.substr(colon + 1);
  const int error = ::getaddrinfo(target.substr(0, colon).c_str(), port.c_str(), &hints, &found);
  if (error != 0) throw UsageError("cannot resolve " + target + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  sockaddr_in address{};
  std::memcpy(&address, found->ai_addr, sizeof address);
  return address;
}

using S = const std::string&;

const std::vector<test::Flag<StormOptions>>& flags() {
  static const std::vector<test::Flag<StormOptions>> kFlags = {
      {"--target", "HOST:PORT", "IPv4; required",
       [](StormOptions& o, S v) {
         o.host = v;
         o.target = resolve(v);
       }},
      {"--method", "METHOD", "POST", [](StormOptions& o, S v) { o.method = v; }},
      {"--path", "PATH", "/api/claude/tasks", [](StormOptions& o, S v) { o.path = v; }},
      {"--count", "N", "requests in all (200)", [](StormOptions& o, S v) { o.count = number(v); }},
      {"--connections", "N", "open at once (0: one for each request)",
       [](StormOptions& o, S v) { o.connections = number(v); }},
      {"--keep-alive", nullptr, "several requests on a connection",
       [](StormOptions& o, S) { o.keep_alive = true; }},
      {"--connect-all-first", nullptr, "send nothing before all are connected",
       [](StormOptions& o, S) { o.connect_all_first = true; }},
      {"--body", "TEXT", "{marker} in it is replaced",
       [](StormOptions& o, S v) {
         o.body = v;
         o.body_given = true;
       }},
      {"--marker", "PREFIX", "of the X-Marker field (storm-<pid>)",
       [](StormOptions& o, S v) { o.marker = v; }},
      {"--timeout", "MS", "for each request (60000)",
       [](StormOptions& o, S v) { o.timeout = std::chrono::milliseconds(number(v)); }},
      {"--help", nullptr, "this text", [](StormOptions& o, S) { o.help = true; }},
  };
  return kFlags;
}

}  // namespace

StormOptions parse_storm_options(const std::vector<std::string>& arguments) {
  StormOptions options;
  options.marker = "storm-" + std::to_string(::getpid());
  read_flags(flags(), arguments, options);
  if (options.host.empty() && !options.help) throw UsageError("--target is required");
  const bool needs_none = options.method == "GET" || options.method == "HEAD";
  if (needs_none && !options.body_given) options.body.clear();
  return options;
}

std::string storm_usage() {
  return "storm: sends many requests at once and counts the answers\n\n" + help_of(flags());
}

}  // namespace taskgate::standin
