#include "standin/app_proxy.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <limits>

#include "standin/app_answer.h"
#include "standin/auth.h"
#include "standin/body.h"
#include "standin/relay.h"
#include "standin/text.h"
#include "standin/websocket.h"
#include "support/loopback.h"

namespace taskgate::standin {
namespace {

constexpr std::string_view kPrefix = "/api/app-proxy/";
constexpr std::string_view kTerminalPrefix = "/api/terminal-proxy/";

struct App {
  std::uint16_t port = 0;
  std::string prefix;  // "/api/app-proxy/3000"
  std::string path;    // what the app sees, query included; "" when not even the slash was there
};

std::optional<App> parse_app(const std::string& path) {
  if (!path.starts_with(kPrefix)) return std::nullopt;
  const auto end = std::min(path.find_first_of("/?", kPrefix.size()), path.size());
  const auto digits = std::string_view(path).substr(kPrefix.size(), end - kPrefix.size());
  const auto port = consists_of(digits, kDigits) ? to_int(digits) : std::nullopt;
  if (!port || *port > 65535) return std::nullopt;
  return App{static_cast<std::uint16_t>(*port), path.substr(0, end), path.substr(end)};
}

// The workspace's own services.
bool is_reserved(std::uint16_t port) {
  constexpr std::array kReserved = {22, 2376, 5900, 6080, 6081, 7681, 8080};
  return std::find(kReserved.begin(), kReserved.end(), port) != kReserved.end();
}

// `Upgrade: websocket` alone decides, in any case; GET only.
bool wants_websocket(const Request& request) {
  return request.method == "GET" && lower(request.field_or_empty("Upgrade")) == "websocket";
}

bool is_replaced(const std::string& name) {
  constexpr std::array kReplaced = {"host",
                                    "origin",
                                    "content-length",
                                    "connection",
                                    "keep-alive",
                                    "transfer-encoding",
                                    "proxy-authenticate",
                                    "te",
                                    "trailer",
                                    "upgrade",
                                    "proxy-authorization"};
  return std::find(kReplaced.begin(), kReplaced.end(), lower(name)) != kReplaced.end();
}

std::string request_head(const Request& request, const App& app) {
  const std::string authority = "127.0.0.1:" + std::to_string(app.port);
  std::string head = request.method + " " + app.path + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  for (const auto& [name, value] : request.fields) {
    if (!is_replaced(name)) head += name + ": " + value + "\r\n";
  }
  if (request.field("Origin")) head += "Origin: http://" + authority + "\r\n";
  return head + "X-Forwarded-Prefix: " + app.prefix + "\r\nX-Forwarded-Proto: http\r\n" +
         "X-Forwarded-Host: " + request.field_or_empty("Host") + "\r\n";
}

test::Fd connect_to_app(const App& app) {
  test::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = test::loopback(app.port);
  if (::connect(socket.get(), test::as_sockaddr(&address), sizeof address) != 0) return {};
  return socket;
}

void serve_echo(Exchange& exchange) {
  exchange.stream.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket_accept(exchange.request.field_or_empty("Sec-WebSocket-Key")) + "\r\n\r\n");
  echo(exchange.stream);
}

// The app's own answer is relayed byte for byte, 101 or not.
void serve_websocket(Exchange& exchange, const App& app) {
  if (app.port == 3000 && app.path == "/ws") return serve_echo(exchange);
  const test::Fd socket = connect_to_app(app);
  if (!socket) return exchange.reply.error(502, "app is not reachable");
  write_all(socket.get(), request_head(exchange.request, app) +
                              "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  relay(exchange.stream, socket.get());
}

void serve_http(Exchange& exchange, const App& app) {
  const Body body = read_body(exchange.stream, exchange.request, std::numeric_limits<int>::max());
  if (body.problem != Body::Problem::none) return exchange.reply.error(400, "Invalid body");
  test::Fd socket = connect_to_app(app);
  if (!socket) return exchange.reply.error(502, "app is not reachable");
  std::string head = request_head(exchange.request, app) + "Connection: close\r\n";
  if (!body.bytes.empty()) head += "Content-Length: " + std::to_string(body.bytes.size()) + "\r\n";
  write_all(socket.get(), head + "\r\n" + body.bytes);
  pass_on_answer(exchange, std::move(socket), app.prefix);
}

void redirect(Exchange& exchange, int status, const std::string& location) {
  exchange.reply.start(status).field("Location", location).field("Content-Length", "0").end_head();
}

}  // namespace

bool serve_app(Exchange& exchange) {
  const std::string& path = exchange.target.routed;
  auto app = parse_app(path);
  if (path.starts_with(kTerminalPrefix)) {
    app = App{exchange.server.options.terminal_port, "/api/terminal-proxy",
              path.substr(kTerminalPrefix.size() - 1)};
  }
  if (!app) return false;
  if (!require_authorization(exchange)) return true;
  if (path.starts_with(kPrefix) && is_reserved(app->port)) {
    exchange.reply.error(403, "port is reserved");
  } else if (exchange.request.method == "GET" && !app->path.starts_with('/')) {
    redirect(exchange, 301, app->prefix + "/" + app->path);
  } else if (wants_websocket(exchange.request)) {
    serve_websocket(exchange, *app);
  } else {
    if (!app->path.starts_with('/')) app->path.insert(0, "/");
    serve_http(exchange, *app);
  }
  return true;
}

bool recover_by_referer(Exchange& exchange) {
  const std::string referer = exchange.request.field_or_empty("Referer");
  const auto at = referer.find(kPrefix);
  if (at == std::string::npos) return false;
  const auto app = parse_app(referer.substr(at));
  if (!app || app->path.empty()) return false;
  redirect(exchange, 302, app->prefix + exchange.target.routed);
  return true;
}

}  // namespace taskgate::standin
