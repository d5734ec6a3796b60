#include "admin/runbook.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "admin/page_files.h"
#include "base/text.h"

namespace taskgate::admin {
namespace {

namespace json = boost::json;

// The text of a heading; empty: the line is none.
std::string_view title_of(std::string_view line) {
  const auto level = line.find_first_not_of('#');
  if (level == 0 || level == std::string_view::npos || line[level] != ' ') return {};
  return line.substr(level + 1);
}

json::object section(std::string_view title) {
  std::string anchor(title);
  std::ranges::transform(anchor, anchor.begin(), to_lower);
  const bool is_word = anchor.find(' ') == std::string::npos;
  return {{"title", title}, {"has_anchor", is_word}, {"anchor", anchor}, {"text", ""}};
}

json::array sections_of(std::string_view markdown) {
  json::array sections;
  bool in_code = false;
  while (!markdown.empty()) {
    const auto end = std::min(markdown.find('\n'), markdown.size() - 1) + 1;
    const std::string_view line = markdown.substr(0, end);
    markdown.remove_prefix(end);
    if (line.starts_with("```")) {
      in_code = !in_code;
    } else if (const auto title = title_of(line.substr(0, line.find('\n')));
               !in_code && !title.empty()) {
      sections.push_back(section(title));
    } else if (!sections.empty()) {
      sections.back().as_object()["text"].as_string().append(line);
    }
  }
  return sections;
}

}  // namespace

std::string runbook_page(std::string_view nonce) {
  const json::object view{{"nonce", nonce},
                          {"sections", sections_of(page_files().at("runbook.md"))}};
  return fill_in("runbook.html", page_files(), view);
}

}  // namespace taskgate::admin
