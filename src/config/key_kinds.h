// The kinds of keys: what a key of each takes, how it is written, and how messages say what is
// allowed. Each function makes one key; `member_of` gives its member of a Config, const or not. For
// the table of keys (keys.cc).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/keys.h"
#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config::kind {

template <typename MemberOf, typename Parse, typename Format>
Key scalar(std::string path, std::string allowed, MemberOf member_of, Parse parse, Format format) {
  Key key;
  key.path = std::move(path);
  key.allowed = std::move(allowed);
  key.set = [member_of, parse](Config& config,
                               const std::vector<std::string>& values) -> std::vector<Problem> {
    const auto parsed = parse(values.front());
    if (!parsed) return {{0, parsed.error().text}};
    member_of(config) = *parsed;
    return {};
  };
  key.get = [member_of, format](const Config& config) {
    return std::vector<std::string>{format(member_of(config))};
  };
  return key;
}

template <typename T>
struct Range {
  T least;
  T most;
};

template <typename T>
Parsed<T> within(const Parsed<T>& parsed, const Range<T>& range) {
  if (parsed && (*parsed < range.least || *parsed > range.most)) return Fault{"is out of range"};
  return parsed;
}

template <typename MemberOf>
Key duration(std::string path, MemberOf member_of, Range<Duration> range) {
  return scalar(
      std::move(path),
      "a duration from " + format_duration(range.least) + " to " + format_duration(range.most),
      member_of, [range](const std::string& text) { return within(parse_duration(text), range); },
      format_duration);
}

// A duration for which 0 means that there is no limit.
template <typename MemberOf>
Key optional_duration(std::string path, MemberOf member_of, Range<Duration> range) {
  Key key = duration(std::move(path), member_of, range);
  key.allowed = "0 (none) or " + key.allowed;
  key.set = [member_of, set = key.set](Config& config, const std::vector<std::string>& values) {
    const auto parsed = parse_duration(values.front());
    if (!parsed || *parsed != Duration::zero()) return set(config, values);
    member_of(config) = Duration::zero();
    return std::vector<Problem>();
  };
  return key;
}

template <typename MemberOf>
Key size(std::string path, MemberOf member_of, Range<std::size_t> range) {
  return scalar(
      std::move(path), "a size from " + format_size(range.least) + " to " + format_size(range.most),
      member_of, [range](const std::string& text) { return within(parse_size(text), range); },
      format_size);
}

template <typename MemberOf>
Key count(std::string path, MemberOf member_of, Range<std::uint64_t> range) {
  using Number = std::decay_t<decltype(member_of(std::declval<Config&>()))>;
  return scalar(
      std::move(path),
      "a whole number from " + std::to_string(range.least) + " to " + std::to_string(range.most),
      member_of,
      [range](const std::string& text) -> Parsed<Number> {
        const auto number = within(parse_count(text), range);
        if (!number) return number.error();
        return static_cast<Number>(*number);
      },
      [](Number number) { return std::to_string(number); });
}

template <typename Value>
using NamedValues = std::vector<std::pair<std::string, Value>>;

template <typename MemberOf, typename Value>
Key choice(std::string path, MemberOf member_of, NamedValues<Value> names) {
  std::vector<std::string> words;
  for (const auto& [name, value] : names) words.push_back(name);
  return scalar(
      std::move(path), either(words), member_of,
      [names](const std::string& text) -> Parsed<Value> {
        for (const auto& [name, value] : names) {
          if (name == text) return value;
        }
        return Fault{"is not allowed"};
      },
      [names](Value value) {
        const auto found = std::find_if(names.begin(), names.end(),
                                        [&](const auto& name) { return name.second == value; });
        return found->first;
      });
}

template <typename MemberOf>
Key boolean(std::string path, MemberOf member_of) {
  Key key = scalar(std::move(path), "true or false", member_of, parse_boolean,
                   [](bool value) { return std::string(value ? "true" : "false"); });
  key.is_switch = true;
  return key;
}

template <typename MemberOf>
Key listener(std::string path, MemberOf member_of) {
  Key key = scalar(
      std::move(path), "host:port, [IPv6]:port, or :port for all addresses", member_of,
      [](const std::string& text) { return parse_address(text, true); }, to_string);
  key.reloadable = false;
  return key;
}

template <typename MemberOf>
Key target(std::string path, MemberOf member_of) {
  return scalar(
      std::move(path), "host:port or [IPv6]:port with a port from 1 to 65535", member_of,
      [](const std::string& text) { return parse_address(text, false); }, to_string);
}

// `item` says what one of them is.
template <typename MemberOf, typename Check>
Key strings(std::string path, std::string allowed, std::string item, MemberOf member_of,
            Check check) {
  Key key;
  key.path = std::move(path);
  key.allowed = std::move(allowed);
  key.is_list = true;
  key.item = std::move(item);
  key.set = [member_of, check](Config& config, const std::vector<std::string>& values) {
    std::vector<Problem> problems = check(values);
    if (problems.empty()) member_of(config) = values;
    return problems;
  };
  key.get = [member_of](const Config& config) { return member_of(config); };
  return key;
}

// `of` says what the text is.
template <typename MemberOf>
Key line(std::string path, const std::string& of, MemberOf member_of, std::size_t most) {
  return scalar(
      std::move(path), of, member_of,
      [most](const std::string& text) { return parse_line(text, most); },
      [](const std::string& text) { return text; });
}

template <typename MemberOf>
Key short_text(std::string path, MemberOf member_of, std::size_t most) {
  return line(std::move(path),
              "text of at most " + std::to_string(most) + " characters, in one line", member_of,
              most);
}

}  // namespace taskgate::config::kind
