#include "route/reading.h"

#include <algorithm>

#include "route/lenient.h"

namespace taskgate::route {
namespace {

// One way of reading: an answer to each question on which frameworks differ.
struct Reading {
  bool slash_aliases = true;  // '\', "%2F" and "%5C" separate segments
  // "." and ".." are resolved, in whatever spelling; other dots at a segment's end are dropped, as
  // a file system of Windows does.
  bool dot_segments = true;
  bool parameters_dropped = true;  // what stands behind ';' in a segment is not part of the path
  bool authority = false;  // a leading "//" begins an authority, as in a reference (RFC 3986 4.2)
};

constexpr unsigned kReadings = 16;

Reading reading_of(unsigned number) {
  return {(number & 1) == 0, (number & 2) == 0, (number & 4) == 0, (number & 8) != 0};
}

bool is_slash(char c) {
  return c == '/' || c == '\\';
}

// The target without the authority of an absolute form (RFC 9112 section 3.2.2).
std::string_view without_origin(std::string_view target) {
  const std::size_t colon = target.find("://");
  const std::size_t first_delimiter = target.find_first_of("/?#");
  if (colon == std::string_view::npos || first_delimiter != colon + 1) return target;
  target.remove_prefix(colon + 3);
  target.remove_prefix(std::min(target.size(), target.find_first_of("/?#")));
  return target;
}

std::string_view without_authority(std::string_view path) {
  if (path.size() < 2 || !is_slash(path[0]) || !is_slash(path[1])) return path;
  path.remove_prefix(2);
  path.remove_prefix(std::min(path.size(), path.find_first_of("/\\")));
  return path;
}

// The end of the segment that `path` begins with, and where the next one begins.
struct Extent {
  std::size_t end;
  std::size_t next;
};
Extent first_segment(std::string_view path, bool slash_aliases) {
  std::size_t length = 1;
  for (std::size_t i = 0; i < path.size(); i += length) {
    const char c = decoded(path.substr(i), length);
    const bool separates = slash_aliases ? is_slash(c) : path[i] == '/';
    if (separates) return {i, i + length};
  }
  return {path.size(), path.size()};
}

template <typename String>
void append_decoded(std::string_view segment, String& out) {
  std::size_t length = 1;
  for (std::size_t i = 0; i < segment.size(); i += length) {
    const char c = decoded(segment.substr(i), length);
    // An escaped slash that is part of its segment must not look like a separator to the pattern.
    out += c == '/' ? '\\' : c;
  }
}

template <typename String>
void append_segment(std::string_view segment, const Reading& reading, String& out) {
  if (reading.parameters_dropped) segment = segment.substr(0, segment.find(';'));
  const std::size_t before = out.size();
  out += '/';
  append_decoded(segment, out);
  std::string_view added = std::string_view(out).substr(before + 1);
  const std::size_t behind_dots = added.find_last_not_of('.');
  if (reading.dot_segments && behind_dots != std::string_view::npos) {
    out.resize(before + 1 + behind_dots + 1);
    added = std::string_view(out).substr(before + 1);
  }
  const bool is_parent = reading.dot_segments && added == "..";
  const bool is_nothing = added.empty() || (reading.dot_segments && added == ".");
  if (is_parent || is_nothing) out.resize(before);
  if (is_parent) out.resize(std::min(before, out.rfind('/')));
}

// The path of a target that has no query any more.
template <typename String>
void read(std::string_view path, const Reading& reading, String& out) {
  if (reading.authority) path = without_authority(path);
  while (!path.empty()) {
    const auto [end, next] = first_segment(path, reading.slash_aliases);
    append_segment(path.substr(0, end), reading, out);
    path.remove_prefix(next);
  }
  if (out.empty()) out.push_back('/');
}

// Whether all readings of the path are the same, so that one of them will do.
bool reads_one_way(std::string_view path) {
  const auto is_plain = [](char c) {
    return c > ' ' && c < 0x7F && c != '%' && c != '\\' && c != ';';
  };
  return std::all_of(path.begin(), path.end(), is_plain) && !path.ends_with('.') &&
         path.find("//") == std::string_view::npos && path.find("/.") == std::string_view::npos &&
         path.find("./") == std::string_view::npos;
}

// How often a path is decoded before it is read, for servers behind servers; and up to which length
// all texts are made: the time grows with both, and routes' paths are short.
constexpr int kMoreRounds = 3;
constexpr std::size_t kLenientBytes = 8 * 1024;

// The bytes at which the first upstream splits its request line (Python's str.split() after
// latin-1). The HTTP parser refuses them in a target; they are known here too, so that exactness
// does not rest on another folder.
bool splits_request_line(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x20) || byte == 0x85 ||
         byte == 0xA0;
}

}  // namespace

std::string_view without_prefixes(std::string_view path, const std::vector<std::string>& prefixes,
                                  Comparison comparison) {
  for (const std::string& prefix : prefixes) {
    if (!begins_with(path, prefix, comparison)) continue;
    if (path.size() == prefix.size()) return "/";
    if (path[prefix.size()] == '/') path.remove_prefix(prefix.size());
  }
  return path;
}

std::string_view exact_path(std::string_view target) {
  while (!target.empty() && splits_request_line(target.front())) target.remove_prefix(1);
  while (!target.empty() && splits_request_line(target.back())) target.remove_suffix(1);
  if (!target.starts_with('/')) return {};
  while (target.starts_with("//")) target.remove_prefix(1);
  return target;
}

std::string_view without_query(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

const std::pmr::vector<std::pmr::string>& Readings::paths() {
  if (!paths_.empty()) return paths_;
  const std::string_view path = without_query(without_origin(target_));
  read_all(path);
  if (reads_one_way(path)) return paths_;
  std::pmr::string text(path, &memory_);
  read_leniently(text);
  if (path.size() > kLenientBytes) return paths_;
  std::pmr::string next(&memory_);
  for (int round = 0; round < kMoreRounds; ++round) {
    next.clear();
    append_decoded_once(text, next);
    if (next == text) break;
    text.swap(next);
    read_all(text);
    read_leniently(text);
  }
  return paths_;
}

void Readings::read_leniently(std::string_view path) {
  std::pmr::string text(&memory_);
  text.reserve(path.size());
  const auto read_other = [&] {
    if (text != path) read_all(text);
    text.clear();
  };
  append_visible(path, text);
  read_other();
  if (path.size() > kLenientBytes) return;
  append_folded(path, text);
  read_other();
  append_visible(before_nul(path), text);
  read_other();
}

void Readings::read_all(std::string_view path) {
  const unsigned count = reads_one_way(path) ? 1 : kReadings;
  std::pmr::string made(&memory_);
  made.reserve(path.size() + 1);
  for (unsigned number = 0; number < count; ++number) {
    made.clear();
    read(path, reading_of(number), made);
    const bool is_new = std::find(paths_.begin(), paths_.end(), made) == paths_.end();
    if (is_new) paths_.push_back(made);
  }
}

bool Readings::is_plain() {
  return paths().size() == 1 && std::string_view(paths().front()) == without_query(target_);
}

std::string resolved_path(std::string_view target) {
  std::string path;
  read(without_query(without_origin(target)), Reading{}, path);
  return path;
}

}  // namespace taskgate::route
