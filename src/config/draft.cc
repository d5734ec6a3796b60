#include "config/draft.h"

#include "base/text.h"
#include "config/values.h"

namespace taskgate::config {

bool Draft::refuse_texts(const Key& key, const std::vector<Value>& values) {
  bool refused = false;
  for (const Value& value : values) {
    const std::string fault(text_fault(value.text, key.is_yaml));
    if (fault.empty()) continue;
    error(value.place, quoted(value.text) + " " + fault + "; use " + key.allowed, key.path);
    refused = true;
  }
  return refused;
}

void Draft::set(const Key& key, const std::vector<Value>& values) {
  if (refuse_texts(key, values)) return;
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(value.text);
  for (const Problem& problem : key.set(config_, texts)) {
    const Value& value = values[problem.index];
    error(value.place, quoted(value.text) + " " + problem.text + "; use " + key.allowed, key.path);
  }
  if (key.is_list) {
    for (const Value& value : values) warn_of_comma(value, key.item, "a list, [a, b], or flags");
  }
  note_place(key.path, values.front().place);
}

void Draft::set_in_file(const Key& key, const std::vector<Value>& values) {
  set(key, values);
  in_file_.insert(key.path);
}

void Draft::note_in_file(const std::string& path, const std::string& place) {
  note_place(path, place);
  in_file_.insert(path);
}

void Draft::note_place(const std::string& path, const std::string& place) {
  if (in_file_.contains(path)) {
    warn(places_[path] + ": has no effect, since " + place + " is set");
    in_file_.erase(path);
  }
  places_[path] = place;
}

void Draft::error(const std::string& place, const std::string& text, std::string_view path) {
  errors_.push_back(printable(place + ": " + text));
  faulty_.emplace(path);
}

void Draft::error_between(const std::string& place, const std::string& text,
                          const std::string& path, const std::string& other) {
  error(place, text);
  impossible_.insert({path, other});
}

void Draft::replace_faulty(const Draft& other) {
  for (const Key& key : keys()) {
    const bool is_wrong = is_faulty(key.path) || impossible_.contains(key.path);
    if (!is_wrong) continue;
    key.set(config_, key.get(other.config_));
    places_[key.path] = other.place_of(key.path);
  }
  errors_.clear();
  faulty_.clear();
  impossible_.clear();
}

void Draft::warn(const std::string& line) {
  warnings_.push_back(printable(line));
}

void Draft::warn_of_comma(const Value& value, const std::string& kind, const std::string& several) {
  if (value.is_item || value.text.find(',') == std::string::npos) return;
  warn(value.place + ": " + quoted(value.text) + " is one " + kind +
       ", with a comma in it; several are " + several);
}

std::string Draft::place_of(std::string_view path) const {
  const auto found = places_.find(path);
  return found == places_.end() ? std::string(path) : found->second;
}

std::map<std::string, std::string, std::less<>> Draft::places() const {
  auto places = places_;
  std::erase_if(places, [](const auto& entry) { return entry.first == entry.second; });
  for (auto& [path, place] : places) {
    if (place.ends_with(": " + path)) place.resize(place.size() - path.size() - 2);
  }
  return places;
}

}  // namespace taskgate::config
