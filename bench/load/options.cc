#include "load/options.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "support/number.h"

namespace taskgate::bench {
namespace {

using S = const std::string&;

std::uint64_t number(S text, std::uint64_t most = 1'000'000'000'000) {
  const auto value = test::to_number(text);
  if (!value || *value > most) throw UsageError("not a number that will do: " + text);
  return *value;
}

struct Mode {
  const char* name;
  const char* help;
};

constexpr std::array<Mode, 7> kModes = {{
    {"requests", "--per-second requests over kept --connections, each timed from when it was due"},
    {"streams", "event streams of bench_upstream's /events/RATE; each event timed from its stamp"},
    {"tunnels", "WebSockets to bench_upstream's /echo; --per-second messages, as for requests"},
    {"upload", "bodies of --bytes, one after the other on each connection"},
    {"download", "answers of --bytes, likewise"},
    {"tunnel-up", "--bytes through a tunnel each to bench_upstream's /tunnel/sink/N, likewise"},
    {"tunnel-down", "--bytes from its /tunnel/bytes/N, likewise"},
}};

const std::vector<test::Flag<Options>>& flags() {
  static const std::vector<test::Flag<Options>> kFlags = {
      {"--port", "N", "of 127.0.0.1; required",
       [](Options& o, S v) {
         o.port = static_cast<std::uint16_t>(number(v, std::numeric_limits<std::uint16_t>::max()));
       }},
      {"--connections", "N", "1",
       [](Options& o, S v) { o.connections = std::max<std::size_t>(number(v, 1'000'000), 1); }},
      {"--per-second", "N", "over all connections; 0 sends nothing",
       [](Options& o, S v) { o.per_second = static_cast<double>(number(v)); }},
      {"--milliseconds", "N", "of the run; with 0 it only holds its connections",
       [](Options& o, S v) { o.duration = std::chrono::milliseconds(number(v)); }},
      {"--method", "METHOD", "GET", [](Options& o, S v) { o.method = v; }},
      {"--path", "PATH", "/", [](Options& o, S v) { o.path = v; }},
      {"--body", "TEXT", "of each request", [](Options& o, S v) { o.body = v; }},
      {"--status", "N", "that each answer must have (200)",
       [](Options& o, S v) { o.status = static_cast<int>(number(v, 999)); }},
      {"--bytes", "N", "of a transfer", [](Options& o, S v) { o.bytes = number(v); }},
  };
  return kFlags;
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  if (arguments.empty() || arguments.front() == "--help") {
    options.help = true;
    return options;
  }
  options.mode = arguments.front();
  const auto is_it = [&](const Mode& mode) { return options.mode == mode.name; };
  if (std::none_of(kModes.begin(), kModes.end(), is_it)) {
    throw UsageError("unknown mode: " + options.mode);
  }
  read_flags(flags(), {arguments.begin() + 1, arguments.end()}, options);
  if (options.port == 0) throw UsageError("--port is required");
  return options;
}

std::string usage() {
  std::string out =
      "bench_load MODE --port N [FLAGS]: load that wrk cannot make\n\n"
      "Opens its connections and prints a line {\"ready\":N}; a line on standard input begins the "
      "run, whose result\n"
      "is one more line of JSON; the connections stay until the next line. At the end of standard "
      "input it waits for\n"
      "none.\n\n";
  for (const Mode& mode : kModes) {
    std::string left = std::string("  ") + mode.name;
    left.resize(28, ' ');
    out += left + mode.help + "\n";
  }
  return out + "\n" + help_of(flags());
}

}  // namespace taskgate::bench
