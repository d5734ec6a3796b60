// JSON as Python's json.dumps() writes it: a space behind each colon and comma, and everything
// outside ASCII escaped. Whoever looks into the upstream's answers must cope with the spaces.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

namespace taskgate::standin {

std::string python_json(const boost::json::value& value);

// A member that is a string; "" when it is missing or something else.
std::string string_member(const boost::json::object& object, std::string_view name);

}  // namespace taskgate::standin
