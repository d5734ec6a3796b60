#include "admin/page.h"

#include <boost/json.hpp>
#include <cstdio>
#include <random>

#include "admin/answer.h"
#include "admin/graph.h"
#include "admin/page_files.h"
#include "admin/page_parts.h"
#include "observe/status_json.h"
#include "view/holders.h"
#include "view/view.h"

namespace taskgate::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kMeterCells = 64;

json::object template_view(const std::optional<observe::Status>& status, Order order) {
  json::object parts;
  if (status) {
    const json::value document = json::parse(observe::to_json(*status));
    view::View view = view::make_view(document, kMeterCells);
    if (order == Order::idle_first) view::sort_idle_first(view.holders);
    if (order == Order::by_origin) view::group_by_origin(view.holders);
    parts = page_parts(view, draw_graph(document), order);
    parts["limit"] = std::to_string(view.limit);
  } else {
    parts = page_parts(view::view_without_state(kNoState), Graph{}, order);
    parts["limit"] = "?";
  }
  parts["known_gate"] = status.has_value();
  return parts;
}

}  // namespace

std::string_view query_of(Order order) {
  switch (order) {
    case Order::oldest_first:
      return "";
    case Order::idle_first:
      return "?sort=idle";
    case Order::by_origin:
      return "?sort=origin";
  }
  return "";
}

std::string make_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", random());
    nonce += text;
  }
  return nonce;
}

std::string page_policy(std::string_view nonce) {
  const std::string only = "'nonce-" + std::string(nonce) + "'";
  return "default-src 'none'; connect-src 'self'; img-src data:; style-src " + only +
         "; script-src " + only + "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
}

std::string status_page(const std::optional<observe::Status>& status, std::string_view nonce,
                        Order order) {
  json::object view = template_view(status, order);
  view["nonce"] = nonce;
  return fill_in("page.html", page_files(), view);
}

std::string runbook_page(std::string_view nonce) {
  return fill_in("runbook.html", page_files(), {{"nonce", nonce}});
}

std::string page_state(const std::optional<observe::Status>& status, Order order) {
  return fill_in("state.html", page_files(), template_view(status, order));
}

}  // namespace taskgate::admin
