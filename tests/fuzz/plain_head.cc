#include "fuzz/plain_head.h"

#include <algorithm>

#include "fuzz/check.h"

namespace taskgate::fuzz {

namespace {

const std::vector<std::string> kHopByHop{"connection", "keep-alive", "proxy-connection", "te",
                                         "upgrade"};
// Read, replaced or counted by this hop: the targets look at what became of their meaning instead.
const std::vector<std::string> kHandled{"content-length", "transfer-encoding", "trailer",
                                        "expect",         "max-forwards",      "x-forwarded-for"};

// What a field's name is made of (RFC 9110 section 5.6.2), in lower case.
constexpr std::string_view kToken = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

// "close" is an option that names no field (RFC 9110 section 18.4 keeps that field name free).
bool is_named(const std::vector<std::string>& options, const std::string& name) {
  return name != "close" && contains(options, name);
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

std::string take_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  check(end != std::string_view::npos, "each line of an accepted head ends in CRLF");
  const std::string line(rest.substr(0, end));
  rest.remove_prefix(end + 2);
  check(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
        "an accepted head has no bare CR, no bare LF and no NUL");
  return line;
}

PlainField field_of(const std::string& line) {
  const std::size_t colon = line.find(':');
  check(colon != std::string::npos && colon > 0, "each accepted field line has a name and a colon");
  const std::string name = line.substr(0, colon);
  check(name.find_first_of(" \t") == std::string::npos, "no field name has white space");
  return {.name = lower(name), .value = trimmed(line.substr(colon + 1)), .line = line};
}

}  // namespace

PlainHead read_plainly(std::string_view head) {
  PlainHead plain{.start_line = take_line(head), .fields = {}};
  for (std::string line = take_line(head); !line.empty(); line = take_line(head)) {
    plain.fields.push_back(field_of(line));
  }
  check(head.empty(), "a head ends with its first empty line");
  return plain;
}

std::vector<std::string> PlainHead::values(std::string_view name) const {
  std::vector<std::string> found;
  for (const PlainField& field : fields) {
    if (field.name == name) found.push_back(field.value);
  }
  return found;
}

std::vector<std::string> PlainHead::connection_options() const {
  std::vector<std::string> options;
  for (std::string value : values("connection")) {
    value += ',';
    for (std::size_t begin = 0; begin < value.size(); begin = value.find(',', begin) + 1) {
      options.push_back(
          lower(trimmed(std::string_view(value).substr(begin, value.find(',', begin) - begin))));
    }
  }
  return options;
}

std::string PlainHead::end_to_end(const std::vector<std::string>& named_by_connection) const {
  std::string lines;
  for (const auto& [name, value, line] : fields) {
    const bool goes_on = name != "close" && !contains(kHopByHop, name) &&
                         !contains(kHandled, name) && !is_named(named_by_connection, name);
    if (goes_on) lines += line + '\n';
  }
  return lines;
}

void check_no_hop_fields(const PlainHead& head, const std::vector<std::string>& named_by_connection,
                         const std::vector<std::string>& allowed) {
  for (const PlainField& field : head.fields) {
    if (contains(allowed, field.name)) continue;
    check(!contains(kHopByHop, field.name), "no hop-by-hop field is forwarded");
    check(!is_named(named_by_connection, field.name),
          "no field that Connection names is forwarded");
  }
}

void check_hop_trailers(const PlainHead& head, const std::vector<std::string>& hop_fields) {
  const std::vector<std::string> own{"", "close", "keep-alive", "upgrade"};
  for (const std::string& option : head.connection_options()) {
    const bool is_name = option.find_first_not_of(kToken) == std::string::npos;
    if (contains(own, option) || !is_name) continue;
    const bool ends = std::ranges::any_of(
        hop_fields, [&](const std::string& field) { return lower(field) == option; });
    check(ends, "no trailer that Connection names is forwarded");
  }
}

}  // namespace taskgate::fuzz
