#include "admin/template.h"

#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <vector>

namespace taskgate::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view kOpen = "{{", kClose = "}}";

[[noreturn]] void fail(const std::string& what) {
  throw std::logic_error("page template: " + what);
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

// The objects that names are looked up in, the innermost last.
using Scopes = std::vector<const json::object*>;

const json::value& look_up(const Scopes& scopes, std::string_view name) {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    if (const json::value* found = (*scope)->if_contains(name)) return *found;
  }
  fail("there is no " + std::string(name));
}

// Everything up to the tag at `at`, which is taken off as well.
struct Tag {
  std::string_view before;
  char kind = 0;  // '#', '^', '/', '>' or 0 for a value
  std::string_view name;
};

bool next_tag(std::string_view& text, Tag& tag) {
  const auto open = text.find(kOpen);
  if (open == std::string_view::npos) return false;
  const auto close = text.find(kClose, open);
  if (close == std::string_view::npos) fail("a tag does not end");
  tag.before = text.substr(0, open);
  tag.name = text.substr(open + kOpen.size(), close - open - kOpen.size());
  tag.kind = 0;
  if (!tag.name.empty() && std::string_view("#^/>").find(tag.name[0]) != std::string_view::npos) {
    tag.kind = tag.name[0];
    tag.name.remove_prefix(1);
  }
  text.remove_prefix(close + kClose.size());
  return true;
}

// Takes the section that has just begun off `text`: its content, up to its own end.
std::string_view take_section(std::string_view& text, std::string_view name) {
  const std::string_view whole = text;
  int depth = 1;
  for (Tag tag; next_tag(text, tag);) {
    if (tag.name != name) continue;
    if (tag.kind == '#' || tag.kind == '^') ++depth;
    if (tag.kind == '/' && --depth == 0) {
      return whole.substr(
          0, static_cast<std::size_t>(tag.before.data() + tag.before.size() - whole.data()));
    }
  }
  fail("the section " + std::string(name) + " does not end");
}

class Filling {
 public:
  explicit Filling(const Templates& templates) : templates_(templates) {}

  void add(std::string_view text, Scopes& scopes) {
    for (Tag tag; next_tag(text, tag);) {
      out_ += tag.before;
      if (tag.kind == '>') {
        add(named(tag.name), scopes);
      } else if (tag.kind == '#' || tag.kind == '^') {
        add_section(tag.kind, look_up(scopes, tag.name), take_section(text, tag.name), scopes);
      } else if (tag.kind == '/') {
        fail("the section " + std::string(tag.name) + " does not begin");
      } else {
        add_value(look_up(scopes, tag.name));
      }
    }
    out_ += text;
  }

  std::string_view named(std::string_view name) const {
    const auto found = templates_.find(name);
    if (found == templates_.end()) fail("there is no template " + std::string(name));
    return found->second;
  }

  std::string take() { return std::move(out_); }

 private:
  void add_section(char kind, const json::value& value, std::string_view content, Scopes& scopes) {
    const json::array* items = value.if_array();
    if (items == nullptr && !value.is_bool()) fail("a section is neither list nor truth");
    const bool any = items != nullptr ? !items->empty() : value.get_bool();
    if (kind == '^') {
      if (!any) add(content, scopes);
    } else if (items == nullptr) {
      if (any) add(content, scopes);
    } else {
      for (const json::value& item : *items) {
        scopes.push_back(&item.as_object());
        add(content, scopes);
        scopes.pop_back();
      }
    }
  }

  void add_value(const json::value& value) {
    if (value.is_string()) {
      append_escaped(out_, value.get_string());
    } else if (value.is_number()) {
      out_ += json::serialize(value);
    } else {
      fail("a value is neither text nor number");
    }
  }

  const Templates& templates_;
  std::string out_;
};

}  // namespace

std::string fill_in(std::string_view name, const Templates& templates, const json::object& view) {
  Filling filling(templates);
  Scopes scopes{&view};
  filling.add(filling.named(name), scopes);
  return filling.take();
}

}  // namespace taskgate::admin
