#include "proxy/last_hop.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace taskgate::proxy {
namespace {

// Where the request has been and in what form it came: what TRACE is asked for.
constexpr std::array<std::string_view, 24> kGivenBack{"accept",
                                                      "accept-encoding",
                                                      "accept-language",
                                                      "cache-control",
                                                      "connection",
                                                      "content-length",
                                                      "content-type",
                                                      "expect",
                                                      "forwarded",
                                                      "host",
                                                      "keep-alive",
                                                      "max-forwards",
                                                      "te",
                                                      "traceparent",
                                                      "trailer",
                                                      "transfer-encoding",
                                                      "upgrade",
                                                      "user-agent",
                                                      "via",
                                                      "x-forwarded-for",
                                                      "x-forwarded-host",
                                                      "x-forwarded-port",
                                                      "x-forwarded-proto",
                                                      "x-request-id"};

bool is_given_back(const http::Field& field) {
  return std::ranges::any_of(
      kGivenBack, [&](std::string_view name) { return equals_ignoring_case(field.name, name); });
}

std::string echo_of(const http::RequestHead& head) {
  std::string echo(head.request_line);
  for (const http::Field& field : head.fields) {
    if (is_given_back(field)) echo += field.line();
  }
  echo += "\r\n";
  return echo;
}

}  // namespace

std::string last_hop_answer(const http::RequestHead& head, const Envelope& envelope) {
  if (head.method == "TRACE")
    return plain_answer(200, "", {"message/http", echo_of(head)}, envelope);
  return plain_answer(200, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE\r\n",
                      {"text/plain", kGateAnswers}, envelope);
}

}  // namespace taskgate::proxy
