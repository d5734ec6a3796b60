// The spellings of values: the same in the file, in variables and in flags. Pure; any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/config.h"

namespace taskgate::config {

// What a value is, when it is not what its key takes: "has no unit". The key says what is allowed.
struct Fault {
  std::string text;
};
template <typename T>
using Parsed = boost::system::result<T, Fault>;

// A whole number in decimal digits.
Parsed<std::uint64_t> parse_count(std::string_view text);

// "500ms", "10s", "2m", "1h", or a bare "0".
Parsed<Duration> parse_duration(std::string_view text);

// "100" (bytes), "64KiB", "1MiB", "1GiB", "10kB", "1MB", "1GB".
Parsed<std::size_t> parse_size(std::string_view text);
// The shortest exact spelling: "1MiB", "64KiB", "1000".
std::string format_size(std::size_t bytes);

// "true", "false", and yes, no, on, off, 1, 0 as other tools write them.
Parsed<bool> parse_boolean(std::string_view text);

// What no text may be, whichever key has it: other than UTF-8, since it could not be printed as
// YAML (yaml-cpp makes such bytes of "\_" and "\N"), and, but for one that `is_yaml` itself, with
// one of C0 (line ends and tabs too), DEL or C1, since that is a mistake: a string of C ends at
// NUL, and with the line end of a YAML block nothing would ever match. Empty: nothing of that.
std::string_view text_fault(std::string_view text, bool is_yaml = false);

// Text that stands in a sentence: of at most so many characters. It may be empty.
Parsed<std::string> parse_line(std::string_view text, std::size_t most);

// "host:port", "[IPv6]:port"; with `may_be_any` also ":port" (all addresses) and port 0 (any free
// port).
Parsed<Address> parse_address(std::string_view text, bool may_be_any);

// Whether two listeners get in each other's way: the same port on overlapping addresses.
bool clash(const Address& one, const Address& other);
// Whether what listens there is in this network namespace. Names other than localhost are not
// resolved here.
bool is_loopback(const Address& address);
// Whether a connection to `target` would surely come in at `listener`: the same host, or the
// loopback of an all-addresses listener. Names other than localhost are not resolved here.
bool reaches(const Address& target, const Address& listener);

// The text in quotes for a message, with control characters escaped and cut to a readable length.
std::string quoted(std::string_view text);

}  // namespace taskgate::config
