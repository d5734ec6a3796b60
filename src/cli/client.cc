#include "cli/client.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <iterator>
#include <utility>

#include "http/head.h"
#include "proxy/last_hop.h"
#include "view/words.h"

namespace taskgate::cli {
namespace {

using Result = boost::system::result<std::string, std::string>;
using boost::system::in_place_error;
using boost::system::in_place_value;

Result failed(const boost::system::error_code& error) {
  return {in_place_error,
          error == boost::asio::error::timed_out ? "no answer in time" : error.message()};
}

// Everything up to the end of the connection. `start` is the method and the target.
Result exchange(const config::Address& address, const std::string& start, const std::string& fields,
                Duration patience) {
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(patience);
  stream.connect(address.host, std::to_string(address.port));
  if (!stream) return failed(stream.error());
  stream.expires_after(patience);
  stream << start << " HTTP/1.1\r\nHost: " << config::to_string(address) << "\r\n"
         << fields << "Connection: close\r\n\r\n"
         << std::flush;
  std::string received{std::istreambuf_iterator<char>(stream), {}};
  const auto error = stream.error();
  if (received.empty() && error != boost::asio::error::eof) return failed(error);
  return {in_place_value, std::move(received)};
}

constexpr http::HeadLimits kHeadLimits{16 * 1024, 100};

Result not_http() {
  return {in_place_error, "the answer is not HTTP"};
}

// Takes the body out of a whole answer.
Result body_of(const std::string& received) {
  http::ResponseParser parser(kHeadLimits);
  if (parser.parse(received) != http::Progress::complete) return not_http();
  const http::ResponseHead& head = parser.head();
  std::string body = received.substr(head.size);
  const http::Field* length = http::find_field(head.fields, "Content-Length");
  if (length != nullptr && length->value != std::to_string(body.size())) {
    return {in_place_error, "the answer was cut short"};
  }
  if (head.status == 200) return {in_place_value, std::move(body)};
  return {in_place_error, refusal_text(head.status, body)};
}

// As the gate sends it, or as a proxy before it has framed it anew.
bool is_gates_body(std::string_view body) {
  const std::string mark(proxy::kGateAnswers);
  return body == mark || body == "9\r\n" + mark + "\r\n0\r\n\r\n";
}

}  // namespace

config::Address reachable(config::Address address) {
  // A port of both families answers there too, and where the kernel has no IPv6 only there.
  if (address.host == "0.0.0.0" || address.host == "::") address.host = "127.0.0.1";
  return address;
}

std::string refusal_text(int status, const std::string& body) {
  constexpr std::size_t kMost = 200;  // characters of the body
  const std::string line = body.substr(0, body.find('\n'));
  const std::string answered = "answered " + std::to_string(status);
  if (line.starts_with('<')) return answered + " with a page";
  return line.empty() ? answered : answered + ": " + view::cut_in_the_middle(line, kMost);
}

Result get(const config::Address& address, const std::string& path, Duration patience) {
  const config::Address asked = reachable(address);
  Result result = exchange(asked, "GET " + path, "", patience);
  if (result) result = body_of(*result);
  if (result) return result;
  return {in_place_error, "http://" + config::to_string(asked) + path + ": " + result.error()};
}

boost::system::result<LastHop, std::string> last_hop(const AskedPlace& place, Duration patience) {
  const Result received =
      exchange(place.address, "OPTIONS " + place.target, "Max-Forwards: 0\r\n", patience);
  if (!received) return received.error();
  http::ResponseParser parser(kHeadLimits);
  if (parser.parse(*received) != http::Progress::complete) return not_http().error();
  const http::ResponseHead& head = parser.head();
  const auto field = [&head](const char* name) {
    const http::Field* found = http::find_field(head.fields, name);
    return found == nullptr ? std::string() : std::string(found->value);
  };
  LastHop hop{head.status, false, field("Server"), field("Location")};
  const std::string_view body = std::string_view(*received).substr(head.size);
  hop.is_gate = hop.server == "taskgate" || (head.status == 200 && is_gates_body(body));
  return hop;
}

}  // namespace taskgate::cli
