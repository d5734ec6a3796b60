#include "config/values.h"

#include <string>

#include "support/catch.h"

namespace taskgate::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <typename T>
std::string fault_of(const Parsed<T>& parsed) {
  return parsed.has_error() ? parsed.error().text : "";
}

TEST_CASE("durations have a unit") {
  struct Row {
    const char* text;
    Duration duration;
  };
  const Row rows[] = {
      {"500ms", milliseconds(500)}, {"10s", seconds(10)},
      {"2m", minutes(2)},           {"1h", hours(1)},
      {"0", Duration::zero()},      {"000", Duration::zero()},
      {"0s", Duration::zero()},     {"0h", Duration::zero()},
      {"007s", seconds(7)},         {"2562047h", hours(2'562'047)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = parse_duration(row.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == row.duration);
  }
}

TEST_CASE("text in one line may be of any language, and empty") {
  for (const std::string& text :
       {std::string(), std::string(200, 'x'), std::string("a: b, \"c\" #d"),
        std::string("Hilfe f\xC3\xBCr alle")}) {
    CHECK(*parse_line(text, 200) == text);
  }
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xBC";
  CHECK(parse_line(umlauts, 200).has_value());
  CHECK(fault_of(parse_line(umlauts + "x", 200)) == "is too long");
}

TEST_CASE("control characters are those of ASCII and of C1, and nothing else") {
  for (const char* text : {"a\nb", "a\rb", "a\tb", "\x1b[31m", "a\x7f", "a\xC2\x85"}) {
    CHECK(text_fault(text) == "has a control character");
    CHECK(text_fault(text, true).empty());
  }
  CHECK(text_fault(std::string_view("a\0b", 3)) == "has a control character");
  for (const char* text : {"", "a: b, \"c\" #d", "Hilfe f\xC3\xBCr alle", "\xC2\xA0"}) {
    CHECK(text_fault(text).empty());
  }
  CHECK(text_fault("\xA0", true) == "is not UTF-8");
}

TEST_CASE("what is no duration is refused") {
  struct Row {
    const char* text;
    const char* fault;
  };
  const char* no_duration = "is not a duration such as 500ms or 10s";
  const Row rows[] = {
      {"", no_duration},
      {"s", no_duration},
      {"10", "has no unit (ms, s, m or h)"},
      {"-1s", no_duration},
      {"+1s", no_duration},
      {"1.5s", no_duration},
      {"1m30s", no_duration},
      {"10 s", no_duration},
      {" 10s", no_duration},
      {"10S", no_duration},
      {"1d", no_duration},
      {"10us", no_duration},
      {"2562048h", "is too long"},
      {"99999999999999999999s", "is too long"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(fault_of(parse_duration(row.text)) == row.fault);
  }
}

TEST_CASE("sizes are bytes, or have a binary or decimal unit") {
  struct Row {
    const char* text;
    std::size_t bytes;
  };
  const Row rows[] = {
      {"0", 0},          {"100", 100},       {"100B", 100},
      {"64KiB", 65'536}, {"1MiB", 1048576},  {"1GiB", 1U << 30},
      {"10kB", 10'000},  {"2MB", 2'000'000}, {"1GB", 1000000000},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = parse_size(row.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == row.bytes);
  }
}

TEST_CASE("what is no size is refused") {
  for (const char* text : {"", "KiB", "1K", "1kib", "1 MiB", "-1", "1.5MiB", "0x10", "1TiB"}) {
    CAPTURE(text);
    CHECK(fault_of(parse_size(text)) == "is not a size such as 64KiB or 1MiB");
  }
  CHECK(fault_of(parse_size("99999999999GiB")) == "is too large");
  CHECK(fault_of(parse_size("18446744073709551616")) == "is too large");
}

TEST_CASE("a size is printed as the largest whole unit") {
  CHECK(format_size(0) == "0");
  CHECK(format_size(1000) == "1000");
  CHECK(format_size(1024) == "1KiB");
  CHECK(format_size(1536) == "1536");
  CHECK(format_size(3 * 1024) == "3KiB");
  CHECK(format_size(16 << 20) == "16MiB");
  CHECK(format_size(std::size_t{3} << 30) == "3GiB");
}

TEST_CASE("counts are digits and nothing else") {
  CHECK(*parse_count("0") == 0);
  CHECK(*parse_count("0012") == 12);
  CHECK(*parse_count("9223372036854775807") == 9'223'372'036'854'775'807U);
  for (const char* text : {"", "-1", "+1", "1_000", "0x1", "1.0", " 1", "twelve"}) {
    CAPTURE(text);
    CHECK(fault_of(parse_count(text)) == "is not a whole number");
  }
  CHECK(fault_of(parse_count("9223372036854775808")) == "is too large");
}

TEST_CASE("booleans may be written in the usual ways") {
  for (const char* text : {"true", "yes", "on", "1"}) CHECK(*parse_boolean(text));
  for (const char* text : {"false", "no", "off", "0"}) CHECK_FALSE(*parse_boolean(text));
  for (const char* text : {"", "TRUE", "y", "2"}) CHECK(parse_boolean(text).has_error());
}

TEST_CASE("addresses are a host and a port") {
  struct Row {
    const char* text;
    const char* host;
    std::uint16_t port;
  };
  const Row rows[] = {
      {"127.0.0.1:6080", "127.0.0.1", 6080},
      {"0.0.0.0:0", "0.0.0.0", 0},
      {"[::1]:80", "::1", 80},
      {"[fe80::1]:65535", "fe80::1", 65'535},
      {"localhost:1", "localhost", 1},
      {"coder.team-1.svc.cluster.local:80", "coder.team-1.svc.cluster.local", 80},
      {":6090", "::", 6090},
      {"a_b:00080", "a_b", 80},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = parse_address(row.text, true);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == Address{row.host, row.port});
  }
}

TEST_CASE("what is no address is refused") {
  struct Row {
    const char* text;
    const char* fault;
  };
  const Row rows[] = {
      {"", "has no port"},
      {"6080", "has no port"},
      {"localhost", "has no port"},
      {"localhost:", "has no port from 0 to 65535"},
      {"localhost:http", "has no port from 0 to 65535"},
      {"localhost:65536", "has no port from 0 to 65535"},
      {"localhost:-1", "has no port from 0 to 65535"},
      {"localhost:000080", "has no port from 0 to 65535"},
      {"::1:80", "has no brackets around its IPv6 address"},
      {"[::1:80", "has no valid host"},
      {"[127.0.0.1]:80", "has no valid host"},
      {"[]:80", "has no valid host"},
      {"256.0.0.1:80", "has no valid host"},
      {"1.2.3:80", "has no valid host"},
      {"http://localhost:80", "has no valid host"},
      {"a b:80", "has no valid host"},
      {"-a:80", "has no valid host"},
      {"*:80", "has no valid host"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(fault_of(parse_address(row.text, true)) == row.fault);
  }
}

TEST_CASE("an address to connect to needs a host and a port") {
  CHECK(fault_of(parse_address(":6080", false)) == "has no host");
  CHECK(fault_of(parse_address("localhost:0", false)) == "has port 0");
}

TEST_CASE("an address is printed as it is read") {
  CHECK(to_string(Address{"127.0.0.1", 80}) == "127.0.0.1:80");
  CHECK(to_string(Address{"::", 6090}) == "[::]:6090");
  CHECK(to_string(Address{"coder", 1}) == "coder:1");
}

TEST_CASE("listeners clash on the same port of overlapping addresses") {
  const auto clashes = [](const char* one, const char* other) {
    return clash(*parse_address(one, true), *parse_address(other, true)) &&
           clash(*parse_address(other, true), *parse_address(one, true));
  };
  CHECK(clashes("0.0.0.0:80", "127.0.0.1:80"));
  CHECK(clashes(":80", "127.0.0.1:80"));
  CHECK(clashes(":80", "[::1]:80"));
  CHECK(clashes("127.0.0.1:80", "localhost:80"));
  CHECK(clashes("[::1]:80", "[0:0::1]:80"));
  CHECK(clashes("host:80", "host:80"));
  CHECK_FALSE(clashes("0.0.0.0:80", "[::1]:80"));
  CHECK_FALSE(clashes("127.0.0.1:80", "127.0.0.2:80"));
  CHECK_FALSE(clashes("127.0.0.1:80", "127.0.0.1:81"));
  CHECK_FALSE(clashes("127.0.0.1:0", "127.0.0.1:0"));
  CHECK_FALSE(clashes("host:80", "127.0.0.1:80"));
}

TEST_CASE("an upstream that is the listener's own address reaches it") {
  const auto reached = [](const char* target, const char* listener) {
    return reaches(*parse_address(target, true), *parse_address(listener, true));
  };
  CHECK(reached("127.0.0.1:80", "0.0.0.0:80"));
  CHECK(reached("127.0.0.9:80", ":80"));
  CHECK(reached("[::1]:80", ":80"));
  CHECK(reached("localhost:80", "127.0.0.1:80"));
  CHECK(reached("0.0.0.0:80", "127.0.0.1:80"));
  CHECK(reached("host:80", "host:80"));
  CHECK_FALSE(reached("10.0.0.5:80", "0.0.0.0:80"));
  CHECK_FALSE(reached("10.0.0.5:80", ":80"));
  CHECK_FALSE(reached("127.0.0.1:81", "0.0.0.0:80"));
  CHECK_FALSE(reached("0.0.0.0:80", "10.0.0.5:80"));
  CHECK_FALSE(reached("host:80", "0.0.0.0:80"));
}

TEST_CASE("a quoted value cannot break a line and is not endless") {
  CHECK(quoted("plain") == "'plain'");
  CHECK(quoted("a\nb\x7f") == "'a\\x0ab\\x7f'");
  CHECK(quoted(std::string(200, 'x')) == "'" + std::string(80, 'x') + "...'");
  CHECK(quoted(std::string(79, 'x') + "\u00e4x") == "'" + std::string(79, 'x') + "...'");
}

}  // namespace
}  // namespace taskgate::config
