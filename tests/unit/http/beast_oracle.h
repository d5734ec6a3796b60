// Messages as Boost.Beast reads them and as the parsers under test do, in the same words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace taskgate::http::test {

// A message as one text: the start line's parts, the fields in the order of their names, the body.
// "refused" if the head or the body is malformed or ambiguous; "incomplete" if it does not end with
// the input.
struct Reading {
  std::string text;
  std::string reason;             // of a refusal of ours
  bool beast_may_refuse = false;  // for a reason that is known
  std::size_t size = 0;
};

Reading read_request_with_beast(std::string_view input);
Reading read_response_with_beast(std::string_view input);

// The answer is one to GET.
Reading read_request_here(std::string_view input);
Reading read_response_here(std::string_view input);

}  // namespace taskgate::http::test
