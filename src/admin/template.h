// Fills a page's template in, by the part of Mustache that a page needs. Pure.
//
//   {{name}}                the value as text, escaped for HTML; there is no unescaped form
//   {{#name}} ... {{/name}} once for each item of an array (whose members then come first), once
//                           for true, not at all for false
//   {{^name}} ... {{/name}} the opposite: for false and an empty array
//   {{>name}}               another template of the program, as it is written
//
// A name that the view lacks, and a section that does not end, are faults of the program and throw
// std::logic_error.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <string_view>

namespace taskgate::admin {

using Templates = std::map<std::string_view, std::string_view>;

std::string fill_in(std::string_view name, const Templates& templates,
                    const boost::json::object& view);

}  // namespace taskgate::admin
