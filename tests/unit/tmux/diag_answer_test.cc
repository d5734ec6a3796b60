#include "tmux/diag_answer.h"

#include <cstring>
#include <string>

#include "support/catch.h"

namespace taskgate::tmux {
namespace {

using Progress = DiagAnswer::Progress;

template <typename Number>
std::string bytes_of(Number number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

std::string attribute(std::uint16_t type, const std::string& value) {
  const auto length = static_cast<std::uint16_t>(4 + value.size());
  return padded(bytes_of(length) + bytes_of(type) + value);
}

std::string message(std::uint16_t type, const std::string& payload, std::uint16_t flags = 2) {
  const auto length = static_cast<std::uint32_t>(16 + payload.size());
  return padded(bytes_of(length) + bytes_of(type) + bytes_of(flags) + std::string(8, '\0') +
                payload);
}

// A listening stream socket unless `type` says otherwise.
std::string socket_head(std::uint32_t number, char type = 1) {
  return std::string("\1") + type + std::string("\x0a\0", 2) + bytes_of(number) +
         std::string(8, '\0');
}

std::string path(const std::string& text) {
  return attribute(0, text + std::string(1, '\0'));
}

std::string file(std::uint32_t inode, std::uint32_t device) {
  return attribute(1, bytes_of(inode) + bytes_of(device));
}

const std::string kOne =
    message(20, socket_head(77) + path("/tmp/tmux-1000/default") + file(5, (8U << 20U) | 3U) +
                    attribute(4, bytes_of(std::uint32_t{0}) + bytes_of(std::uint32_t{128})) +
                    attribute(7, bytes_of(std::uint32_t{1000})));
const std::string kDone = message(3, bytes_of(std::int32_t{0}));

Progress take(const std::string& datagram) {
  DiagAnswer answer;
  return answer.take(datagram);
}

TEST_CASE("the question to the kernel is these forty bytes") {
  const auto request = diag_request();
  CHECK(std::string(reinterpret_cast<const char*>(request.data()), sizeof request) ==
        std::string("\x28\0\0\0\x14\0\1\3\1\0\0\0\0\0\0\0"
                    "\1\0\0\0\0\4\0\0\0\0\0\0\x13\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
                    40));
}

TEST_CASE("a listener is told with its path, number, file and queue") {
  DiagAnswer answer;
  CHECK(answer.take(kOne) == Progress::more);
  CHECK(answer.take(kOne + kDone) == Progress::complete);
  REQUIRE(answer.listeners().size() == 2);
  const Listener& listener = answer.listeners()[1];
  CHECK(listener.path == "/tmp/tmux-1000/default");
  CHECK(listener.socket == 77);
  REQUIRE(listener.file);
  CHECK(listener.file->inode == 5);
  CHECK(listener.file->device == 0x803);  // as stat() has 8:3
  CHECK(listener.backlog == 128);
}

TEST_CASE("what is not a stream socket bound to a path is left out") {
  DiagAnswer answer;
  const std::string seqpacket = message(20, socket_head(1, 5) + path("/s"));
  const std::string abstract = message(20, socket_head(2) + attribute(0, std::string("\0abc", 4)));
  const std::string nameless = message(20, socket_head(3));
  CHECK(answer.take(seqpacket + abstract + nameless + message(1, "") + kDone) ==
        Progress::complete);
  CHECK(answer.listeners().empty());
}

TEST_CASE("a path that fills its attribute needs no NUL, and unknown attributes are skipped") {
  DiagAnswer answer;
  const std::string longest(108, 'x');
  const std::string odd = attribute(2, "abc") + attribute(0x4000 | 0, longest);
  CHECK(answer.take(message(20, socket_head(1) + odd) + kDone) == Progress::complete);
  REQUIRE(answer.listeners().size() == 1);
  CHECK(answer.listeners()[0].path == longest);
  CHECK_FALSE(answer.listeners()[0].file);
}

TEST_CASE("an answer that is cut anywhere is never whole, and gives no listener") {
  const std::string whole = kOne + kDone;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    DiagAnswer answer;
    const Progress progress = answer.take(whole.substr(0, size));
    // Its last four bytes are the result of the dump.
    if (size == 0 || size == kOne.size()) {
      CHECK(progress == Progress::more);
    } else {
      CHECK(progress == Progress::refused);
      CHECK(answer.listeners().empty());
    }
  }
}

TEST_CASE("what cannot be read, or says no, is refused") {
  const auto with_length = [](std::uint16_t length) {
    return message(20, socket_head(1) + bytes_of(length) + bytes_of(std::uint16_t{0}) + "path");
  };
  CHECK(take(message(2, bytes_of(std::int32_t{-1}))) == Progress::refused);
  CHECK(take(message(3, bytes_of(std::int32_t{-12}))) == Progress::refused);
  CHECK(take(message(99, "")) == Progress::refused);
  CHECK(take(message(20, "short")) == Progress::refused);
  CHECK(take(with_length(0)) == Progress::refused);
  CHECK(take(with_length(3)) == Progress::refused);
  CHECK(take(with_length(9)) == Progress::refused);
  CHECK(take(message(20, socket_head(1) + attribute(1, "1234567"))) == Progress::refused);
  CHECK(take(message(20, socket_head(1) + attribute(4, ""))) == Progress::refused);
  CHECK(take(std::string(16, '\0')) == Progress::refused);
  CHECK(take(std::string(64, '\xff')) == Progress::refused);
}

TEST_CASE("a dump that was interrupted is to be asked again") {
  DiagAnswer answer;
  CHECK(answer.take(message(20, socket_head(1) + path("/s"), 0x12)) == Progress::more);
  CHECK(answer.take(kDone) == Progress::interrupted);
  CHECK(answer.listeners().empty());
  CHECK(take(message(4, "")) == Progress::refused);  // an overrun
}

TEST_CASE("nothing behind the end is read") {
  DiagAnswer answer;
  CHECK(answer.take(kDone + kOne) == Progress::complete);
  CHECK(answer.listeners().empty());
}

}  // namespace
}  // namespace taskgate::tmux
