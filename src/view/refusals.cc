#include "view/refusals.h"

#include <string>

#include "view/status_members.h"
#include "view/words.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

constexpr std::size_t kRefusalRows = 10;

std::string reason_in_words(const json::value& refusal) {
  return in_words(text(refusal, "/reason"), {{"full", "no free slot"},
                                             {"promised", "free slots promised"},
                                             {"class_full", "no slot for its class"},
                                             {"line_full", "line is full"},
                                             {"unknown", "count unknown"},
                                             {"blind", "wrong socket"},
                                             {"unconfigured", "no configuration"}});
}

std::string told_in_words(const json::value& refusal) {
  const auto seconds = number(refusal, "/retry_after");
  return seconds ? span_in_words(static_cast<double>(*seconds)) : "?";
}

void set_sums(const json::value& status, View& view) {
  const json::array* sums = list(status, "/refused_last_hour");
  if (sums == nullptr) return;
  for (const json::value& sum : *sums) {
    view.refused_lately.push_back({.route = text(sum, "/route"),
                                   .path_id = text(sum, "/id"),
                                   .class_name = text(sum, "/class"),
                                   .reason = reason_in_words(sum),
                                   .count = number(sum, "/count").value_or(0),
                                   .last = text(sum, "/last"),
                                   .last_request_id = text(sum, "/last_request_id")});
  }
}

}  // namespace

void set_refusals(const json::value& status, View& view) {
  set_sums(status, view);
  const json::array* refusals = list(status, "/refusals");
  if (refusals == nullptr) return;
  for (const json::value& refusal : *refusals) {
    if (view.refusals.size() == kRefusalRows) return;
    view.refusals.push_back(
        {.when = text(refusal, "/when"),
         .age_seconds = age(refusal, "/age_seconds").value_or(0),
         .route = text(refusal, "/route"),
         .path_id = text(refusal, "/id"),
         .reason = reason_in_words(refusal),
         .count = number_in_words(refusal, "/live") + " of " + number_in_words(refusal, "/limit"),
         .class_name = text(refusal, "/class"),
         .told = told_in_words(refusal),
         .request_id = text(refusal, "/request_id")});
  }
}

void set_observed(const json::value& status, View& view) {
  view.observing = text(status, "/mode") == "observe";
  const json::array* rows = list(status, "/observed");
  if (rows == nullptr) return;
  for (const json::value& row : *rows) {
    view.observed.push_back({text(row, "/route"), reason_in_words(row),
                             number(row, "/last_hour").value_or(0),
                             number(row, "/last_day").value_or(0), text(row, "/class")});
  }
}

}  // namespace taskgate::view
