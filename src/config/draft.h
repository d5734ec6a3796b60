// A configuration in the making: what was set so far and by whom, and all that is wrong with it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/keys.h"

namespace taskgate::config {

// A value and where it stands: "config.yaml:3:7: tmux.on_unknown", "TASKGATE_LIMIT", "--limit".
struct Value {
  std::string text;
  std::string place;
  bool is_item = false;  // of a list in the file: it surely is one
};

class Draft {
 public:
  // What comes later wins; sources are applied from the weakest to the strongest.
  void set(const Key& key, const std::vector<Value>& values);
  void set_in_file(const Key& key, const std::vector<Value>& values);
  // The file's own form of a key, which whoever read it has put into config().
  void note_in_file(const std::string& path, const std::string& place);

  // Keys and names of files come into both as they are: what could not be one line is escaped.
  // `path` is the key that is thereby known to be wrong, if it is about one; checks between keys
  // leave it out then.
  void error(const std::string& place, const std::string& text, std::string_view path = "");
  // The same of two keys that are fine each by itself.
  void error_between(const std::string& place, const std::string& text, const std::string& path,
                     const std::string& other);
  void warn(const std::string& line);
  // Where the value seems to be several in one, as only a variable takes them; `kind` is what it is
  // one of, and `several` how several are said.
  void warn_of_comma(const Value& value, const std::string& kind, const std::string& several);

  // Takes the values of `other` for the keys that are wrong, by themselves or together, and forgets
  // the errors.
  void replace_faulty(const Draft& other);

  bool is_set(std::string_view path) const { return places_.contains(path); }
  bool is_faulty(std::string_view path) const { return faulty_.contains(path); }
  // Where the key's value came from; the bare path when it is the default.
  std::string place_of(std::string_view path) const;
  // The same of all that are no defaults, without the key behind a place in the file.
  std::map<std::string, std::string, std::less<>> places() const;

  Config& config() { return config_; }
  const Config& config() const { return config_; }
  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  bool refuse_texts(const Key& key, const std::vector<Value>& values);
  void note_place(const std::string& path, const std::string& place);

  Config config_;
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
  std::map<std::string, std::string, std::less<>> places_;
  std::set<std::string, std::less<>> in_file_;
  std::set<std::string, std::less<>> faulty_;
  std::set<std::string, std::less<>> impossible_;  // together with another
};

}  // namespace taskgate::config
