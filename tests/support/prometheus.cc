#include "support/prometheus.h"

#include <cmath>

#include "support/failure.h"
#include "support/http_message.h"

namespace taskgate::test {
namespace {

namespace json = boost::json;

std::string configuration(std::uint16_t admin_port, const std::vector<std::string>& rule_files) {
  std::string yaml = "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files:\n";
  for (const std::string& file : rule_files) yaml += "  - " + file + "\n";
  return yaml + "scrape_configs:\n  - job_name: taskgate\n    static_configs:\n" +
         "      - targets: ['127.0.0.1:" + std::to_string(admin_port) + "']\n";
}

std::vector<std::string> command(const TempDir& dir, const std::string& file) {
  return {"prometheus", "--config.file=" + file, "--storage.tsdb.path=" + dir / "data",
          "--web.listen-address=127.0.0.1:0"};
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    out += '%';
    out += kDigits[code / 16];
    out += kDigits[code % 16];
  }
  return out;
}

}  // namespace

Prometheus::Prometheus(std::uint16_t admin_port, const std::vector<std::string>& rule_files)
    : process_(command(dir_, dir_.write("prometheus.yml", configuration(admin_port, rule_files)))) {
  const std::string line = process_.wait_for_error_line(R"(msg="Listening on")");
  port_ = static_cast<std::uint16_t>(std::stoi(capture(line, R"(address=127\.0\.0\.1:(\d+))")));
  process_.wait_for_error_line("Server is ready to receive web requests");
}

json::value Prometheus::api(const std::string& path) const {
  const HttpAnswer answer =
      ask(port_, http_request("GET", "/api/v1/" + path, {}, {{"Connection", "close"}}));
  const json::value parsed = json::parse(answer.body);
  if (parsed.at("status") != "success") throw Failure(path + ": " + answer.body);
  return parsed.at("data");
}

json::array Prometheus::query(const std::string& promql) const {
  return api("query?query=" + percent_encoded(promql)).at("result").as_array();
}

double Prometheus::value(const std::string& promql) const {
  const json::array result = query(promql);
  if (result.size() != 1) return std::nan("");
  return std::stod(std::string(result[0].at("value").at(1).as_string()));
}

}  // namespace taskgate::test
