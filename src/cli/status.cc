#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <string>

#include "admin/client.h"
#include "base/time.h"
#include "cli/cli.h"

namespace taskgate::cli {
namespace {

namespace json = boost::json;

// A member as text for people: absent and null are "-".
std::string text(const json::value& from, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = from.find_pointer(pointer, error);
  if (found == nullptr || found->is_null()) return "-";
  if (found->is_string()) return std::string(found->get_string());
  return json::serialize(*found);
}

std::string age(const json::value& from, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = from.find_pointer(pointer, error);
  if (found == nullptr || !found->is_number()) return "-";
  const auto seconds = static_cast<long>(found->to_number<double>());
  return format_duration(std::chrono::seconds(seconds));
}

void line(const char* name, const std::string& value) {
  std::printf("%-14s %s\n", name, value.c_str());
}

void print_signal(const json::value& status) {
  std::string signal = text(status, "/signal/state");
  if (const std::string fault = text(status, "/signal/fault"); fault != "-" && !fault.empty()) {
    signal += " (" + fault + "): " + text(status, "/signal/detail");
  }
  line("signal", signal + ", last good listing " + age(status, "/signal/age_seconds") + " ago");
}

void print_holders(const json::value& status) {
  const json::value* holders = status.as_object().if_contains("holders");
  if (holders == nullptr || !holders->is_array() || holders->get_array().empty()) return;
  std::printf("\n%-9s %-14s %s\n", "AGE", "ORIGIN", "SESSION");
  for (const json::value& holder : holders->get_array()) {
    std::printf("%-9s %-14s %s\n", age(holder, "/age_seconds").c_str(),
                text(holder, "/origin").c_str(), text(holder, "/name").c_str());
  }
}

void print(const json::value& status) {
  line("live", text(status, "/live") + " of " + text(status, "/limit"));
  line("free", text(status, "/slots_free"));
  line("reserved", text(status, "/reservations/total"));
  line("waiting", text(status, "/waiting"));
  print_signal(status);
  line("draining", text(status, "/draining"));
  line("listen", text(status, "/listen"));
  line("upstream", text(status, "/upstream"));
  line("version", text(status, "/version") + " (" + text(status, "/revision") + "), up " +
                      age(status, "/uptime_seconds"));
  print_holders(status);
}

}  // namespace

int status(Words flags) {
  const bool raw = take_flag(flags, "--json");
  const auto loaded = load_or_complain(flags);
  if (!loaded) return kUsage;
  const auto body = admin::get(loaded->config.admin, "/status");
  if (!body) {
    std::fprintf(stderr, "taskgate: %s\n", body.error().c_str());
    return kFailed;
  }
  if (raw) {
    std::printf("%s\n", body->c_str());
    return kOk;
  }
  boost::system::error_code error;
  const json::value parsed = json::parse(*body, error);
  if (error || !parsed.is_object()) {
    std::fputs("taskgate: the admin port's answer is no status of a gate\n", stderr);
    return kFailed;
  }
  print(parsed);
  return kOk;
}

}  // namespace taskgate::cli
