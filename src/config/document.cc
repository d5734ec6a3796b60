#include "config/document.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <optional>

namespace taskgate::config {
namespace {

// A configuration is four levels deep. Aliases can make a short text endless, or as good as that.
constexpr int kDeepest = 20;
constexpr int kMostNodes = 100'000;

SyntaxError error_at(const YAML::Mark& mark, std::string text) {
  return {mark.line + 1, mark.column + 1, std::move(text)};
}

class Converter {
 public:
  Node convert(const YAML::Node& from, int depth = 0) {
    Node node;
    node.line = from.Mark().line + 1;
    node.column = from.Mark().column + 1;
    const bool is_too_large = depth > kDeepest || ++nodes_ > kMostNodes;
    if (is_too_large && !error_) error_ = error_at(from.Mark(), "is nested too deeply");
    if (error_) return node;
    if (from.IsScalar()) {
      node.kind = Node::Kind::text;
      node.text = from.Scalar();
    } else if (from.IsSequence()) {
      node.kind = Node::Kind::list;
      for (const auto& item : from) node.items.push_back(convert(item, depth + 1));
    } else if (from.IsMap()) {
      node.kind = Node::Kind::mapping;
      for (const auto& member : from) {
        node.members.push_back(
            {convert(member.first, depth + 1), convert(member.second, depth + 1)});
      }
    }
    return node;
  }

  const std::optional<SyntaxError>& error() const { return error_; }

 private:
  int nodes_ = 0;
  std::optional<SyntaxError> error_;
};

}  // namespace

boost::system::result<Node, SyntaxError> parse_document(const std::string& text) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.empty()) return Node();
    if (documents.size() > 1) {
      return error_at(documents[1].Mark(), "a second document begins here; use one");
    }
    Converter converter;
    Node node = converter.convert(documents.front());
    if (converter.error()) return *converter.error();
    return node;
  } catch (const YAML::DeepRecursion& error) {
    return error_at(error.mark, "is nested too deeply");
  } catch (const YAML::Exception& error) {
    return error_at(error.mark, "is not valid YAML: " + error.msg);
  }
}

}  // namespace taskgate::config
