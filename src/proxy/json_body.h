// A body that may be JSON, looked into by pointers (RFC 6901). Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace taskgate::proxy {

// It is parsed when it is first looked into, and no second time.
class JsonBody {
 public:
  // Beyond so much it is not looked into: a tree of JSON values takes many times its text's room.
  static constexpr std::size_t kMost = 64 * 1024;

  // `bytes` outlives it.
  explicit JsonBody(std::string_view bytes) : bytes_(bytes) {}

  bool is_empty() const { return bytes_.empty(); }
  // Whether it is JSON as RFC 8259 has it, and not too long.
  bool is_readable();
  // Null: nothing is there.
  const boost::json::value* find(std::string_view pointer);

 private:
  std::string_view bytes_;
  bool was_parsed_ = false;
  std::optional<boost::json::value> json_;
};

// A text as it is, a number, true or false as JSON writes it; nothing for all else.
std::optional<std::string> text_of(const boost::json::value* value);

}  // namespace taskgate::proxy
