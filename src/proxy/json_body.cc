#include "proxy/json_body.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace taskgate::proxy {

namespace json = boost::json;

bool JsonBody::is_readable() {
  if (!std::exchange(was_parsed_, true) && bytes_.size() <= most_) {
    boost::system::error_code error;
    json::value value = json::parse({bytes_.data(), bytes_.size()}, error);
    if (!error) json_ = std::move(value);
  }
  return json_.has_value();
}

const json::value* JsonBody::find(std::string_view pointer) {
  if (!is_readable()) return nullptr;
  boost::system::error_code error;
  return json_->find_pointer({pointer.data(), pointer.size()}, error);
}

std::optional<std::string> text_of(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  if (!value->is_number() && !value->is_bool()) return std::nullopt;
  return json::serialize(*value);
}

}  // namespace taskgate::proxy
