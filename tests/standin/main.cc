// coder_standin: a stand-in for the kube-coder workspace server, faithful where a gate in front of
// it can be fooled (tests/standin/README.md). Blocking sockets and a thread a connection, as there.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "standin/connection.h"
#include "support/failure.h"
#include "support/loopback.h"
#include "support/spawn.h"

namespace taskgate::standin {
namespace {

int stop_descriptor = -1;

void on_stop(int) {
  // Only a full pipe can fail, and then the byte is there already.
  [[maybe_unused]] const auto written = ::write(stop_descriptor, "x", 1);
}

void stop_on_signals(const test::Pipe& pipe) {
  stop_descriptor = pipe.write.get();
  struct sigaction action {};
  action.sa_handler = on_stop;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

// Storms and idle streams need a descriptor each.
void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

test::Fd listen_on(const Options& options) {
  test::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = test::loopback(options.port);
  if (::inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1) {
    throw UsageError("not an IPv4 address: " + options.address);
  }
  if (::bind(socket.get(), test::as_sockaddr(&address), sizeof address) != 0) {
    test::fail_errno("cannot bind " + options.address + ":" + std::to_string(options.port));
  }
  if (::listen(socket.get(), options.backlog) != 0) test::fail_errno("listen");
  return socket;
}

void accept_until_stopped(Server& server, const test::Fd& listener, const test::Pipe& stop) {
  for (;;) {
    std::array<pollfd, 2> polled = {{{stop.read.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    test::Fd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) continue;
    ++server.counters.connections;
    ++server.counters.open;
    std::thread(serve_connection, std::ref(server), std::move(accepted)).detach();
  }
}

std::string new_state_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "standin-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) test::fail_errno("cannot make " + pattern);
  return pattern;
}

int serve(Options options) {
  const bool own_state = options.state.empty();
  if (own_state) options.state = new_state_folder();
  if (options.files.empty()) options.files = options.state + "/files";
  std::filesystem::create_directories(options.files);
  raise_descriptor_limit();
  const test::Pipe stop = test::make_pipe();
  stop_on_signals(stop);
  // Never destroyed: the threads of open connections still use it when the process ends.
  static Server& server = *new Server(options);
  const test::Fd listener = listen_on(options);
  std::printf("listening on %s:%u\n", options.address.c_str(),
              static_cast<unsigned>(test::local_port_of(listener.get())));
  std::fflush(stdout);
  accept_until_stopped(server, listener, stop);
  if (own_state) std::filesystem::remove_all(options.state);
  std::_Exit(0);
}

int run(const std::vector<std::string>& arguments) {
  try {
    Options options = parse_options(arguments);
    if (!options.help) return serve(std::move(options));
    std::fputs(usage().c_str(), stdout);
    return 0;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "coder_standin: %s\n", error.what());
    return 64;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "coder_standin: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace taskgate::standin

int main(int argc, char** argv) {
  return taskgate::standin::run({argv + 1, argv + argc});
}
