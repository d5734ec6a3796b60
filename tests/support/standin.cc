#include "support/standin.h"

#include <boost/json.hpp>
#include <filesystem>

#include "support/http_message.h"

namespace taskgate::test {
namespace {

std::vector<std::string> command(const TempDir& dir, const std::string& tmux_socket,
                                 const std::vector<std::string>& flags) {
  std::filesystem::create_directory(dir / "files");
  std::vector<std::string> argv = {standin_binary(), "--port",    "0",
                                   "--tmux-socket",  tmux_socket, "--state",
                                   dir / "state",    "--files",   dir / "files"};
  argv.insert(argv.end(), flags.begin(), flags.end());
  return argv;
}

int number(const boost::json::object& object, const char* name) {
  return object.at(name).to_number<int>();
}

}  // namespace

Standin::Standin(const TmuxServer& tmux, const std::vector<std::string>& flags)
    : Standin(tmux.socket(), flags) {}

Standin::Standin(const std::string& tmux_socket, const std::vector<std::string>& flags)
    : process_(command(dir_, tmux_socket, flags)) {
  const std::string line = process_.wait_for_line("^listening on ");
  port_ = static_cast<std::uint16_t>(std::stoi(capture(line, R"(:(\d+)$)")));
}

std::string standin_binary() {
  return STANDIN_BINARY;
}

Standin::Stats Standin::stats() const {
  const auto answer = ask(port_, http_request("GET", "/standin/stats"));
  const auto json = boost::json::parse(answer.body).as_object();
  Stats stats;
  stats.connections = number(json, "connections");
  stats.open = number(json, "open");
  stats.requests = number(json, "requests");
  stats.creates_received = number(json, "creates_received");
  stats.creates_executed = number(json, "creates_executed");
  for (const auto& id : json.at("create_ids").as_array()) {
    stats.create_ids.emplace_back(id.as_string());
  }
  return stats;
}

}  // namespace taskgate::test
