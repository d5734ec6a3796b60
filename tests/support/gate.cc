#include "support/gate.h"

#include <fstream>
#include <sstream>

#include "support/eventually.h"
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

Gate::Words command(const Gate::Words& arguments, const Gate::Words& wrapper = {}) {
  Gate::Words argv = wrapper;
  argv.insert(argv.end(), {gate_binary(), "run"});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

std::string address_of(const ClosedPort& port) {
  return "127.0.0.1:" + std::to_string(port.port());
}

Gate::Settings with_ports(Gate::Settings settings, const ClosedPort& data,
                          const ClosedPort& admin) {
  settings["listen"] = address_of(data);
  settings["admin"] = address_of(admin);
  return settings;
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

Gate::Gate(const Settings& settings, const Words& arguments, const Words& wrapper)
    : process_(command(arguments, wrapper), gate_environment(with_defaults(settings))) {
  const std::string line = process_.wait_for_line(R"("event":"listening")");
  port_ = port_of(line, "address");
  admin_port_ = port_of(line, "admin");
}

Gate::Gate(const Settings& settings, const Fd& out)
    : held_(std::make_unique<Ports>()),
      process_(command({}),
               gate_environment(with_defaults(with_ports(settings, held_->data, held_->admin))),
               out),
      port_(held_->data.port()),
      admin_port_(held_->admin.port()) {
  eventually("the gate answers", [this] {
    try {
      return admin("/livez").status == 200;
    } catch (const Failure&) {
      return false;  // it does not listen yet
    }
  });
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

std::size_t Gate::memory_kib(const std::string& what) const {
  std::ifstream status("/proc/" + std::to_string(process_.pid()) + "/status");
  std::stringstream text;
  text << status.rdbuf();
  return std::stoul(capture(text.str(), what + R"(:\s+(\d+) kB)"));
}

Gate::Words with_descriptors(int count, const std::string& flag) {
  return {"/bin/sh", "-c",
          "ulimit " + flag + " " + std::to_string(count) + " && exec \"$0\" \"$@\""};
}

Gate::Settings admin_of(const Gate& gate) {
  return {{"admin", "127.0.0.1:" + std::to_string(gate.admin_port())}};
}

RunResult taskgate_command(std::vector<std::string> words, const Gate::Settings& settings) {
  words.insert(words.begin(), gate_binary());
  return run(words, gate_environment(settings));
}

}  // namespace taskgate::test
