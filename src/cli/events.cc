#include "cli/events.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <utility>

#include "base/task.h"
#include "cli/client.h"
#include "http/head.h"

namespace taskgate::cli {
namespace {

constexpr std::size_t kReadSize = 16 * 1024;
constexpr std::size_t kMaxRefusal = 64 * 1024;

// One connection that is followed. A program of one loop and one thread: it is left when the
// connection or the person who watches ends it.
class Follower {
 public:
  Follower(const config::Address& address, const OnEvent& on_event, Duration patience)
      : address_(reachable(address)), on_event_(on_event), patience_(patience) {}

  std::optional<std::string> run() {
    signals_.async_wait([this](ErrorCode error, int) {
      if (!error) loop_.stop();  // why_ stays unset
    });
    asio::co_spawn(loop_, follow(), asio::detached);
    loop_.run();
    return why_;
  }

 private:
  Task<> follow() {
    std::string why = co_await exchange();
    if (is_silent_) {
      why = "no word for " + format_duration(patience_);
    }
    if (!has_enough_) why_ = "http://" + config::to_string(address_) + "/events: " + why;
    loop_.stop();
  }

  // Ends with the reason for its end.
  Task<std::string> exchange() {
    be_patient();
    asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(loop_);
    const auto [unknown, endpoints] =
        co_await resolver.async_resolve(address_.host, std::to_string(address_.port), kTask);
    if (unknown) co_return unknown.message();
    const auto [refused, endpoint] = co_await asio::async_connect(socket_, endpoints, kTask);
    if (refused) co_return refused.message();
    const std::string request =
        "GET /events HTTP/1.1\r\nHost: " + config::to_string(address_) + "\r\n\r\n";
    const auto [broken, sent] = co_await asio::async_write(socket_, asio::buffer(request), kTask);
    if (broken) co_return broken.message();
    co_return co_await read_answer();
  }

  Task<std::string> read_answer() {
    http::ResponseParser parser({16 * 1024, 100});
    std::string received;
    while (parser.parse(received) == http::Progress::need_more) {
      const bool more = co_await read_some(received);
      if (!more) co_return "the answer is not HTTP";
    }
    if (parser.parse(received) == http::Progress::failed) co_return "the answer is not HTTP";
    const int status = parser.head().status;
    received.erase(0, parser.head().size);
    if (status != 200) co_return co_await read_refusal(status, std::move(received));
    co_return co_await read_events(std::move(received));
  }

  Task<std::string> read_refusal(int status, std::string body) {
    for (bool more = true; more && body.size() < kMaxRefusal;) more = co_await read_some(body);
    co_return refusal_text(status, body);
  }

  Task<std::string> read_events(std::string received) {
    EventParser events;
    for (bool more = true; more;) {
      events.feed(received);
      received.clear();
      while (const auto event = events.next()) {
        has_enough_ = !on_event_(*event);
        if (has_enough_) co_return "";
      }
      more = co_await read_some(received);
    }
    co_return "the stream is over: the gate has ended, or the connection to it was cut";
  }

  Task<bool> read_some(std::string& to) {
    be_patient();
    std::array<char, kReadSize> buffer;
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer), kTask);
    to.append(buffer.data(), count);
    co_return !error;
  }

  // From now on.
  void be_patient() {
    silence_.expires_after(patience_);
    silence_.async_wait([this](ErrorCode error) {
      if (error) return;
      is_silent_ = true;
      socket_.close(error);
    });
  }

  const config::Address address_;
  const OnEvent& on_event_;
  const Duration patience_;
  asio::io_context loop_{1};
  asio::signal_set signals_{loop_, SIGINT, SIGTERM, SIGQUIT};
  TcpSocket socket_{loop_};
  Timer silence_{loop_};
  bool is_silent_ = false;
  bool has_enough_ = false;
  std::optional<std::string> why_;
};

}  // namespace

std::optional<Event> EventParser::next() {
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
    const std::string line = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    if (!line.empty()) {
      take_line(line);
    } else if (std::exchange(has_data_, false)) {
      return std::exchange(event_, {});
    } else {
      event_ = {};
    }
  }
  return std::nullopt;
}

void EventParser::take_line(std::string_view line) {
  const auto colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") event_.name = value;
  if (field == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  }
}

std::optional<std::string> follow(const config::Address& address, const OnEvent& on_event,
                                  Duration patience) {
  return Follower(address, on_event, patience).run();
}

}  // namespace taskgate::cli
