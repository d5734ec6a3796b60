#include "config/document.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

// A configuration is four levels deep.
constexpr std::size_t kDeepest = 20;

// yaml-cpp keeps some 250 bytes for each character of a list until the list ends, so what has no
// place in a configuration is refused before the parser sees it. Brackets in text are counted too,
// hence so many.
constexpr int kMostOpenBrackets = 1000;

SyntaxError error_at(const YAML::Mark& mark, std::string text) {
  return {mark.line + 1, mark.column + 1, std::move(text)};
}

// Builds the tree out of the parser's events. Anchors are refused, since aliases can make a short
// text endless, or as good as that. After an error the rest of the events is passed over.
class TreeBuilder final : public YAML::EventHandler {
 public:
  // A document of nothing may be the second one: a "---" at the end of a file begins nothing.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > kMostDocuments) fail(mark, kSecond);
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, node_at(mark, Node::Kind::nothing));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    last_text_ = mark;
    Node node = node_at(mark, Node::Kind::text);
    node.text = value;
    add(mark, anchor, std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { fail(mark, kAnchor); }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, Node::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

  static constexpr int kMostDocuments = 2;
  static constexpr char kTooDeep[] = "is nested too deeply";
  static constexpr char kAnchor[] = "anchors and aliases are not supported; write the value again";
  static constexpr char kSecond[] = "a second document begins here; use one";

  const std::optional<SyntaxError>& error() const { return error_; }
  const std::optional<YAML::Mark>& last_text() const { return last_text_; }
  Node take() { return std::move(root_); }

 private:
  // A list or mapping whose end has not come.
  struct Open {
    Node node;
    YAML::Mark mark;
    std::optional<Node> key;  // of a mapping's next member
  };

  static Node node_at(const YAML::Mark& mark, Node::Kind kind) {
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void fail(const YAML::Mark& mark, const char* text) {
    if (!error_) error_ = error_at(mark, text);
  }

  bool is_refused(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    if (documents_ > 1 && kind != Node::Kind::nothing) fail(mark, kSecond);
    if (anchor != YAML::NullAnchor) fail(mark, kAnchor);
    if (open_.size() > kDeepest) fail(mark, kTooDeep);
    return error_ || documents_ > 1;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    if (is_refused(mark, anchor, kind)) return;
    open_.push_back({node_at(mark, kind), mark, std::nullopt});
  }

  void close() {
    if (error_) return;
    Open done = std::move(open_.back());
    open_.pop_back();
    add(done.mark, YAML::NullAnchor, std::move(done.node));
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, Node node) {
    if (is_refused(mark, anchor, node.kind)) return;
    attach(std::move(node));
  }

  void attach(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      parent.node.members.push_back({*std::exchange(parent.key, std::nullopt), std::move(node)});
    }
  }

  Node root_;
  std::vector<Open> open_;
  std::optional<YAML::Mark> last_text_;  // where the last text begins
  int documents_ = 0;
  std::optional<SyntaxError> error_;
};

// What stands at `offset`.
SyntaxError error_in(std::string_view text, std::size_t offset, std::string what) {
  const std::string_view start = text.substr(0, offset);
  const std::size_t line_begin = start.rfind('\n') + 1;  // 0 without one
  return {static_cast<int>(std::ranges::count(start, '\n')) + 1,
          static_cast<int>(offset - line_begin) + 1, std::move(what)};
}

std::optional<SyntaxError> too_many_brackets(std::string_view text) {
  int open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '{') ++open;
    if (text[i] == ']' || text[i] == '}') open = std::max(0, open - 1);
    if (open > kMostOpenBrackets) return error_in(text, i, TreeBuilder::kTooDeep);
  }
  return std::nullopt;
}

// yaml-cpp passes such bytes on as they are.
std::optional<SyntaxError> other_than_utf8(const std::string& text) {
  const std::string_view start = utf8_prefix(text);
  if (start.size() == text.size()) return std::nullopt;
  return error_in(text, start.size(), "is not UTF-8");
}

// YAML has none (1.2 section 5.1), and yaml-cpp takes it for the sign of an escape: "\0b" for a
// backspace.
std::optional<SyntaxError> nul_byte(std::string_view text) {
  const std::size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return std::nullopt;
  return error_in(text, nul, "has a NUL byte; leave it out, or write the file in UTF-8");
}

// The parser does not count a byte order mark.
std::size_t offset_of(std::string_view text, const YAML::Mark& mark) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  for (int line = 0; line < mark.line; ++line) begin = text.find('\n', begin) + 1;
  return begin + static_cast<std::size_t>(mark.column);
}

bool has_end(std::string_view quoted) {
  const char quote = quoted.front();
  for (std::size_t i = 1; i < quoted.size(); ++i) {
    const bool is_pair = quote == '\'' && quoted.substr(i, 2) == "''";
    if (is_pair || (quote == '"' && quoted[i] == '\\')) {
      ++i;
    } else if (quoted[i] == quote) {
      return true;
    }
  }
  return false;
}

// yaml-cpp takes the end of the file for that of a quote, which then holds all keys behind it. So
// only the last text can be one.
std::optional<SyntaxError> quote_without_end(std::string_view text,
                                             const std::optional<YAML::Mark>& last_text) {
  const std::size_t begin = last_text ? offset_of(text, *last_text) : text.size();
  if (begin >= text.size() || (text[begin] != '\'' && text[begin] != '"')) return std::nullopt;
  if (has_end(text.substr(begin))) return std::nullopt;
  return error_in(text, begin, "has a quote without an end");
}

// The parser complains of what stands behind the tab, not of the tab. `lines`: that were read.
std::optional<SyntaxError> tab_in_indentation(std::string_view text, int lines) {
  std::size_t begin = 0;
  for (int line = 0; line <= lines && begin < text.size(); ++line) {
    const std::size_t indented = std::min(text.find_first_not_of(" \t", begin), text.size());
    const std::size_t tab = text.find('\t', begin);
    if (tab < indented) return error_in(text, tab, "is indented by a tab; use spaces");
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  }
  return std::nullopt;
}

// What mends what mostly lies behind the parser's complaint.
std::string advice_on(std::string_view complaint) {
  struct Advice {
    std::string_view complaint;
    const char* text;
  };
  constexpr const char* kQuote = "; put text that begins with such a sign into quotes";
  constexpr const char* kIndent = "; indent what belongs together alike";
  constexpr const char* kClose = "; close each { and [";
  const Advice known[] = {
      {YAML::ErrorMsg::MAP_VALUE, "; put text with a colon into quotes, indent keys alike"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN, kQuote},
      {YAML::ErrorMsg::ALIAS_NOT_FOUND, kQuote},
      {YAML::ErrorMsg::CHAR_IN_ALIAS, kQuote},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR, kQuote},
      {YAML::ErrorMsg::END_OF_MAP,
       "; indent what belongs together alike, put text that begins with [, { or \" into quotes"},
      {YAML::ErrorMsg::END_OF_SEQ, kIndent},
      {YAML::ErrorMsg::BLOCK_ENTRY, kIndent},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, kClose},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, kClose},
  };
  const auto* const found = std::ranges::find(known, complaint, &Advice::complaint);
  return found == std::end(known) ? "" : found->text;
}

SyntaxError not_yaml(std::string_view text, const YAML::Exception& error) {
  if (auto tab = tab_in_indentation(text, error.mark.line)) return *std::move(tab);
  return error_at(error.mark, "is not valid YAML: " + error.msg + advice_on(error.msg));
}

}  // namespace

// yaml-cpp's parser finds documents without end in some texts (">\n,\n"), so it is not asked for
// all.
boost::system::result<Node, SyntaxError> parse_document(const std::string& text) {
  if (text.size() > kLargestFile) {
    return SyntaxError{1, 1, "is larger than " + format_size(kLargestFile)};
  }
  if (const auto error = other_than_utf8(text)) return *error;
  if (const auto error = nul_byte(text)) return *error;
  if (const auto error = too_many_brackets(text)) return *error;
  TreeBuilder builder;
  try {
    // With a line end at its end a text is the same, and each quote without an end is taken alike.
    std::istringstream stream(text.ends_with('\n') ? text : text + '\n');
    YAML::Parser parser(stream);
    for (int i = 0; i <= TreeBuilder::kMostDocuments && !builder.error(); ++i) {
      if (!parser.HandleNextDocument(builder)) break;
    }
  } catch (const YAML::DeepRecursion& error) {
    return error_at(error.mark, TreeBuilder::kTooDeep);
  } catch (const YAML::Exception& error) {
    const auto open = quote_without_end(text, builder.last_text());
    return open ? *open : not_yaml(text, error);
  }
  if (builder.error()) return *builder.error();
  if (const auto open = quote_without_end(text, builder.last_text())) return *open;
  return builder.take();
}

}  // namespace taskgate::config
