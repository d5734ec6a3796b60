#include "standin/dispatch.h"

#include "standin/app_proxy.h"
#include "standin/creates.h"
#include "standin/files.h"
#include "standin/reads.h"
#include "standin/sse.h"

namespace taskgate::standin {
namespace {

constexpr const char* kIndex = "<!doctype html><title>workspace</title><div id=\"root\"></div>\n";

void page_not_found(Reply& reply) {
  reply.error_page(404, "File not found", "Nothing matches the given URI");
}

bool serve_static(Exchange& exchange) {
  if (exchange.target.read != "/" && exchange.target.read != "/index.html") return false;
  exchange.reply.measured(200, "text/html", kIndex);
  return true;
}

void get(Exchange& exchange) {
  if (serve_health(exchange) || serve_events(exchange) || serve_read(exchange)) return;
  if (serve_file(exchange) || serve_app(exchange) || recover_by_referer(exchange)) return;
  if (serve_static(exchange)) return;
  page_not_found(exchange.reply);
}

// Only apps and static files know HEAD; a health check by HEAD gets 404.
void head(Exchange& exchange) {
  if (serve_app(exchange) || recover_by_referer(exchange) || serve_static(exchange)) return;
  page_not_found(exchange.reply);
}

void post(Exchange& exchange) {
  if (serve_create(exchange) || serve_upload(exchange) || serve_app(exchange)) return;
  exchange.reply.text(404, "API endpoint not found. Received: " + exchange.target.routed);
}

void remove(Exchange& exchange) {
  if (serve_delete(exchange) || serve_app(exchange)) return;
  exchange.reply.error(404, "Not found");
}

void put_or_patch(Exchange& exchange) {
  if (!serve_app(exchange)) exchange.reply.empty(501);
}

using Method = void (*)(Exchange&);

Method changing_method(const std::string& name) {
  if (name == "POST") return post;
  if (name == "DELETE") return remove;
  return name == "PUT" || name == "PATCH" ? put_or_patch : nullptr;
}

}  // namespace

void dispatch(Exchange& exchange) {
  const std::string& method = exchange.request.method;
  if (method == "GET") return get(exchange);
  if (method == "HEAD") return head(exchange);
  if (method == "OPTIONS") return exchange.reply.empty(204);
  const Method serve = changing_method(method);
  if (serve == nullptr) {
    return exchange.reply.error_page(501, "Unsupported method ('" + method + "')",
                                     "Server does not support this operation");
  }
  if (exchange.server.options.readonly) {
    return exchange.reply.json(403, {{"error", "workspace is read-only"}, {"code", "readonly"}});
  }
  serve(exchange);
}

}  // namespace taskgate::standin
