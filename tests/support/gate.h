// The gate itself, as a running program.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/http_message.h"
#include "support/loopback.h"
#include "support/process.h"
#include "support/run.h"

namespace taskgate::test {

class Gate {
 public:
  // Keys and values of the configuration as in a file: {{"limit", "12"}, {"tmux.socket", path}}.
  // They are given as environment variables (`tmux.socket` is TASKGATE_TMUX_SOCKET); `listen` and
  // `admin` are free ports of 127.0.0.1, and the drain is short, unless given. A key with an empty
  // value is left out. `arguments` follow `taskgate run`; `wrapper` are words of a program that
  // becomes the gate, e.g. with_descriptors().
  using Settings = std::map<std::string, std::string>;
  using Words = std::vector<std::string>;
  explicit Gate(const Settings& settings, const Words& arguments = {}, const Words& wrapper = {});
  // Its standard output is `out`, where nobody can read which ports it took: so they are found
  // before, and held.
  Gate(const Settings& settings, const Fd& out);

  // The usual pair: an upstream's port and a tmux socket.
  static Settings in_front_of(std::uint16_t upstream_port, const std::string& tmux_socket);

  std::uint16_t port() const { return port_; }
  std::uint16_t admin_port() const { return admin_port_; }
  Process& process() { return process_; }

  HttpAnswer admin(const std::string& path) const;
  // The value of one sample of /metrics, named as it stands there:
  // `taskgate_signal_state{state="known"}`; nothing when it is absent.
  std::optional<double> metric(const std::string& sample) const;
  bool is_ready() const { return admin("/readyz").status == 200; }

  // Its resident memory now, and at most so far.
  std::size_t resident_kib() const { return memory_kib("VmRSS"); }
  std::size_t peak_kib() const { return memory_kib("VmHWM"); }

 private:
  std::size_t memory_kib(const std::string& what) const;

  struct Ports {
    ClosedPort data;
    ClosedPort admin;
  };

  std::unique_ptr<Ports> held_;
  Process process_;
  std::uint16_t port_;
  std::uint16_t admin_port_;
};

// For Gate's `wrapper`: the process may open so many files, by the shell's `ulimit FLAG COUNT`.
Gate::Words with_descriptors(int count, const std::string& flag = "-n");

// The path of the binary, for tests of its other commands.
std::string gate_binary();
// The environment variables for settings, for those too.
Environment gate_environment(const Gate::Settings& settings);
// How those find a running gate.
Gate::Settings admin_of(const Gate& gate);
// Runs such a command: {"check", "--config", file}.
RunResult taskgate_command(std::vector<std::string> words, const Gate::Settings& settings = {});

}  // namespace taskgate::test
