// The flags of the load tool.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <string>
#include <vector>

namespace taskgate::standin {

struct StormOptions {
  sockaddr_in target{};
  std::string host;  // "127.0.0.1:6090", for the Host field
  std::string method = "POST";
  std::string path = "/api/claude/tasks";
  int count = 200;
  int connections = 0;  // at once; 0: as many as requests
  bool keep_alive = false;
  bool connect_all_first = false;
  // "{marker}" in body and path becomes the request's marker. No body with GET and HEAD unless one
  // is given.
  std::string body = R"({"prompt":"storm","marker":"{marker}"})";
  bool body_given = false;
  std::string marker;                         // prefix, so that each run's markers are its own
  std::chrono::milliseconds timeout{60'000};  // for each request
  bool help = false;
};

// Throws test::UsageError (support/flags.h).
StormOptions parse_storm_options(const std::vector<std::string>& arguments);
std::string storm_usage();

}  // namespace taskgate::standin
