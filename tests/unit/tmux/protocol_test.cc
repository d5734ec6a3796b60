#include "tmux/protocol.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "frames.h"
#include "recorded.h"
#include "support/catch.h"

namespace taskgate::tmux {
namespace {

using testing::raw_frame;

std::optional<FrameHeader> header_of(const std::string& bytes) {
  return parse_header(std::span<const char, kHeaderSize>(bytes.data(), kHeaderSize));
}

std::string text_of(std::span<const char> bytes) {
  return {bytes.data(), bytes.size()};
}

TEST_CASE("the two requests are the recorded ones, byte for byte") {
  CHECK(text_of(kShortRequest) == testing::read_answer("request.bin"));
  CHECK(kShortRequest.size() == 201);
  CHECK(text_of(kLongRequest) == testing::read_answer("long/request.bin"));
  CHECK(kLongRequest.size() == 360);
}

TEST_CASE("each question has its request") {
  CHECK(text_of(request_for(Question::names)) == text_of(kShortRequest));
  CHECK(text_of(request_for(Question::details)) == text_of(kLongRequest));
}

// A third could only be made where the frames are.
TEST_CASE("the sources make two requests and no third") {
  std::size_t commands = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(TASKGATE_SOURCE)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    for (auto at = source.find("list-sessions\\0"); at != std::string::npos;
         at = source.find("list-sessions\\0", at + 1)) {
      ++commands;
      CHECK(entry.path().filename() == "protocol.h");
    }
  }
  CHECK(commands == 2);
}

TEST_CASE("WRITE_READY has 24 bytes that name the stream and no error") {
  using namespace std::string_literals;
  const std::string start = "\x31\x01\0\0\x18\0\0\0\x08\0\0\0\xff\xff\xff\xff"s;
  CHECK(std::string(kOutputReady.data(), kOutputReady.size()) == start + "\1\0\0\0\0\0\0\0"s);
  CHECK(std::string(kErrorReady.data(), kErrorReady.size()) == start + "\2\0\0\0\0\0\0\0"s);
}

TEST_CASE("a header gives type, length and version") {
  const auto header = header_of(raw_frame(304, 1000, "", 8));
  REQUIRE(header);
  CHECK(header->type == Message::write);
  CHECK(header->length == 1000);
  CHECK(header->version == 8);
}

TEST_CASE("only the low byte of the peerid is the version") {
  const auto header = header_of(raw_frame(203, 16, "", 0xabcdef07));
  REQUIRE(header);
  CHECK(header->version == 7);
}

TEST_CASE("lengths that no tmux sends are refused") {
  struct Row {
    std::uint32_t length;
    bool possible;
  };
  const Row row = GENERATE(values<Row>({{0, false},
                                        {15, false},
                                        {16, true},
                                        {16384, true},
                                        {16385, false},
                                        {65535, false},
                                        {0x00010010, true},  // 16 bits and the descriptor flag
                                        {0x80000010, true},  // bit 31 is that flag from 3.6 on
                                        {0x00020010, false},
                                        {0x80010010, false},
                                        {0xffffffff, false}}));
  CAPTURE(row.length);
  CHECK(header_of(raw_frame(203, row.length, "")).has_value() == row.possible);
}

}  // namespace
}  // namespace taskgate::tmux
