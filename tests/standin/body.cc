#include "standin/body.h"

#include <boost/json/parse.hpp>

#include "standin/text.h"

namespace taskgate::standin {

std::optional<long long> declared_length(const Request& request) {
  const std::string* field = request.field("Content-Length");
  return field == nullptr ? 0 : to_int(*field);
}

Body read_body(Stream& stream, const Request& request, long long limit) {
  const auto length = declared_length(request);
  if (!length || *length < -1) return {Body::Problem::length, {}};
  if (*length > limit) return {Body::Problem::size, {}};
  if (*length == -1) return {Body::Problem::none, stream.read_to_end()};
  return {Body::Problem::none, stream.read(static_cast<std::size_t>(*length))};
}

std::optional<boost::json::value> parse_json(const std::string& bytes) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(bytes, error);
  if (error) return std::nullopt;
  return value;
}

}  // namespace taskgate::standin
