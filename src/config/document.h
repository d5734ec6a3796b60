// A YAML document as plain values with their places, so that yaml-cpp is seen in one file only.
// Pure; any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace taskgate::config {

struct Member;

struct Node {
  enum class Kind : std::uint8_t { nothing, text, list, mapping };

  Kind kind = Kind::nothing;
  int line = 1;  // both from 1
  int column = 1;
  std::string text;             // of `text`, whether quoted or not
  std::vector<Node> items;      // of `list`
  std::vector<Member> members;  // of `mapping`, in the order of the file, repeats included
};

struct Member {
  Node key;
  Node value;
};

struct SyntaxError {
  int line;
  int column;
  std::string text;
};

// The largest text that is read. Some hundred rules fit, and what yaml-cpp makes of the worst text
// of that size (some 30 MiB) fits the memory of a sidecar.
inline constexpr std::size_t kLargestFile = std::size_t{128} * 1024;

// Reads the one document of `text`; a text without a document is `nothing`.
boost::system::result<Node, SyntaxError> parse_document(const std::string& text);

}  // namespace taskgate::config
