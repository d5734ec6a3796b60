#include "admin/endpoints.h"

#include <algorithm>
#include <array>
#include <utility>

#include "admin/page.h"
#include "http/target.h"
#include "observe/status_json.h"

namespace taskgate::admin {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kHtml = "text/html; charset=utf-8";

Answer no_state() {
  return plain(503, kNoState);
}

Answer livez(const Sources&) {
  return plain(200, "ok");
}

Answer readyz(const Sources& sources) {
  const auto status = sources.shallow_status();
  if (!status) return no_state();
  return {observe::is_ready(*status) ? 200 : 503, kJson, observe::to_readiness_json(*status) + "\n",
          ""};
}

Answer metrics(const Sources& sources) {
  const auto status = sources.status();
  if (!status) return no_state();
  return {200, observe::kExpositionType, sources.metrics->render(*status), ""};
}

Answer status(const Sources& sources) {
  const auto state = sources.status();
  if (!state) return no_state();
  return {200, kJson, observe::to_json(*state) + "\n", ""};
}

Answer configuration(const Sources& sources) {
  auto yaml = sources.config_yaml();
  if (!yaml) return no_state();
  return {200, "application/yaml", std::move(*yaml), ""};
}

// One page may answer several clients, whose nonces must differ (CSP 3 section 7.1): this stands in
// their place. It is as unguessable as they are, so that no name on the page can hold it.
const std::string& nonce_mark() {
  static const std::string kMark = make_nonce();
  return kMark;
}

Answer with_policy(std::string html) {
  Answer answer{200, kHtml, std::move(html),
                "Content-Security-Policy: " + page_policy(nonce_mark()) +
                    "\r\nReferrer-Policy: no-referrer\r\n"};
  answer.nonce_mark = nonce_mark();
  return answer;
}

template <Order order>
Answer page(const Sources& sources) {
  return with_policy(status_page(sources.status(), nonce_mark(), order));
}

Answer runbook(const Sources&) {
  return with_policy(runbook_page(nonce_mark()));
}

// X-Accel-Buffering: nginx, where it stands in front, would hold the events back.
Answer events(const Sources&) {
  return {200, "text/event-stream", "", "X-Accel-Buffering: no\r\n", true};
}

constexpr std::array kEndpoints{
    Endpoint{"/livez", Cost::none, livez},
    Endpoint{"/readyz", Cost::shallow, readyz},
    Endpoint{"/metrics", Cost::deep, metrics},
    Endpoint{"/status", Cost::deep, status},
    Endpoint{"/config", Cost::shallow, configuration},
    Endpoint{"/", Cost::deep, page<Order::oldest_first>},
    Endpoint{"/?sort=idle", Cost::deep, page<Order::idle_first>},
    Endpoint{"/?sort=origin", Cost::deep, page<Order::by_origin>},
    Endpoint{"/runbook", Cost::none, runbook},
    Endpoint{"/events", Cost::endless, events},
};

}  // namespace

std::span<const Endpoint> endpoints() {
  return kEndpoints;
}

const Endpoint* find_endpoint(std::string_view target) {
  for (const std::string_view wanted : {target, http::path_of(target)}) {
    const auto found = std::ranges::find(kEndpoints, wanted, &Endpoint::target);
    if (found != kEndpoints.end()) return &*found;
  }
  return nullptr;
}

}  // namespace taskgate::admin
