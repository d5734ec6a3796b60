#include "config/reload.h"

#include "config/keys.h"

namespace taskgate::config {

std::vector<std::string> restart_only_changes(const Config& before, const Config& after) {
  std::vector<std::string> changed;
  for (const Key& key : keys()) {
    if (!key.reloadable && key.get(before) != key.get(after)) changed.push_back(key.path);
  }
  return changed;
}

}  // namespace taskgate::config
