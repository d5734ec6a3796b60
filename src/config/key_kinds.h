// The kinds of keys: what a key of each takes, how it is written, and how messages say what is
// allowed. Each function makes one key; `place` gives its member of a Config, const or not. For the
// table of keys (keys.cc).
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

template <typename Place, typename Parse, typename Format>
Key scalar(std::string path, std::string allowed, Place place, Parse parse, Format format) {
  Key key;
  key.path = std::move(path);
  key.allowed = std::move(allowed);
  key.set = [place, parse](Config& config,
                           const std::vector<std::string>& values) -> std::vector<Problem> {
    const auto parsed = parse(values.front());
    if (!parsed) return {{0, parsed.error().text}};
    place(config) = *parsed;
    return {};
  };
  key.get = [place, format](const Config& config) {
    return std::vector<std::string>{format(place(config))};
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

template <typename Place>
Key duration(std::string path, Place place, Range<Duration> range) {
  return scalar(
      std::move(path),
      "a duration from " + format_duration(range.least) + " to " + format_duration(range.most),
      place, [range](const std::string& text) { return within(parse_duration(text), range); },
      format_duration);
}

// A duration for which 0 means that there is no limit.
template <typename Place>
Key optional_duration(std::string path, Place place, Range<Duration> range) {
  Key key = duration(std::move(path), place, range);
  key.allowed = "0 (none) or " + key.allowed;
  key.set = [place, set = key.set](Config& config, const std::vector<std::string>& values) {
    const auto parsed = parse_duration(values.front());
    if (!parsed || *parsed != Duration::zero()) return set(config, values);
    place(config) = Duration::zero();
    return std::vector<Problem>();
  };
  return key;
}

template <typename Place>
Key size(std::string path, Place place, Range<std::size_t> range) {
  return scalar(
      std::move(path), "a size from " + format_size(range.least) + " to " + format_size(range.most),
      place, [range](const std::string& text) { return within(parse_size(text), range); },
      format_size);
}

template <typename Place>
Key count(std::string path, Place place, Range<std::uint64_t> range) {
  using Number = std::decay_t<decltype(place(std::declval<Config&>()))>;
  return scalar(
      std::move(path),
      "a whole number from " + std::to_string(range.least) + " to " + std::to_string(range.most),
      place,
      [range](const std::string& text) -> Parsed<Number> {
        const auto number = within(parse_count(text), range);
        if (!number) return number.error();
        return static_cast<Number>(*number);
      },
      [](Number number) { return std::to_string(number); });
}

template <typename Value>
using NamedValues = std::vector<std::pair<std::string, Value>>;

template <typename Place, typename Value>
Key choice(std::string path, Place place, NamedValues<Value> names) {
  std::vector<std::string> words;
  for (const auto& [name, value] : names) words.push_back(name);
  return scalar(
      std::move(path), either(words), place,
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

template <typename Place>
Key boolean(std::string path, Place place) {
  Key key = scalar(std::move(path), "true or false", place, parse_boolean,
                   [](bool value) { return std::string(value ? "true" : "false"); });
  key.is_switch = true;
  return key;
}

template <typename Place>
Key listener(std::string path, Place place) {
  Key key = scalar(
      std::move(path), "host:port, [IPv6]:port, or :port for all addresses", place,
      [](const std::string& text) { return parse_address(text, true); }, to_string);
  key.reloadable = false;
  return key;
}

template <typename Place>
Key target(std::string path, Place place) {
  return scalar(
      std::move(path), "host:port or [IPv6]:port with a port from 1 to 65535", place,
      [](const std::string& text) { return parse_address(text, false); }, to_string);
}

template <typename Place, typename Check>
Key strings(std::string path, std::string allowed, Place place, Check check) {
  Key key;
  key.path = std::move(path);
  key.allowed = std::move(allowed);
  key.is_list = true;
  key.set = [place, check](Config& config, const std::vector<std::string>& values) {
    std::vector<Problem> problems = check(values);
    if (problems.empty()) place(config) = values;
    return problems;
  };
  key.get = [place](const Config& config) { return place(config); };
  return key;
}

// `of` says what the text is.
template <typename Place>
Key line(std::string path, const std::string& of, Place place, std::size_t most) {
  return scalar(
      std::move(path), of, place,
      [most](const std::string& text) { return parse_line(text, most); },
      [](const std::string& text) { return text; });
}

template <typename Place>
Key short_text(std::string path, Place place, std::size_t most) {
  return line(std::move(path),
              "text of at most " + std::to_string(most) + " characters, in one line", place, most);
}

}  // namespace taskgate::config::kind
