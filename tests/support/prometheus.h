// A real Prometheus that scrapes one gate, on a free port and with a data folder of its own.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_dir.h"

namespace taskgate::test {

class Prometheus {
 public:
  // Scrapes 127.0.0.1:`admin_port` each second as job "taskgate", and evaluates `rule_files`.
  explicit Prometheus(std::uint16_t admin_port, const std::vector<std::string>& rule_files = {});

  std::uint16_t port() const { return port_; }

  // The member `data` of what /api/v1/<path> answers. Throws Failure where it is no success.
  boost::json::value api(const std::string& path) const;
  // What an instant query selects.
  boost::json::array query(const std::string& promql) const;
  // The value of the only series that `query` selects; not a number where there is none or more.
  double value(const std::string& promql) const;

 private:
  TempDir dir_;
  Process process_;
  std::uint16_t port_;
};

}  // namespace taskgate::test
