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

}  // namespace

// yaml-cpp's parser finds documents without end in some texts (">\n,\n"), so it is not asked for
// all.
boost::system::result<Node, SyntaxError> parse_document(const std::string& text) {
  if (text.size() > kLargestFile) {
    return SyntaxError{1, 1, "is larger than " + format_size(kLargestFile)};
  }
  if (const auto error = other_than_utf8(text)) return *error;
  if (const auto error = too_many_brackets(text)) return *error;
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    TreeBuilder builder;
    for (int i = 0; i <= TreeBuilder::kMostDocuments && !builder.error(); ++i) {
      if (!parser.HandleNextDocument(builder)) break;
    }
    if (builder.error()) return *builder.error();
    return builder.take();
  } catch (const YAML::DeepRecursion& error) {
    return error_at(error.mark, TreeBuilder::kTooDeep);
  } catch (const YAML::Exception& error) {
    return error_at(error.mark, "is not valid YAML: " + error.msg);
  }
}

}  // namespace taskgate::config
