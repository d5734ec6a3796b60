#include "config/document.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "base/json.h"

namespace taskgate::config {
namespace {

// A configuration is four levels deep. Aliases can make a short text endless, or as good as that.
constexpr std::size_t kDeepest = 20;
constexpr std::size_t kMostNodes = 100'000;

SyntaxError error_at(const YAML::Mark& mark, std::string text) {
  return {mark.line + 1, mark.column + 1, std::move(text)};
}

// Levels below a node.
std::size_t height_of(const Node& node) {
  std::size_t height = 0;
  for (const Node& item : node.items) height = std::max(height, 1 + height_of(item));
  for (const auto& [key, value] : node.members) {
    height = std::max({height, 1 + height_of(key), 1 + height_of(value)});
  }
  return height;
}

std::size_t nodes_of(const Node& node) {
  std::size_t nodes = 1;
  for (const Node& item : node.items) nodes += nodes_of(item);
  for (const auto& [key, value] : node.members) nodes += nodes_of(key) + nodes_of(value);
  return nodes;
}

// Builds the tree out of the parser's events; YAML::Load() makes one that an alias to itself leaks.
// After an error the rest of the events is passed over.
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

  // An anchor that is not known yet is one of the nodes around the alias.
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return fail(mark, kTooDeep);
    const Node& node = found->second;
    nodes_ += nodes_of(node) - 1;
    if (open_.size() + height_of(node) > kDeepest) return fail(mark, kTooDeep);
    add(mark, YAML::NullAnchor, node);
  }

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
  static constexpr char kSecond[] = "a second document begins here; use one";

  const std::optional<SyntaxError>& error() const { return error_; }
  Node take() { return std::move(root_); }

 private:
  // A list or mapping whose end has not come.
  struct Open {
    Node node;
    YAML::Mark mark;
    YAML::anchor_t anchor;
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

  bool is_refused(const YAML::Mark& mark, Node::Kind kind) {
    if (documents_ > 1 && kind != Node::Kind::nothing) fail(mark, kSecond);
    if (open_.size() > kDeepest) fail(mark, kTooDeep);
    return error_ || documents_ > 1;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    if (is_refused(mark, kind)) return;
    open_.push_back({node_at(mark, kind), mark, anchor, std::nullopt});
  }

  void close() {
    if (error_) return;
    Open done = std::move(open_.back());
    open_.pop_back();
    add(done.mark, done.anchor, std::move(done.node));
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, Node node) {
    if (is_refused(mark, node.kind)) return;
    if (++nodes_ > kMostNodes) return fail(mark, kTooDeep);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
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
  std::map<YAML::anchor_t, Node> anchors_;
  int documents_ = 0;
  std::size_t nodes_ = 0;
  std::optional<SyntaxError> error_;
};

// yaml-cpp passes such bytes on as they are.
std::optional<SyntaxError> other_than_utf8(const std::string& text) {
  const std::string_view start = utf8_prefix(text);
  if (start.size() == text.size()) return std::nullopt;
  const std::size_t line_begin = start.rfind('\n') + 1;  // 0 without one
  return SyntaxError{static_cast<int>(std::ranges::count(start, '\n')) + 1,
                     static_cast<int>(start.size() - line_begin) + 1, "is not UTF-8"};
}

}  // namespace

// yaml-cpp's parser finds documents without end in some texts (">\n,\n"), so it is not asked for
// all.
boost::system::result<Node, SyntaxError> parse_document(const std::string& text) {
  if (const auto error = other_than_utf8(text)) return *error;
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
