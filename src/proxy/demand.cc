#include "proxy/demand.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "proxy/sender.h"

namespace taskgate::proxy {
namespace {

// A tree of JSON values takes many times the room of its text.
constexpr std::size_t kLookedInto = 64 * 1024;

// Too few slots would let one create too many pass, so that whatever the upstream may understand in
// a way of its own (NaN, comments, "8") stands for the most.
int slots_asked(const route::Slots& slots, std::string_view body) {
  if (slots.pointer.empty() || body.empty()) return slots.count;
  if (body.size() > kLookedInto) return slots.most;
  boost::system::error_code error;
  const boost::json::value json = boost::json::parse({body.data(), body.size()}, error);
  if (error) return slots.most;
  const boost::json::value* asked = json.find_pointer(slots.pointer, error);
  if (asked == nullptr || asked->is_null()) return slots.count;
  if (!asked->is_int64()) return slots.most;
  if (asked->get_int64() < 1) return slots.count;  // nothing sensible: as if it were not there
  return static_cast<int>(std::min<std::int64_t>(asked->get_int64(), slots.most));
}

}  // namespace

gate::Demand demand_of(const route::Rule& rule, const http::RequestHead& head,
                       std::string_view body) {
  const bool is_elsewhere = rule.starts == route::Starts::elsewhere;
  return {.slots = is_elsewhere ? 0 : slots_asked(rule.slots, body),
          .settle = rule.settle,
          .is_evidence = rule.starts == route::Starts::task,
          .redirect_refuses = rule.redirect_refuses,
          .sender = sender_of(rule, head)};
}

}  // namespace taskgate::proxy
