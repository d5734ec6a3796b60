#include <httplib.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <iostream>
#include <stdexcept>

#include "interop/httplib/peers.h"

namespace taskgate::interop {

namespace {

namespace json = boost::json;

constexpr std::size_t kPart = 50'000;

struct Cannot : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text_of(const json::object& from, std::string_view key) {
  return json::value_to<std::string>(from.at(key));
}

httplib::Result checked(httplib::Result result) {
  if (!result) throw std::runtime_error(httplib::to_string(result.error()));
  return result;
}

json::object described(const httplib::Response& got) {
  json::object fields;
  for (const auto& [name, value] : got.headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    json::value& values = fields[lower];
    if (!values.is_array()) values.emplace_array();
    values.as_array().emplace_back(value);
  }
  json::object told{{"status", got.status},
                    {"fields", std::move(fields)},
                    {"bytes", got.body.size()},
                    {"intact", is_intact(got.body)}};
  if (got.body.size() <= 1000) told["text"] = got.body;
  return told;
}

httplib::ContentProviderWithoutLength in_parts(std::string data) {
  return [data = std::move(data)](std::size_t offset, httplib::DataSink& sink) {
    if (offset == data.size()) {
      sink.done();
      return true;
    }
    return sink.write(data.data() + offset, std::min(kPart, data.size() - offset));
  };
}

json::object ask(httplib::Client& client, const json::object& one) {
  for (const char* name : {"expect", "trailer"}) {
    if (one.contains(name)) throw Cannot(name);
  }
  const std::string path = text_of(one, "path");
  std::string data = one.contains("body") ? body(json::value_to<std::size_t>(one.at("body"))) : "";
  if (one.contains("framing") && text_of(one, "framing") == "chunked") {
    return described(
        *checked(client.Post(path, in_parts(std::move(data)), "application/octet-stream")));
  }
  httplib::Request sent;
  sent.method = text_of(one, "method");
  sent.path = path;
  sent.body = std::move(data);
  return described(*checked(client.send(sent)));
}

json::object exchange(const json::object& order) {
  httplib::Client client(text_of(order, "base"));
  client.set_keep_alive(true);
  client.set_read_timeout(60);
  int connections = 0;
  client.set_socket_options([&](socket_t) { ++connections; });
  json::array answers;
  for (const json::value& one : order.at("requests").as_array()) {
    answers.emplace_back(ask(client, one.as_object()));
  }
  return {{"answers", std::move(answers)}, {"connections", connections}};
}

json::object events(const json::object& order) {
  httplib::Client client(text_of(order, "base"));
  json::array came;
  std::string text;
  const auto receive = [&](const char* data, std::size_t size) {
    text.append(data, size);
    for (std::size_t end = 0; (end = text.find("\n\n")) != std::string::npos;
         text.erase(0, end + 2)) {
      came.emplace_back(text.substr(6, end - 6));  // behind "data: "
      if (came.size() == 1) {
        httplib::Client other(text_of(order, "base"));
        checked(other.Get(text_of(order, "release")));
      }
    }
    return true;
  };
  const httplib::Result got = checked(client.Get(text_of(order, "path"), receive));
  return {{"events", std::move(came)}, {"type", got->get_header_value("Content-Type")}};
}

json::object carry_out(const json::object& order) {
  const std::string operation = text_of(order, "op");
  try {
    if (operation == "exchange") return exchange(order);
    if (operation == "events") return events(order);
    return {{"cannot", operation}};
  } catch (const Cannot& cannot) {
    return {{"cannot", cannot.what()}};
  } catch (const std::exception& problem) {
    return {{"error", problem.what()}};
  }
}

}  // namespace

void serve_orders() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << json::serialize(carry_out(json::parse(line).as_object())) << std::endl;
  }
}

}  // namespace taskgate::interop
