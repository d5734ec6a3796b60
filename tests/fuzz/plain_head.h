// Heads of messages read a second time, in the plainest way: by splitting at CRLF. What the parsers
// under test accepted is held against this reading.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace taskgate::fuzz {

struct PlainField {
  std::string name;  // in lower case
  std::string value;
  std::string line;  // without its CRLF
};

struct PlainHead {
  std::string start_line;
  std::vector<PlainField> fields;

  std::vector<std::string> values(std::string_view name) const;  // as they are
  // The elements of all Connection fields, in lower case.
  std::vector<std::string> connection_options() const;
  // The lines, one behind the other, of the fields that mean something to the next hop alone: none
  // that frames, none that this hop reads, takes off or rewrites. What must go on as it is.
  std::string end_to_end(const std::vector<std::string>& named_by_connection) const;
};

// Checks that `head` is lines that end in CRLF, the last one empty, without any other CR or LF and
// without NUL, that no line is folded, and that each field's name is followed by its colon.
PlainHead read_plainly(std::string_view head);

// Checks that nothing in the head is for one hop only, but what `allowed` names.
void check_no_hop_fields(const PlainHead& head, const std::vector<std::string>& named_by_connection,
                         const std::vector<std::string>& allowed);

// Checks that a chunked body's trailers of the names that Connection has end at this hop, too.
void check_hop_trailers(const PlainHead& head, const std::vector<std::string>& hop_fields);

}  // namespace taskgate::fuzz
