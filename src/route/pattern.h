// A path pattern: literal text and variables, each a whole segment:
// "/api/webhooks/{id:[a-zA-Z0-9_-]}/test". A variable is one or more characters of its class;
// without a class, any but '/', '?' and '#'. Pure; any thread.
#pragma once

#include <bitset>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace taskgate::route {

// How a path is held against a pattern.
enum class Comparison : std::uint8_t {
  bytes,
  // Letters in either case, and a variable without a class takes any character of a segment: for
  // paths whose escapes are decoded, and for frameworks whose routes ignore case.
  loose,
};

class Pattern {
 public:
  // Gives the pattern, or what is wrong with `text`, as a sentence for a configuration error.
  static boost::system::result<Pattern, std::string> parse(std::string_view text);

  // Whether the whole of `path` matches; `variable`, unless it is null, gets the value of the first
  // variable, a view into `path`.
  bool matches(std::string_view path, Comparison comparison = Comparison::bytes,
               std::string_view* variable = nullptr) const;

  const std::string& text() const { return text_; }
  // The name of the first variable; empty if there is none.
  const std::string& variable_name() const { return variable_name_; }

  bool operator==(const Pattern& other) const { return text_ == other.text_; }

 private:
  struct Piece {
    std::string literal;          // empty for a variable
    std::bitset<256> characters;  // of a variable
    bool any = false;             // a variable without a class
  };
  // Each adds a piece, a variable without its braces; what is wrong with it, or an empty string.
  std::string add_literal(std::string_view text);
  std::string add_variable(std::string_view text, std::vector<std::string>& names);
  static bool takes(const Piece& piece, std::string_view segment, Comparison comparison);

  std::string text_;
  std::string variable_name_;
  std::vector<Piece> pieces_;
};

// Whether `text` begins with `start`.
bool begins_with(std::string_view text, std::string_view start, Comparison comparison);

}  // namespace taskgate::route
