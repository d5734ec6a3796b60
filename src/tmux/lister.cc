// # Destruction
//
// A listing is carried by coroutines (one for each socket that is asked) and by a timer's handler,
// and a query outlives its listing when the server does not answer in time. So the state that they
// use, Impl, is shared: each of them holds it by a shared_ptr, and ~Lister only marks it as stopped
// and closes the connections. What completes afterwards finds its memory, sees the mark and touches
// nothing else: neither the callback nor what the callback's captures refer to. If the io_context
// does not run again, its destructor destroys the suspended frames and the pending handler, and
// with the last of them Impl: sockets and timer then belong to services that still exist. For that
// the Lister itself must be destroyed before the io_context.
#include "tmux/lister.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "tmux/assembly.h"
#include "tmux/failure.h"
#include "tmux/kernel_word.h"
#include "tmux/known_sockets.h"
#include "tmux/query.h"
#include "tmux/rest.h"

namespace taskgate::tmux {
namespace {

void take_sessions(SocketReport& report, std::shared_ptr<const Said> said) {
  report.reply = SocketReport::Reply::sessions;
  report.said = std::move(said);
  for (const Session& session : report.said->sessions) {
    report.mark.has_sessions = true;
    report.mark.pid = session.server;
    report.mark.highest_id = std::max(report.mark.highest_id, session.id);
  }
}

void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

struct Lister::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, ListerSettings initial, OnListing callback, Choose chooser)
      : loop(io.get_executor()),
        settings(std::move(initial)),
        on_listing(std::move(callback)),
        choose(std::move(chooser)),
        sockets(loop),
        deadline(loop),
        rest_over(loop) {}

  void begin(bool with_others);
  void stop();

  void start();
  bool start_open_parts();
  void begin_report(std::size_t index);
  void start_query(std::size_t index);
  void owes_answer(SocketReport& report);
  void arm_deadline();
  void expire();

  static Task<> query(std::shared_ptr<Impl> self, KnownSocket& socket);
  void take(KnownSocket& socket, Answer answer);
  void take_late(KnownSocket& socket, Answer answer);
  void settle(SocketReport& report);
  void fail(SocketReport& report, Failure failure);
  void finish();
  void end(const Listing& listing);
  KernelWord::Heard hear(TimePoint since, std::vector<SocketReport>& heard, bool last);

  const Executor loop;
  SettingsInUse settings;
  const OnListing on_listing;
  const Choose choose;
  KnownSockets sockets;
  KernelWord kernel;
  Assembly assembly;
  bool stopped = false;

  // The running listing.
  bool running = false;
  Question question = Question::names;
  bool asks_for_others = false;
  bool asked_again = false;
  TimePoint began{};
  std::vector<SocketReport> reports;
  std::size_t open_reports = 0;
  std::uint64_t generation = 0;  // tells a deadline that fired for the listing before
  Timer deadline;

  Rest rest;
  Timer rest_over;
};

void Lister::Impl::begin(bool with_others) {
  asks_for_others = asks_for_others || with_others;
  if (running) return;
  running = true;
  const auto start_then = [self = shared_from_this()](ErrorCode = {}) {
    if (!self->stopped) self->start();
  };
  if (rest.until() <= Clock::now()) return asio::post(loop, start_then);
  rest_over.expires_at(rest.until());
  rest_over.async_wait(start_then);
}

void Lister::Impl::stop() {
  stopped = true;
  deadline.cancel();
  rest_over.cancel();
  sockets.close_connections();
}

// --- Starting

// A turn of the loop later than begin(), or when the rest is over: whatever is ready by then is
// handled before, so that one listing serves all creates that came together.
void Lister::Impl::start() {
  settings.begin_listing();
  began = Clock::now();
  question = choose ? choose() : Question::names;
  reports = sockets.look(settings->sockets);
  arm_deadline();
  if (start_open_parts()) finish();
}

// True if all have ended at once.
bool Lister::Impl::start_open_parts() {
  open_reports = 1;  // this call itself: the listing cannot end before all its reports have begun
  for (const SocketReport& report : reports) open_reports += report.done ? 0 : 1;
  for (std::size_t index = 0; index < reports.size(); ++index) {
    if (!reports[index].done) begin_report(index);
  }
  return --open_reports == 0;
}

void Lister::Impl::begin_report(std::size_t index) {
  SocketReport& report = reports[index];
  const std::string& path = report.socket->path;
  if (report.file.kind == FileFacts::Kind::socket) {
    report.socket->seen = true;
    report.socket->gone_since.reset();
  }
  if (report.socket->asked) return owes_answer(report);
  switch (report.file.kind) {
    case FileFacts::Kind::socket:
      return start_query(index);
    case FileFacts::Kind::missing:
      report.reply = SocketReport::Reply::no_file;
      return settle(report);
    case FileFacts::Kind::unreadable:
      return fail(report, system_failure(path, "stat", report.file.error));
    case FileFacts::Kind::folder:
      return fail(report, not_a_socket(path, "a folder"));
    case FileFacts::Kind::other:
      return fail(report, not_a_socket(path, "another kind of file"));
  }
}

void Lister::Impl::start_query(std::size_t index) {
  SocketReport& report = reports[index];
  KnownSocket& socket = *report.socket;
  socket.asked = true;
  socket.report = index;
  socket.asked_at = began;
  socket.asked_question = question;
  socket.asked_file = report.file;
  asio::co_spawn(loop, query(shared_from_this(), socket), rethrow);
}

void Lister::Impl::owes_answer(SocketReport& report) {
  KnownSocket& socket = *report.socket;
  const bool replaced =
      report.file.kind == FileFacts::Kind::socket && !report.file.same_file(socket.asked_file);
  if (replaced) {
    // Another server has taken the path over; the answer would be that of one nobody can reach any
    // more. The query ends by this, and the next listing asks the new server.
    ErrorCode ignored;
    socket.connection.close(ignored);
  }
  fail(report, still_owed(socket.path, began - socket.asked_at));
}

// --- The deadline

void Lister::Impl::arm_deadline() {
  deadline.expires_at(began + settings->timeout);
  deadline.async_wait([self = shared_from_this(), armed = generation](ErrorCode error) {
    if (!error && !self->stopped && self->generation == armed) self->expire();
  });
}

// The queries go on: a stopped server that got a new connection with each listing would soon have a
// full backlog, which is its user's too.
void Lister::Impl::expire() {
  for (SocketReport& report : reports) {
    if (report.done) continue;
    report.socket->report.reset();
    fail(report, timed_out(report.socket->path, settings->timeout));
  }
  finish();
}

// --- The answers

Task<> Lister::Impl::query(std::shared_ptr<Impl> self, KnownSocket& socket) {
  Answer answer = co_await ask(socket.connection, socket.path, socket.asked_question, socket.said);
  const bool retry = answer.kind == Answer::Kind::lost && socket.report && !self->stopped;
  if (retry) {
    answer = co_await ask(socket.connection, socket.path, socket.asked_question, socket.said);
  }
  if (!self->stopped) self->take(socket, std::move(answer));
}

void Lister::Impl::take(KnownSocket& socket, Answer answer) {
  socket.asked = false;
  if (answer.said != nullptr) socket.said = answer.said;
  if (!socket.report) return take_late(socket, std::move(answer));
  SocketReport& report = reports[*std::exchange(socket.report, std::nullopt)];
  switch (answer.kind) {
    case Answer::Kind::sessions:
      take_sessions(report, std::move(answer.said));
      break;
    case Answer::Kind::no_server:
      report.reply = SocketReport::Reply::no_server;
      break;
    case Answer::Kind::no_file:
      report.reply = SocketReport::Reply::no_file;
      break;
    case Answer::Kind::lost:
    case Answer::Kind::failed:
      report.fail(std::move(answer.failure));
      break;
  }
  settle(report);
  if (open_reports == 0) finish();
}

// The answer of a server that had been given up. It is a whole listing only if that server is all
// there is.
void Lister::Impl::take_late(KnownSocket& socket, Answer answer) {
  if (answer.kind != Answer::Kind::sessions || settings.are_about_to_change()) return;
  if (settings->sockets.size() != 1 || settings->sockets.front() != socket.path) return;
  std::vector<SocketReport> late(1);
  late.front().mark = {.path = socket.path,
                       .inode = socket.asked_file.inode,
                       .changed_ns = socket.asked_file.changed_ns};
  late.front().socket = &socket;
  late.front().file = socket.asked_file;
  take_sessions(late.front(), std::move(answer.said));
  if (hear(socket.asked_at, late, false) == KernelWord::Heard::ask_again) return;
  on_listing(assembly.listing(socket.asked_at, socket.asked_question, late, settings->match,
                              kernel.other()));
}

void Lister::Impl::settle(SocketReport& report) {
  report.done = true;
  --open_reports;
}

void Lister::Impl::fail(SocketReport& report, Failure failure) {
  report.fail(std::move(failure));
  settle(report);
}

KernelWord::Heard Lister::Impl::hear(TimePoint since, std::vector<SocketReport>& heard, bool last) {
  const KernelWord::Listed listed{.configured = settings->sockets,
                                  .reports = heard,
                                  .folders_changed = sockets.take_folders_changed(),
                                  .asks_for_others = asks_for_others,
                                  .shares_namespace = settings->shares_namespace,
                                  .has_counted = settings.have_counted(),
                                  .began = since,
                                  .hold = settings->hold};
  return kernel.hear(settings->listeners, listed, last);
}

void Lister::Impl::finish() {
  if (hear(began, reports, asked_again) == KernelWord::Heard::ask_again) {
    asked_again = true;
    reports = sockets.look(settings->sockets);
    if (start_open_parts()) finish();
    return;
  }
  ++generation;
  deadline.cancel();
  const Listing listing =
      assembly.listing(began, question, reports, settings->match, kernel.other());
  reports.clear();
  asked_again = false;
  end(listing);
}

void Lister::Impl::end(const Listing& listing) {
  rest.observe(listing);
  running = false;
  if (settings.end_listing(listing.live)) return begin(false);
  asks_for_others = false;
  on_listing(listing);
}

// --- Lister

Lister::Lister(asio::io_context& loop, ListerSettings settings, OnListing on_listing, Choose choose)
    : impl_(std::make_shared<Impl>(loop, std::move(settings), std::move(on_listing),
                                   std::move(choose))) {}

Lister::~Lister() {
  impl_->stop();
}

void Lister::begin(bool asks_for_others) {
  impl_->begin(asks_for_others);
}

bool Lister::running() const {
  return impl_->running;
}

bool Lister::has_begun() const {
  return impl_->settings.is_listing();
}

bool Lister::configure(ListerSettings settings) {
  return impl_->settings.replace(std::move(settings));
}

}  // namespace taskgate::tmux
