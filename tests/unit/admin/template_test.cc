#include "admin/template.h"

#include <boost/json.hpp>
#include <stdexcept>

#include "admin/page_files.h"
#include "support/catch.h"

namespace taskgate::admin {
namespace {

std::string filled(std::string_view text, const char* view) {
  const Templates templates{{"page", text}, {"part", "<{{a}}>"}};
  return fill_in("page", templates, boost::json::parse(view).as_object());
}

TEST_CASE("Values are escaped for text and for attributes, whatever they are") {
  CHECK(filled("<p title=\"{{a}}\">{{a}}</p>", R"({"a": "<script>&\"'</script>"})") ==
        "<p title=\"&lt;script&gt;&amp;&quot;&#39;&lt;/script&gt;\">"
        "&lt;script&gt;&amp;&quot;&#39;&lt;/script&gt;</p>");
  CHECK(filled("{{a}} {{b}}", R"({"a": 12, "b": "{{a}}"})") == "12 {{a}}");
}

TEST_CASE("A section stands once for each item, whose members come first") {
  CHECK(filled("{{#rows}}{{a}}{{b}};{{/rows}}",
               R"({"a": 0, "b": "x", "rows": [{"a": 1}, {"a": 2}]})") == "1x;2x;");
  CHECK(filled("{{#rows}}{{#inner}}{{a}}{{/inner}},{{/rows}}",
               R"({"rows": [{"inner": [{"a": 1}, {"a": 2}]}, {"inner": []}]})") == "12,,");
}

TEST_CASE("A section of a truth stands or not, and its opposite the other way round") {
  const std::string text = "{{#on}}yes{{/on}}{{^on}}no{{/on}}";
  CHECK(filled(text, R"({"on": true})") == "yes");
  CHECK(filled(text, R"({"on": false})") == "no");
  CHECK(filled(text, R"({"on": []})") == "no");
  CHECK(filled("{{#on}}{{#on}}a{{/on}}b{{/on}}c", R"({"on": true})") == "abc");
}

TEST_CASE("Another template is filled in where it is named") {
  CHECK(filled("{{#rows}}{{>part}}{{/rows}}", R"({"rows": [{"a": "&"}, {"a": 2}]})") ==
        "<&amp;><2>");
}

TEST_CASE("A template that the view does not fit is a fault of the program") {
  const auto [text, problem] = GENERATE(table<std::string, std::string>({
      {"{{missing}}", "page template: there is no missing"},
      {"{{#a}}x{{/a}}", "page template: a section is neither list nor truth"},
      {"{{#on}}x", "page template: the section on does not end"},
      {"x{{/on}}", "page template: the section on does not begin"},
      {"x{{on", "page template: a tag does not end"},
      {"{{on}}", "page template: a value is neither text nor number"},
      {"{{>missing}}", "page template: there is no template missing"},
  }));
  CHECK_THROWS_WITH(filled(text, R"({"a": "x", "on": true})"), problem);
}

TEST_CASE("The page's files are in the program, whole") {
  CHECK(page_files().at("page.html").starts_with("<!DOCTYPE html>\n"));
  CHECK(page_files().at("page.html").ends_with("</html>\n"));
  CHECK(page_files().at("runbook_text.html").starts_with("<h1>Runbook</h1>\n"));
  CHECK(page_files().at("page.js").find("EventSource") != std::string_view::npos);
}

}  // namespace
}  // namespace taskgate::admin
