#include "config/reload.h"

#include "config/keys.h"
#include "config/print.h"
#include "config/values.h"

namespace taskgate::config {

std::vector<std::string> restart_only_changes(const Config& before, const Config& after) {
  std::vector<std::string> changed;
  for (const Key& key : keys()) {
    if (!key.reloadable && key.get(before) != key.get(after)) changed.push_back(key.path);
  }
  return changed;
}

boost::system::result<Config, Errors> successor_of(const Config& running, const Loaded& loaded) {
  if (!loaded.config.configured) return Errors{loaded.faults};
  // A file that ends says nothing: taken for a configuration it would be all defaults.
  if (!running.file.empty() && loaded.config.file.empty()) {
    return Errors{{running.file + ": is gone; " +
                   (running.configured ? "what it said last stays in use"
                                       : "creates stay refused until it is back")}};
  }
  Config next = loaded.config;
  next.listen = running.listen;
  next.admin = running.admin;
  // What was loaded was checked with the addresses that only a restart will bring.
  const bool by_listen = reaches(next.upstream, next.listen);
  if (by_listen || reaches(next.upstream, next.admin)) {
    return Errors{{origin_of(loaded, "upstream") + ": upstream: is the gate itself, by " +
                   (by_listen ? "listen" : "admin") + " as it is until a restart (" +
                   to_string(by_listen ? next.listen : next.admin) + ")"}};
  }
  return next;
}

}  // namespace taskgate::config
