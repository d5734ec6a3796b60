#include "admin/streams.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <utility>

#include "admin/answer.h"
#include "admin/failure.h"
#include "admin/run_on.h"
#include "observe/status_json.h"

namespace taskgate::admin {
namespace {

// How long a client waits before it comes back.
constexpr std::string_view kRetry = "retry: 2000\n\n";

// Everything that is worth an event of its own: the state without what only grows older.
std::string fingerprint_of(observe::Status status) {
  status.gate.signal_age.reset();
  status.gate.turnover.watched = {};
  status.gate.turnover.mean_age = {};
  status.gate.turnover.quiet = {};
  for (gate::InLine& each : status.gate.line) each.since = status.taken;
  for (observe::HistoryPoint& point : status.history) point.steps_ago = 0;
  for (observe::HistoryMark& mark : status.marks) mark.steps_ago = 0;
  return observe::to_json(status, status.started);
}

// The client has ended the connection, or says what nobody asked for without an end.
bool is_gone(TcpSocket& socket) {
  std::array<char, 1024> dropped;
  for (int reads = 0; reads < 4; ++reads) {
    const auto count = ::recv(socket.native_handle(), dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (count < 0) return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
    if (count == 0) return true;
  }
  return true;
}

std::optional<observe::Status> ask(
    const std::function<std::optional<observe::Status>()>& source) noexcept try {
  return source();
} catch (const std::exception&) {
  report_failure(std::current_exception());
  return std::nullopt;
}

}  // namespace

void Streams::Stream::cut() {
  ErrorCode ignored;
  socket.close(ignored);
  wake.cancel();
}

Streams::Streams(asio::io_context& loop, const Sources& sources, const StreamLimits& limits)
    : loop_(loop), sources_(sources), limits_(limits), pause_(loop) {}

Task<> Streams::carry(TcpSocket& socket, std::string head, Form form) {
  Stream stream(loop_, socket);
  streams_.push_back(stream);
  if (!watching_) {
    watching_ = true;
    number_ = 0;  // what was seen before nobody watched is old
    const auto on_end = [this](std::exception_ptr failure) { end_watch(failure); };
    asio::co_spawn(loop_, watch(), on_end);
  }
  std::string message = std::move(head);
  message += kRetry;
  for (std::uint64_t sent = 0; socket.is_open();) {
    if (message.empty() && sent == number_) {
      co_await stream.wake.async_wait(kTask);
      continue;
    }
    if (message.empty()) {
      sent = number_;
      message = event_of(form);
    }
    stream.writing_since = Clock::now();
    const auto [error, count] = co_await asio::async_write(socket, asio::buffer(message), kTask);
    stream.writing_since.reset();
    if (error) break;
    message.clear();
  }
}

Task<> Streams::watch() {
  while (!streams_.empty()) {
    const auto status = co_await look();
    publish(status);
    cut_lost();
    pause_.expires_after(limits_.look);
    co_await pause_.async_wait(kTask);
  }
}

// A fault of ours, out of memory for one, ends the streams: their clients come back.
void Streams::end_watch(std::exception_ptr failure) {
  watching_ = false;
  if (!failure) return;
  report_failure(failure);
  for (Stream& stream : streams_) stream.cut();
}

Task<std::optional<observe::Status>> Streams::look() {
  const auto shallow = [this] { return ask(sources_.shallow_status); };
  auto status = co_await run_on(pool_, shallow);
  const TimePoint now = Clock::now();
  const bool counted =
      status && status->gate.details_age && *status->gate.details_age < limits_.listing;
  const bool asked_lately = listed_ && now - *listed_ < limits_.listing;
  if (!status || counted || asked_lately) co_return status;
  listed_ = now;
  const auto deep = [this] { return ask(sources_.status); };
  co_return co_await run_on(pool_, deep);
}

void Streams::publish(const std::optional<observe::Status>& status) {
  std::string fingerprint = status ? fingerprint_of(*status) : std::string();
  const TimePoint now = Clock::now();
  const bool is_due = number_ == 0 || now - sent_ >= limits_.heartbeat;
  if (!is_due && fingerprint == fingerprint_) return;
  status_ = status;
  fingerprint_ = std::move(fingerprint);
  sent_ = now;
  ++number_;
  for (Stream& stream : streams_) stream.wake.cancel();
}

void Streams::cut_lost() {
  const TimePoint now = Clock::now();
  for (Stream& stream : streams_) {
    const bool is_stalled = stream.writing_since && now - *stream.writing_since > limits_.stalled;
    if (is_stalled || is_gone(stream.socket)) stream.cut();
  }
}

std::string Streams::event_of(Form form) const {
  if (form) return event_text("page", page_state(status_, *form));
  if (!status_) return event_text("unanswered", kNoState);
  return event_text("status", observe::to_json(*status_));
}

Form form_of(std::string_view target) {
  const auto query = target.find("?page");
  if (query == std::string_view::npos) return std::nullopt;
  const std::string_view sort = target.substr(query + std::string_view("?page").size());
  for (const Order order : kOrders) {
    const std::string_view wanted = query_of(order);
    if (!wanted.empty() && sort.ends_with(wanted.substr(1))) return order;
  }
  return Order::oldest_first;
}

std::string event_text(std::string_view name, std::string_view data) {
  std::string text = "event: " + std::string(name) + "\n";
  for (bool more = true; more;) {
    const auto end = data.find('\n');
    more = end != std::string_view::npos;
    text += "data: ";
    text += data.substr(0, end);
    text += '\n';
    if (more) data.remove_prefix(end + 1);
  }
  return text + "\n";
}

}  // namespace taskgate::admin
