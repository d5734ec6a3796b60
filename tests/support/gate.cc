#include "support/gate.h"

#include <sstream>

#include "support/failure.h"

namespace taskgate::test {
namespace {

std::string variable_name(const std::string& key) {
  std::string out = "TASKGATE_";
  for (const char byte : key) {
    const bool is_lower = byte >= 'a' && byte <= 'z';
    out += byte == '.' ? '_' : is_lower ? static_cast<char>(byte - 'a' + 'A') : byte;
  }
  return out;
}

// Free ports, and an end that does not wait for clients that are gone.
Gate::Settings with_defaults(const Gate::Settings& settings) {
  Gate::Settings out = settings;
  out.emplace("listen", "127.0.0.1:0");
  out.emplace("admin", "127.0.0.1:0");
  out.emplace("drain.notice", "0s");
  out.emplace("drain.timeout", "1s");
  return out;
}

std::vector<std::string> command(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {gate_binary(), "run"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

// The port at the end of a JSON member like "address":"127.0.0.1:40123".
std::uint16_t port_of(const std::string& line, const std::string& member) {
  const std::string pattern = "\"" + member + R"re(":"[^"]*:(\d+)")re";
  return static_cast<std::uint16_t>(std::stoi(capture(line, pattern)));
}

}  // namespace

std::string gate_binary() {
  return TASKGATE_BINARY;
}

Environment gate_environment(const Gate::Settings& settings) {
  Environment variables;
  for (const auto& [key, value] : settings) {
    if (!value.empty()) variables.emplace(variable_name(key), value);
  }
  return clean_environment_with(variables);
}

Gate::Settings Gate::in_front_of(std::uint16_t upstream_port, const std::string& tmux_socket) {
  return {{"upstream", "127.0.0.1:" + std::to_string(upstream_port)}, {"tmux.socket", tmux_socket}};
}

Gate::Gate(const Settings& settings, const std::vector<std::string>& arguments)
    : process_(command(arguments), gate_environment(with_defaults(settings))) {
  const std::string line = process_.wait_for_line(R"("event":"listening")");
  port_ = port_of(line, "address");
  admin_port_ = port_of(line, "admin");
}

HttpAnswer Gate::admin(const std::string& path) const {
  return ask(admin_port_, http_request("GET", path, {}, {{"Connection", "close"}}));
}

std::optional<double> Gate::metric(const std::string& sample) const {
  const HttpAnswer answer = admin("/metrics");
  if (answer.status != 200) throw Failure("GET /metrics: " + std::to_string(answer.status));
  std::istringstream lines(answer.body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(sample + " ")) return std::stod(line.substr(sample.size() + 1));
  }
  return std::nullopt;
}

}  // namespace taskgate::test
