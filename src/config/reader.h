// Walks a document member by member; every complaint goes to the draft, with its place.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/draft.h"

namespace taskgate::config {

class Reader {
 public:
  Reader(std::string file, Draft& draft) : file_(std::move(file)), draft_(draft) {}

  Draft& draft() { return draft_; }

  // "config.yaml:3:7: tmux.on_unknown"
  std::string place(const Node& node, const std::string& path) const;
  void error(const Node& node, const std::string& path, const std::string& text);

  // Calls `take(name, member)` for each member whose name is text and new; complains about the
  // others.
  using Take = std::function<void(const std::string& name, const Member& member)>;
  void members(const Node& mapping, const std::string& path, const Take& take);
  void unknown_key(const Node& key, const std::string& path, const std::vector<std::string>& known,
                   const std::vector<std::string>& siblings);

  // One text, or one or more. Nothing, after a complaint that ends with `allowed`, when there is
  // something else.
  std::optional<std::string> text(const Member& member, const std::string& path,
                                  const std::string& allowed);
  std::optional<std::vector<Value>> texts(const Member& member, const std::string& path,
                                          const std::string& allowed);

 private:
  bool is_refused(const Node& node, const std::string& path, const std::string& allowed);

  std::string file_;
  Draft& draft_;
};

// The path of a member: "tmux" and "match" make "tmux.match", "" and "limit" make "limit".
std::string joined(const std::string& section, const std::string& name);

}  // namespace taskgate::config
