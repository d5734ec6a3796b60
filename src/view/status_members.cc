#include "view/status_members.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace taskgate::view {

namespace json = boost::json;

const json::value* find(const json::value& from, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = from.find_pointer(pointer, error);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string text(const json::value& from, std::string_view pointer, const char* otherwise) {
  const json::value* found = find(from, pointer);
  if (found == nullptr) return otherwise;
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

std::optional<std::int64_t> number(const json::value& from, std::string_view pointer) {
  const json::value* found = find(from, pointer);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto whole = static_cast<std::int64_t>(found->to_number<double>(error));
  if (error) return std::nullopt;
  return whole;
}

std::optional<std::int64_t> age(const json::value& from, std::string_view pointer) {
  const auto seconds = number(from, pointer);
  if (!seconds) return std::nullopt;
  return std::max<std::int64_t>(*seconds, 0);
}

bool is(const json::value& from, std::string_view pointer, bool expected) {
  const json::value* found = find(from, pointer);
  return found != nullptr && found->is_bool() && found->get_bool() == expected;
}

const json::array* list(const json::value& from, std::string_view pointer) {
  const json::value* found = find(from, pointer);
  return found == nullptr ? nullptr : found->if_array();
}

std::string number_in_words(const json::value& from, std::string_view pointer) {
  const auto known = number(from, pointer);
  return known ? std::to_string(*known) : "?";
}

}  // namespace taskgate::view
