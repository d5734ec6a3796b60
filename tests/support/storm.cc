#include "support/storm.h"

#include <boost/json.hpp>

#include "support/failure.h"
#include "support/run.h"

namespace taskgate::test {
namespace {

constexpr Duration kStormPatience = std::chrono::minutes(5);

}  // namespace

StormSummary run_storm(std::uint16_t port, const std::vector<std::string>& flags) {
  std::vector<std::string> argv = {STORM_BINARY, "--target", "127.0.0.1:" + std::to_string(port)};
  argv.insert(argv.end(), flags.begin(), flags.end());
  const RunResult result = run(argv, clean_environment(), kStormPatience);
  if (result.status != 0) throw Failure("storm: " + result.err);
  const auto json = boost::json::parse(result.out).as_object();
  StormSummary summary;
  summary.sent = json.at("sent").to_number<int>();
  summary.unanswered = json.at("unanswered").to_number<int>();
  for (const auto& [status, count] : json.at("answers").as_object()) {
    summary.answers[std::stoi(std::string(status))] = count.to_number<int>();
  }
  for (const auto& [error, count] : json.at("errors").as_object()) {
    summary.errors[std::string(error)] = count.to_number<int>();
  }
  return summary;
}

}  // namespace taskgate::test
