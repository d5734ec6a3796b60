#include "config/flags.h"

#include <algorithm>

#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  Flags parse() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word.starts_with("--") && word.size() > 2) {
        take_flag(word);
      } else {
        refuse(word);
      }
    }
    return std::move(flags_);
  }

 private:
  static std::string name_of(const std::string& word) { return word.substr(0, word.find('=')); }

  void refuse(const std::string& word) {
    const std::string flag = "-" + name_of(word);
    const bool lacks_a_dash = word.starts_with("-") && is_known_flag(flag);
    if (!lacks_a_dash) return error(quoted(word), "is not a flag; flags begin with --");
    error(quoted(word), "is not a flag; did you mean " + flag + "?");
    skip_value(word);
  }

  // What stands behind a flag that is none is most likely its value, and no mistake of its own.
  void skip_value(const std::string& word) {
    const bool has_own = word.find('=') != std::string::npos;
    if (!has_own && next_ < words_.size() && !words_[next_].starts_with("-")) ++next_;
  }

  void take_flag(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = name_of(word);
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.substr(equals + 1);
    const std::string known_name = with_dashes(name);
    if (known_name == "--config") return take_file(name, value);
    for (const Key& key : keys()) {
      if (flag_of(key) == known_name) return take_setting(key, name, value);
    }
    complain(name);
    skip_value(word);
  }

  void take_file(const std::string& name, std::optional<std::string> value) {
    if (!value) value = following(name, "the path of the configuration file");
    if (!value) return;
    if (flags_.file) error(name, "is given twice");
    flags_.file = value;
  }

  void take_setting(const Key& key, const std::string& name, std::optional<std::string> value) {
    const bool has_following = next_ < words_.size() && !words_[next_].starts_with("--");
    if (!value && key.is_switch && !has_following) value = "true";
    if (!value) value = following(name, key.allowed);
    if (!value) return;
    auto& settings = flags_.settings;
    const auto given = std::find_if(settings.begin(), settings.end(),
                                    [&](const auto& setting) { return setting.key == &key; });
    if (given == settings.end()) {
      settings.push_back({&key, {{*value, name}}});
    } else if (key.is_list) {
      given->values.push_back({*value, name});
    } else {
      error(name, "is given twice");
    }
  }

  // The next word as the flag's value, unless it is a flag itself.
  std::optional<std::string> following(const std::string& name, const std::string& allowed) {
    if (next_ < words_.size() && !words_[next_].starts_with("--")) return words_[next_++];
    error(name, "has no value; use " + allowed);
    return std::nullopt;
  }

  void complain(const std::string& name) {
    const std::string meant = closest(with_dashes(name), known_flags(), 2);
    error(name, meant.empty()
                    ? "unknown flag; use a key's path with dashes, such as --tmux-on-unknown"
                    : "unknown flag; did you mean " + meant + "?");
  }

  void error(const std::string& flag, const std::string& text) {
    flags_.errors.emplace_back(flag, text);
  }

  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  Flags flags_;
};

}  // namespace

Flags parse_flags(const std::vector<std::string>& words) {
  return Parser(words).parse();
}

std::vector<std::string> known_flags() {
  std::vector<std::string> known{"--config"};
  for (const Key& key : keys()) known.push_back(flag_of(key));
  return known;
}

bool is_known_flag(const std::string& flag) {
  return std::ranges::count(known_flags(), with_dashes(flag)) > 0;
}

void apply_flags(const Flags& flags, Draft& draft) {
  for (const auto& [flag, text] : flags.errors) draft.error(flag, text);
  for (const Flags::Setting& setting : flags.settings) draft.set(*setting.key, setting.values);
}

}  // namespace taskgate::config
