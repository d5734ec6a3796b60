// What `taskgate verify` is pointed at. Pure; any thread.
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "config/config.h"

namespace taskgate::cli {

struct AskedPlace {
  config::Address address;
  std::string target = "*";  // of the request

  bool operator==(const AskedPlace&) const = default;
};

// "HOST:PORT", or "http://HOST[:PORT][/PATH][?QUERY]", whose port is 80 by default; else what is
// wrong with the text, as the end of a sentence that begins with it.
boost::system::result<AskedPlace, std::string> parse_asked_place(const std::string& text);

}  // namespace taskgate::cli
