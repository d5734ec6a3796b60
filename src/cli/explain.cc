#include <algorithm>
#include <cstdio>
#include <string>

#include "base/text.h"
#include "cli/commands.h"
#include "config/values.h"

namespace taskgate::cli {
namespace {

// A URL is what people have at hand; on the wire it stands in requests to a forward proxy alone.
std::string note_on(const std::string& target) {
  if (target.starts_with('/') || target == "*") return "";
  const std::size_t scheme = target.find("://");
  if (scheme == std::string::npos) return "Note: a request's target begins with '/'.\n";
  std::string sent =
      target.substr(std::min(target.find_first_of("/?#", scheme + 3), target.size()));
  sent.erase(std::min(sent.find('#'), sent.size()));
  if (!sent.starts_with('/')) sent.insert(0, "/");
  return "Note: of this URL a client sends " + printable(sent) + " alone; explain that.\n";
}

// It would loop, and no rule is asked. The app proxy reaches ports on loopback.
std::string note_on_loop(const config::Config& config, const std::string& target) {
  const config::Address& listen = config.listen;
  const bool reached = listen.host == "::" || listen.host == "0.0.0.0" || is_loopback(listen);
  if (!reached || !config.routes.leads_to_port(target, listen.port)) return "";
  return "Note: through the upstream's app proxy it leads back to the gate's own port, " +
         std::to_string(listen.port) + ", and is refused (508).\n";
}

}  // namespace

int explain(const Words& words) {
  if (words.size() < 2 || words[0].starts_with("--") || words[1].starts_with("--")) {
    return wrong_usage("explain");
  }
  const auto loaded = load_to_read(Words(words.begin() + 2, words.end()));
  if (!loaded) return kUsage;
  const config::Config& config = loaded->config;
  std::printf("%s\n%s%s", config.routes.explain(words[0], words[1]).c_str(),
              note_on(words[1]).c_str(), note_on_loop(config, words[1]).c_str());
  return kOk;
}

}  // namespace taskgate::cli
