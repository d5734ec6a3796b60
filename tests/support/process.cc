#include "support/process.h"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <regex>
#include <sstream>

#include "support/failure.h"

namespace taskgate::test {
namespace {

constexpr Duration kGrace = std::chrono::seconds(5);

// The end of a pipe that two threads read.
Fd without_waiting(Fd end) {
  if (::fcntl(end.get(), F_SETFL, O_NONBLOCK) != 0) fail_errno("fcntl");
  return end;
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const Environment& environment)
    : name_(argv.at(0)) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  pid_ = spawn(argv, environment, out.write.get(), err.write.get());
  out_.descriptor = without_waiting(std::move(out.read));
  err_.descriptor = without_waiting(std::move(err.read));
  reader_ = std::thread([this] { read_outputs(); });
}

Process::Process(const std::vector<std::string>& argv, const Environment& environment,
                 const Fd& out)
    : name_(argv.at(0)) {
  Pipe err = make_pipe();
  pid_ = spawn(argv, environment, out.get(), err.write.get());
  out_.open = false;
  err_.descriptor = without_waiting(std::move(err.read));
  reader_ = std::thread([this] { read_outputs(); });
}

Process::~Process() {
  if (running()) {
    ::kill(pid_, SIGCONT);  // A process that a test stopped would not see the SIGTERM.
    ::kill(pid_, SIGTERM);
    if (!wait_for_exit(pid_, Deadline(kGrace))) {
      ::kill(pid_, SIGKILL);
      wait_for_exit(pid_, Deadline());
    }
  }
  // A child of the program may still hold the pipes open, so the reader is told to end.
  stop_.write.close();
  reader_.join();
}

void Process::signal(int number) const {
  if (status_) throw Failure(name_ + " has ended, it cannot be signalled");
  if (::kill(pid_, number) != 0) fail_errno("kill");
}

int Process::wait(Duration timeout) {
  look_for_end(Deadline(timeout));
  if (!status_) throw Failure(name_ + " has not ended in time\n" + report());
  return *status_;
}

bool Process::running() {
  look_for_end(Deadline(Duration::zero()));
  return !status_;
}

// What an ended process wrote is all there to be read, whether the reader has come to it or not.
void Process::look_for_end(const Deadline& deadline) {
  if (status_) return;
  status_ = wait_for_exit(pid_, deadline);
  if (!status_) return;
  while (read_some(out_)) continue;
  while (read_some(err_)) continue;
}

std::string Process::wait_for_line(const std::string& regex, Duration timeout) {
  return wait_for_line_of(out_, regex, timeout);
}

std::string Process::wait_for_error_line(const std::string& regex, Duration timeout) {
  return wait_for_line_of(err_, regex, timeout);
}

std::string Process::output() const {
  const std::lock_guard lock(mutex_);
  return out_.text;
}

std::string Process::error_output() const {
  const std::lock_guard lock(mutex_);
  return err_.text;
}

void Process::read_outputs() {
  while (out_.open || err_.open) {
    std::array<pollfd, 3> polled = {{{stop_.read.get(), POLLIN, 0},
                                     {out_.open ? out_.descriptor.get() : -1, POLLIN, 0},
                                     {err_.open ? err_.descriptor.get() : -1, POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[1].revents != 0) read_some(out_);
    if (polled[2].revents != 0) read_some(err_);
    if (polled[0].revents != 0) return;
  }
}

bool Process::read_some(Stream& stream) {
  std::array<char, 16384> buffer;
  const std::lock_guard lock(mutex_);
  if (!stream.open) return false;
  const auto got = ::read(stream.descriptor.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EAGAIN) return false;
  if (got < 0 && errno == EINTR) return true;
  if (got > 0) stream.text.append(buffer.data(), static_cast<std::size_t>(got));
  if (got <= 0) stream.open = false;
  more_.notify_all();
  return got > 0;
}

std::string Process::wait_for_line_of(const Stream& stream, const std::string& regex,
                                      Duration timeout) {
  const Deadline deadline(timeout);
  const std::regex pattern(regex);
  std::size_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    for (auto end = stream.text.find('\n', seen); end != std::string::npos;
         end = stream.text.find('\n', seen)) {
      const std::string line = stream.text.substr(seen, end - seen);
      if (std::regex_search(line, pattern)) return line;
      seen = end + 1;
    }
    const bool over = !stream.open || deadline.passed();
    if (over) break;
    more_.wait_until(lock, deadline.when());
  }
  lock.unlock();
  throw Failure(name_ + " has not written a line like " + regex + "\n" + report());
}

std::string Process::report() const {
  return "standard output:\n" + output() + "standard error:\n" + error_output();
}

std::string capture(const std::string& text, const std::string& regex) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex(regex)) || match.size() < 2) {
    throw Failure("no match of " + regex + " in: " + text);
  }
  return match[1];
}

}  // namespace taskgate::test
