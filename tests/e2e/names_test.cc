// An upstream that is named, and what becomes of its name while the gate runs.
#include <sys/socket.h>
#include <sys/time.h>

#include <csignal>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/failure.h"
#include "support/loopback.h"
#include "support/scripted_upstream.h"

using namespace taskgate::test;

namespace {

// Runs a program where `folder` has the hosts file, and where nobody else is asked for names. It
// has to run as root.
std::vector<std::string> with_hosts_of(const TempDir& folder) {
  return {"unshare",
          "--mount",
          "sh",
          "-c",
          "mount --bind \"$0/hosts\" /etc/hosts && "
          "mount --bind \"$0/nsswitch.conf\" /etc/nsswitch.conf && "
          "mount --bind \"$0/resolv.conf\" /etc/resolv.conf && exec \"$@\"",
          folder.path()};
}

// Who runs with_hosts_of() this folder asks the name server below, and gives it long to answer.
void name_silent_server(TempDir& folder) {
  folder.write("nsswitch.conf", "hosts: dns\n");
  folder.write("resolv.conf", "nameserver 127.9.9.9\noptions timeout:30 attempts:5\n");
  folder.write("hosts", "");
}

// Takes questions at 127.9.9.9 and answers none.
class SilentNameServer {
 public:
  SilentNameServer() {
    sockaddr_in address = loopback(53);
    address.sin_addr.s_addr = htonl(0x7f090909);
    const timeval patience{std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), 0};
    if (setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        bind(socket_.get(), as_sockaddr(&address), sizeof address) != 0) {
      fail_errno("the name server's port, for which this test has to run as root");
    }
  }
  void wait_for_question() const {
    char byte = 0;
    if (recv(socket_.get(), &byte, 1, 0) != 1) fail_errno("no question has come");
  }

 private:
  Fd socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

}  // namespace

TEST_CASE("an upstream's name is asked for until it has an address, and again when it moves") {
  TempDir folder;
  folder.write("nsswitch.conf", "hosts: files\n");
  folder.write("resolv.conf", "");
  folder.write("hosts", "127.0.0.1 localhost\n");
  const ScriptedUpstream upstream(answer_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
  const TmuxServer tmux;
  Gate::Settings settings = Gate::in_front_of(upstream.port(), tmux.socket());
  settings["upstream"] = "coder.test:" + std::to_string(upstream.port());
  Gate gate(settings, {}, with_hosts_of(folder));
  const auto status_of_get = [&] { return ask(gate.port(), http_request("GET", "/")).status; };
  gate.process().wait_for_line(R"("event":"upstream_unresolved","upstream":"coder.test:)");
  CHECK(status_of_get() == 502);
  CHECK(gate.metric("taskgate_upstream_errors_total{reason=\"unresolved\"}") == 1);
  folder.write("hosts", "127.0.0.2 coder.test\n");
  gate.process().wait_for_line(R"("event":"upstream_resolved".*127.0.0.2)");
  CHECK(status_of_get() == 502);  // nothing listens there
  folder.write("hosts", "127.0.0.1 coder.test\n");
  eventually("its new address is used", [&] { return status_of_get() == 200; });
}

TEST_CASE("a name server that says nothing holds up neither the gate's start nor its end") {
  const SilentNameServer silent;
  TempDir folder;
  name_silent_server(folder);
  const TmuxServer tmux;
  Gate::Settings settings = Gate::in_front_of(80, tmux.socket());
  settings["upstream"] = "coder.test:80";
  Gate gate(settings, {}, with_hosts_of(folder));
  silent.wait_for_question();
  CHECK(ask(gate.port(), http_request("GET", "/")).status == 502);
  gate.process().signal(SIGTERM);
  CHECK(gate.process().wait() == 0);
}

TEST_CASE("a name server that says nothing to a reload does not hold up the gate's end") {
  const SilentNameServer silent;
  TempDir folder;
  name_silent_server(folder);
  const ClosedPort upstream;
  const TmuxServer tmux;
  const std::string file =
      folder.write("config.yaml", "upstream: 127.0.0.1:" + std::to_string(upstream.port()) + "\n");
  Gate gate({{"tmux.socket", tmux.socket()}}, {"--config", file}, with_hosts_of(folder));
  folder.write("config.yaml", "upstream: coder.test:80\n");
  silent.wait_for_question();
  gate.process().signal(SIGTERM);
  CHECK(gate.process().wait() == 0);
}
