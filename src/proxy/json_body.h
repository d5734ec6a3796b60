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
  static constexpr std::size_t kMost = 64 * 1024;

  // `bytes` outlives it. Beyond `most` it is not looked into: a tree of JSON values takes many
  // times its text's room.
  explicit JsonBody(std::string_view bytes, std::size_t most = kMost)
      : bytes_(bytes), most_(most) {}

  bool is_empty() const { return bytes_.empty(); }
  // Whether it is JSON as RFC 8259 has it, and not too long.
  bool is_readable();
  // Null: nothing is there.
  const boost::json::value* find(std::string_view pointer);

 private:
  std::string_view bytes_;
  std::size_t most_;
  bool was_parsed_ = false;
  std::optional<boost::json::value> json_;
};

// A text as it is, a number, true or false as JSON writes it; nothing for all else.
std::optional<std::string> text_of(const boost::json::value* value);

}  // namespace taskgate::proxy
